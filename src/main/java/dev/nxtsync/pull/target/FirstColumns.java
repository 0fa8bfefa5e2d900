package dev.nxtsync.pull.target;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;

/** Columns of a page whose values are the same in each of its rows. */
public final class FirstColumns {
    /** None. */
    public static final FirstColumns NONE = new FirstColumns(List.of(), new byte[0], 0);

    private static final String READ_AT = "nxt_read_at";
    private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");
    private static final int ROOM = 24;

    final List<String> names;
    /** Their values as {@code COPY} reads them in binary. */
    final byte[] fields;

    private FirstColumns(List<String> names, byte[] fields, int length) {
        this.names = names;
        this.fields = Arrays.copyOf(fields, length);
    }

    /** When the rows were read. */
    public static FirstColumns readAt(Instant instant) {
        byte[] fields = new byte[ROOM];
        return new FirstColumns(List.of(READ_AT), fields, put(instant, fields, 0));
    }

    /** Whose rows they are, and when they were read. */
    static FirstColumns of(TargetTable table, Checkpoint checkpoint) {
        byte[] fields = new byte[ROOM];
        int end = put(checkpoint.readAt(), fields, CopyBinary.integer(checkpoint.company(), fields, 0));
        return new FirstColumns(List.of(table.owner(), READ_AT), fields, end);
    }

    private static int put(Instant instant, byte[] fields, int at) {
        return CopyBinary.whole(ChronoUnit.MICROS.between(EPOCH, instant), fields, at);
    }
}
