package dev.nxtsync.pull;

import java.sql.SQLException;
import java.util.Set;

import jakarta.inject.Singleton;

import dev.nxtsync.database.Timestamps;
import dev.nxtsync.pull.state.KeyListing;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Job;
import dev.nxtsync.schedule.Job.Progress;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.UnitKind;

/**
 * Lists key and change stamp of every row of a table, and settles each difference by a question for just those rows: what is
 * missing or older here is read, and what is gone there is deleted here, but only once the API has been asked for it by its
 * key and did not have it. So a listing that was cut short deletes nothing. Then it reads a small part of the table again, for
 * rows that changed without a new stamp.
 */
@Singleton
class Reconciliation implements Job {
    private final PullUnits units;
    private final PullSource source;
    private final PullSink sink;
    private final PullRuns runs;
    private final PullPositions positions;
    private final KeyListing listing;
    private final ListingMemory memory = new ListingMemory();

    Reconciliation(PullUnits units, PullSource source, PullSink sink, PullRuns runs, PullPositions positions,
            KeyListing listing) {
        this.units = units;
        this.source = source;
        this.sink = sink;
        this.runs = runs;
        this.positions = positions;
        this.listing = listing;
    }

    @Override
    public UnitKind kind() {
        return UnitKind.RECONCILIATION;
    }

    @Override
    public boolean isLong() { return true; }

    @Override
    public Set<String> connections() {
        return sink.plans().plannedConnections();
    }

    @Override
    public Outcome run(Claim claim, Progress progress) throws SQLException {
        var opening = units.open(claim);
        if (!(opening instanceof PullUnits.Open open)) {
            return ((PullUnits.Closed) opening).outcome();
        }
        // the end of the first load says when
        return open.state().loadedAt().isEmpty()
                ? new Outcome.Done(Timestamps.NEVER)
                : new ReconciliationRun(runs.begin(claim, open, progress),
                        new ReconciliationTools(source, sink, runs, positions, listing, memory)).run();
    }
}
