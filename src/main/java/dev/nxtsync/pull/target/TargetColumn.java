package dev.nxtsync.pull.target;

/** @param comment what the column is, for {@code COMMENT ON} */
public record TargetColumn(String name, ColumnType type, String comment) {}
