package dev.nxtsync.pull.target;

import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.nxtsync.database.Encoding;

/**
 * One row as {@code COPY} reads it in binary: how many bytes follow, which is for us, and the field of each column. Used again
 * for each row. Not thread-safe.
 */
final class EncodedRow {
    private static final int ROOM = 1024;
    /** What a row takes that is far from usual is not kept for those behind it. */
    private static final int MOST_KEPT = 64 * 1024;

    private final List<TargetColumn> columns;
    private final ColumnType[] types;
    private final Encoding encoding;
    /** Where each column ends. */
    private final int[] ends;
    byte[] bytes = new byte[ROOM];
    int length;
    /** What makes the row one that cannot be stored; null if nothing does. */
    private @Nullable MismatchedColumn misfit;

    EncodedRow(TargetTable table) {
        this.columns = table.columns();
        this.types = columns.stream().map(TargetColumn::type).toArray(ColumnType[]::new);
        this.encoding = table.encoding();
        this.ends = new int[types.length];
    }

    /**
     * Takes a row.
     *
     * @param sources for each column, its field
     * @return why PostgreSQL cannot hold it; empty if it can
     */
    String encode(RowBuffer cells, int[] sources) {
        misfit = null;
        int column = 0;
        try {
            int at = CopyBinary.LENGTH;
            for (; column < types.length; column++) {
                int field = sources[column];
                int characters = cells.length(field);
                makeRoom(at, types[column].isOfTexts() ? CopyBinary.MOST_BYTES * characters : characters);
                at = characters < 0
                        ? CopyBinary.nothing(bytes, at)
                        : CopyBinary.write(types[column], encoding, cells.chars, cells.start(field), characters, bytes,
                                at);
                ends[column] = at;
            }
            BigEndian.four(at - CopyBinary.LENGTH, bytes, 0);
            length = at;
            return "";
        } catch (UnstorableValue e) {
            String reason = String.valueOf(e.getMessage());
            if (types[column] != ColumnType.TEXT) {
                // a text is one whatever its characters are
                misfit = new MismatchedColumn(columns.get(column).name(), reason);
            }
            return reason;
        } catch (RuntimeException e) {
            // a fault of ours, which must not stop the rows beside it
            return "nxt-sync cannot encode it (" + e.getClass().getSimpleName() + "); report it";
        }
    }

    private void makeRoom(int at, int most) {
        int needed = at + Math.max(0, most) + CopyBinary.LONGEST_ADDED;
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, needed));
        }
    }

    /** Before a page: the memory of what was read before is given back, if it is much. */
    void shrink() {
        if (bytes.length > MOST_KEPT) {
            bytes = new byte[ROOM];
        }
    }

    /** The column whose type does not fit; null if no type is to blame. */
    @Nullable
    MismatchedColumn misfit() {
        return misfit;
    }

    /** Where the field of a column begins, with its length. */
    int start(int column) {
        return column == 0 ? CopyBinary.LENGTH : ends[column - 1];
    }

    int end(int column) {
        return ends[column];
    }

    /** Whether a column is empty. */
    boolean isNothing(int column) {
        return CopyBinary.isNothing(bytes, start(column));
    }
}
