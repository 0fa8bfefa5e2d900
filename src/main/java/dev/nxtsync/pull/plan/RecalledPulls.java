package dev.nxtsync.pull.plan;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.pull.state.PatternTables;
import dev.nxtsync.schedule.StartupWrite;

/** Has the pulls be known that patterns had before, as soon as there is a database: a webhook may be about one of them. */
@Singleton
record RecalledPulls(Pulls pulls, PatternTables tables) implements StartupWrite {
    @Override
    public void write() throws SQLException {
        tables.forget(pulls.connectionsWithPatterns(), pulls.written());
        tables.recall(pulls);
    }
}
