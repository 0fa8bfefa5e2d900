package dev.nxtsync.store;

/**
 * What a page did to its target.
 *
 * @param inserted rows that are new
 * @param updated rows that were there in another state
 * @param deleted rows that were marked or removed
 */
public record Written(int inserted, int updated, int deleted) {
    public static final Written NOTHING = new Written(0, 0, 0);

    /** Rows that the target gained or that changed. */
    public int changed() {
        return inserted + updated;
    }
}
