package dev.nxtsync.database;

/** SQLSTATEs that decide something (PostgreSQL documentation, appendix A). */
public final class SqlState {
    /** Somebody held a lock for longer than we wait. */
    public static final String LOCK_TIME_OUT = "55P03";
    /** The server takes no writes. */
    public static final String READ_ONLY = "25006";
    /** There is no such table, as where no daemon has run. */
    public static final String UNDEFINED_TABLE = "42P01";

    private SqlState() {}
}
