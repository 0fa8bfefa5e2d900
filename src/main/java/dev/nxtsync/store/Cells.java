package dev.nxtsync.store;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/** The fields of one row as the characters that JSON has for them; used again for each row. Not thread-safe. */
public final class Cells {
    private static final int NONE = -1;

    char[] chars = new char[1024];
    private final int[] start;
    private final int[] length;
    private int used;

    /** @param fields how many there are */
    public Cells(int fields) {
        this.start = new int[fields];
        this.length = new int[fields];
    }

    /** A row of these texts. */
    static Cells of(@Nullable String... texts) {
        var cells = new Cells(texts.length);
        cells.clear();
        for (int i = 0; i < texts.length; i++) {
            var text = texts[i];
            if (text != null) {
                cells.set(i, text.toCharArray(), 0, text.length());
            }
        }
        return cells;
    }

    /** Makes every field empty. */
    public void clear() {
        used = 0;
        Arrays.fill(length, NONE);
    }

    public void set(int field, char[] from, int offset, int count) {
        if (used + count > chars.length) {
            chars = Arrays.copyOf(chars, Math.max(chars.length * 2, used + count));
        }
        System.arraycopy(from, offset, chars, used, count);
        start[field] = used;
        length[field] = count;
        used += count;
    }

    /** The text of a field; null where JSON has null or nothing. */
    public @Nullable String text(int field) {
        return length[field] == NONE ? null : new String(chars, start[field], length[field]);
    }

    int start(int field) {
        return start[field];
    }

    /** How many characters a field has; negative for null. */
    int length(int field) {
        return length[field];
    }
}
