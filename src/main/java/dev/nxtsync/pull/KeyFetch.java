package dev.nxtsync.pull;

import java.sql.SQLException;
import java.util.Map;
import java.util.Set;

import jakarta.inject.Singleton;

import dev.nxtsync.database.Timestamps;
import dev.nxtsync.inbox.Inbox;
import dev.nxtsync.process.Histograms;
import dev.nxtsync.process.LogThrottle;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Job;
import dev.nxtsync.schedule.Job.Progress;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.UnitKind;

/**
 * Reads the rows of one company (or customer) that webhooks named, by their keys, all tables in one document. What an event
 * said of a row does not matter: it is written as it is now, or deleted if it is not there. A pull is looked at once its first
 * load has ended, and whatever goes wrong here, but in the target, is for the next poll to find. A key that cannot be looked
 * at is found by looking at fewer together, and set aside.
 */
@Singleton
class KeyFetch implements Job {
    private final PullSource source;
    private final PullSink sink;
    private final PullRuns runs;
    private final KeyFetchTools tools;

    KeyFetch(PullSource source, PullSink sink, PullRuns runs, PullStates states, Inbox inbox, KeyFetchHistory history) {
        this.source = source;
        this.sink = sink;
        this.runs = runs;
        this.tools = new KeyFetchTools(states, inbox, history, new LogThrottle<>(),
                Histograms.of(runs.metrics(), "nxt_webhook_delay", "From an event's arrival to the commit of its row",
                        0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900).withTags());
    }

    @Override
    public UnitKind kind() {
        return UnitKind.FETCH;
    }

    @Override
    public boolean isLong() { return false; }

    @Override
    public Set<String> connections() {
        return sink.plans().plannedConnections();
    }

    @Override
    public Outcome run(Claim claim, Progress progress) throws SQLException {
        Map<String, PullPlan> own = sink.plans().of(claim.connection(), claim.tenant());
        var barred = source.access().barred(claim);
        return barred.isPresent()
                ? new Outcome.Done(Timestamps.NEVER, barred.get())
                : new KeyFetchRun(new CompanyTurn(claim, tools.states().clock(), progress), own, source, sink, runs,
                        tools).run();
    }
}
