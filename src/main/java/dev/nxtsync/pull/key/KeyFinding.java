package dev.nxtsync.pull.key;

/** What Business NXT says of a proposed key in one company, or customer. */
sealed interface KeyFinding {

    /**
     * No two rows have the same values, and none lacks one.
     *
     * @param rows how many there are; 0 where they are not counted
     */
    record UniqueKey(long rows) implements KeyFinding {}

    /** @param example values that several rows have, for people */
    record RepeatedKey(String example) implements KeyFinding {}

    /** @param column that some row has no value of */
    record EmptyKey(String column) implements KeyFinding {}

    /**
     * It is not known.
     *
     * @param reason why
     * @param isRefused whether Business NXT would not say it if it were asked again soon; what takes too long keeps its place
     *        there for long
     */
    record UnclearKey(String reason, boolean isRefused) implements KeyFinding {
        static UnclearKey untold() {
            return new UnclearKey("the answer does not say how many rows each group has", true);
        }
    }
}
