package dev.nxtsync.jobs;

import java.sql.SQLException;

/** What one feature does, as far as it waits for a token. */
public interface WaitingWork {
    /** In the plural, for the log: {@code pulls} or {@code pushes}. */
    String what();

    /** Has what has backed off of a connection tried at once. */
    void retry(String connection) throws SQLException;
}
