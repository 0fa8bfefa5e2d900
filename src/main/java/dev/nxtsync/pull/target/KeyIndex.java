package dev.nxtsync.pull.target;

import java.util.Arrays;

/** Where the row of each key of a page begins, by the hash of the key. Without an object for a row. Not thread-safe. */
final class KeyIndex {
    private static final int FREE = -1;
    private static final int FEWEST = 1 << 4;

    private int[] hashes = new int[FEWEST];
    private int[] rows = new int[FEWEST];
    private int size;

    KeyIndex() {
        Arrays.fill(rows, FREE);
    }

    /** Whether the key of the row that begins there is the one that is looked for. */
    @FunctionalInterface
    interface KeyMatch {
        boolean at(int row);
    }

    void clear() {
        if (size > 0) {
            Arrays.fill(rows, FREE);
            size = 0;
        }
    }

    int size() {
        return size;
    }

    /** Where the row with a key begins; negative if there is none. */
    int find(int hash, KeyMatch match) {
        for (int slot = slot(hash); rows[slot] != FREE; slot = after(slot)) {
            if (hashes[slot] == hash && match.at(rows[slot])) {
                return rows[slot];
            }
        }
        return FREE;
    }

    /** Adds the row of a key that is not in yet. */
    void add(int hash, int row) {
        if (size * 2 >= rows.length) {
            grow();
        }
        put(hash, row);
        size++;
    }

    private void put(int hash, int row) {
        int slot = slot(hash);
        while (rows[slot] != FREE) {
            slot = after(slot);
        }
        hashes[slot] = hash;
        rows[slot] = row;
    }

    private void grow() {
        int[] oldHashes = hashes;
        int[] oldRows = rows;
        hashes = new int[oldRows.length * 2];
        rows = new int[oldRows.length * 2];
        Arrays.fill(rows, FREE);
        for (int i = 0; i < oldRows.length; i++) {
            if (oldRows[i] != FREE) {
                put(oldHashes[i], oldRows[i]);
            }
        }
    }

    private int slot(int hash) {
        // the upper bits too, since keys that follow each other differ in few
        return (((hash ^ (hash >>> 15)) * 0x9E3779B1) >>> 7) & (rows.length - 1);
    }

    private int after(int slot) {
        return (slot + 1) & (rows.length - 1);
    }
}
