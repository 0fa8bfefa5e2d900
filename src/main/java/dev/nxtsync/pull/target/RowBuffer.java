package dev.nxtsync.pull.target;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/** The fields of one row as the characters that JSON has for them; used again for each row. Not thread-safe. */
public final class RowBuffer {
    private static final int NONE = -1;

    private static final int ROOM = 256;
    /** What a row takes that is far from usual is not kept for those behind it. */
    private static final int MOST_KEPT = 64 * 1024;

    char[] chars = new char[ROOM];
    private final int[] start;
    private final int[] length;
    private final boolean[] quoted;
    private int used;

    /** @param fields how many there are */
    public RowBuffer(int fields) {
        this.start = new int[fields];
        this.length = new int[fields];
        this.quoted = new boolean[fields];
    }

    /** Makes every field empty. */
    public void clear() {
        used = 0;
        Arrays.fill(length, NONE);
    }

    /** Gives the memory of what was read before back, if it is much. Empty afterwards. */
    public void shrink() {
        clear();
        if (chars.length > MOST_KEPT) {
            chars = new char[ROOM];
        }
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

    /** Says of a field that is set whether JSON has it in quotes. */
    public void quote(int field, boolean isQuoted) {
        quoted[field] = isQuoted;
    }

    public boolean isQuoted(int field) {
        return quoted[field];
    }

    /** The text of a field; null where JSON has null or nothing. */
    public @Nullable String text(int field) {
        return length[field] == NONE ? null : new String(chars, start[field], length[field]);
    }

    /** Whether a field has the same text in another row. */
    public boolean isSame(int field, RowBuffer other) {
        return length[field] == other.length[field] && compareTexts(field, other) == 0;
    }

    /** Whether a field has a smaller number than in another row; false where they are not two whole numbers. */
    public boolean isSmaller(int field, RowBuffer other) {
        if (!isWhole(field) || !other.isWhole(field)) {
            return false;
        }
        boolean negative = chars[start[field]] == '-';
        if (negative != (other.chars[other.start[field]] == '-')) {
            return negative;
        }
        int compared = length[field] == other.length[field]
                ? compareTexts(field, other)
                : Integer.compare(length[field], other.length[field]);
        return negative ? compared > 0 : compared < 0;
    }

    /** Whether a field has an earlier change stamp than in another row; false where they are not written alike. */
    public boolean isEarlier(int field, RowBuffer other) {
        return length[field] == other.length[field] && compareTexts(field, other) < 0;
    }

    private int compareTexts(int field, RowBuffer other) {
        return Arrays.compare(chars, start[field], start[field] + Math.max(0, length[field]), other.chars,
                other.start[field], other.start[field] + Math.max(0, other.length[field]));
    }

    private boolean isWhole(int field) {
        if (quoted[field]) {
            return false;
        }
        int end = start[field] + length[field];
        for (int i = start[field]; i < end; i++) {
            if ((chars[i] < '0' || chars[i] > '9') && (chars[i] != '-' || i > start[field])) {
                return false;
            }
        }
        return length[field] > 0;
    }

    int start(int field) {
        return start[field];
    }

    /** How many characters a field has; negative for null. */
    int length(int field) {
        return length[field];
    }
}
