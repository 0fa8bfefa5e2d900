package dev.nxtsync.schedule;

import java.sql.SQLException;

/** What a feature writes before this process says that it is ready, since whoever waits for that relies on it. */
public interface StartupWrite {
    /** Once for each start; tried again with the next beat where it throws. */
    void write() throws SQLException;
}
