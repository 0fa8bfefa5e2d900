package dev.nxtsync.pull.target;

import java.util.List;
import java.util.stream.Stream;

/**
 * What a page did to its target.
 *
 * @param inserted rows that are new
 * @param updated rows that were there in another state
 * @param deleted rows that were marked or removed
 * @param refused rows that the target refuses as they are, or refuses to delete
 */
public record WriteCounts(int inserted, int updated, int deleted, List<RowFault> refused) {
    public static final WriteCounts NOTHING = new WriteCounts(0, 0, 0);

    public WriteCounts {
        refused = List.copyOf(refused);
    }

    /** Where nothing was refused. */
    public WriteCounts(int inserted, int updated, int deleted) {
        this(inserted, updated, deleted, List.of());
    }

    /** Rows that the target gained or that changed. */
    public int changed() {
        return inserted + updated;
    }

    /** Both together. */
    public WriteCounts plus(WriteCounts other) {
        return new WriteCounts(inserted + other.inserted, updated + other.updated, deleted + other.deleted,
                Stream.concat(refused.stream(), other.refused.stream()).toList());
    }
}
