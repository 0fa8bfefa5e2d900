package dev.nxtsync.pull.target;

/**
 * A row that PostgreSQL cannot hold as it is.
 *
 * @param key as a JSON object
 */
public record RowFault(String key, String reason) {}
