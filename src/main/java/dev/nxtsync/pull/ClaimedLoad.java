package dev.nxtsync.pull;

import java.sql.SQLException;

import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.schedule.Outcome;

/** A load whose unit is claimed. */
sealed interface ClaimedLoad {
    /**
     * It can run.
     *
     * @param scan how far it has come
     */
    record WantedLoad(PullTurn turn, TableScan scan, LoadRun run) implements ClaimedLoad {
        /** Reads on by itself. */
        Outcome alone() throws SQLException {
            return run.from(scan);
        }
    }

    /** There is nothing to load now. */
    record NothingToLoad(Outcome outcome) implements ClaimedLoad {}
}
