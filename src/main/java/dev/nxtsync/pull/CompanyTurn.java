package dev.nxtsync.pull;

import java.util.ArrayList;
import java.util.List;

import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Job.Progress;
import dev.nxtsync.schedule.RunHistory.RunRecord;

/**
 * One turn of work on all pulls of one company.
 *
 * @param done what has become of each pull, for the history
 */
record CompanyTurn(Claim claim, DatabaseClock clock, Progress progress, List<RunRecord> done) {
    CompanyTurn(Claim claim, DatabaseClock clock, Progress progress) {
        this(claim, clock, progress, new ArrayList<>());
    }
}
