package dev.nxtsync.pull.target;

/**
 * A column of a target.
 *
 * @param comment what the column is, for {@code COMMENT ON}
 * @param field the API's name of the column that it is made from
 */
public record TargetColumn(String name, ColumnType type, String comment, String field) {

    /** One that the API calls as PostgreSQL does. */
    public TargetColumn(String name, ColumnType type, String comment) {
        this(name, type, comment, name);
    }

    /** Whether it says in words what another column says too, so that rows may be complete without it. */
    public boolean isInWords() {
        return type == ColumnType.NAMES;
    }
}
