package dev.nxtsync.push.outbox;

/**
 * What becomes of a row.
 *
 * @param before as it was read, or marked
 */
public record RowTransition(OutboxRow before, OutboxRow after) {}
