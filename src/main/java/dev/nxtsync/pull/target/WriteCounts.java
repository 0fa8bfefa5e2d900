package dev.nxtsync.pull.target;

/**
 * What a page did to its target.
 *
 * @param inserted rows that are new
 * @param updated rows that were there in another state
 * @param deleted rows that were marked or removed
 */
public record WriteCounts(int inserted, int updated, int deleted) {
    public static final WriteCounts NOTHING = new WriteCounts(0, 0, 0);

    /** Rows that the target gained or that changed. */
    public int changed() {
        return inserted + updated;
    }
}
