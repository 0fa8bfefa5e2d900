package dev.nxtsync.pull.target;

/**
 * A column whose values are not what its type holds, so that their rows are set aside: it may have another type by now.
 *
 * @param reason the same for all rows that are set aside for it
 */
public record MismatchedColumn(String column, String reason) {}
