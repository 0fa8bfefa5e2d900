package dev.nxtsync.pull;

import java.sql.SQLException;
import java.util.Set;

import jakarta.inject.Singleton;

import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Job;
import dev.nxtsync.schedule.Job.Progress;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.UnitKind;

/**
 * Compares control totals: what Business NXT adds up of groups of rows, and what the target adds up to. One question for all
 * groups of a table. A group is equal if its totals are those that the target had before the question, or those that it has
 * once a poll has read whatever the answer told. If it is neither, and nothing of it has changed here in between, its rows are
 * listed and settled as in a reconciliation, and it is asked for again.
 */
@Singleton
class Proof implements Job {
    private final PullUnits units;
    private final ProofTools tools;

    Proof(PullUnits units, ProofTools tools) {
        this.units = units;
        this.tools = tools;
    }

    @Override
    public UnitKind kind() {
        return UnitKind.PROOF;
    }

    @Override
    public boolean isLong() { return true; }

    @Override
    public Set<String> connections() {
        return tools.sink().plans().plannedConnections();
    }

    @Override
    public Outcome run(Claim claim, Progress progress) throws SQLException {
        var opening = units.open(claim);
        return opening instanceof PullUnits.Open open
                ? new ProofRun(tools.runs().begin(claim, open, progress), tools).run()
                : ((PullUnits.Closed) opening).outcome();
    }
}
