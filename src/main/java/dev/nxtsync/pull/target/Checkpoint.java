package dev.nxtsync.pull.target;

import java.sql.SQLException;
import java.time.Instant;

import org.jdbi.v3.core.Handle;

/** The progress that a page makes, kept in the transaction of its rows. */
public interface Checkpoint {

    String pull();

    /** The company's number, or the customer's for a system table. */
    int company();

    /** The database's time at or before the moment the page was asked for. */
    Instant readAt();

    /** Keeps it, and may add to what was written. */
    WriteCounts keep(Handle transaction, TargetTable table, WriteCounts written) throws SQLException;
}
