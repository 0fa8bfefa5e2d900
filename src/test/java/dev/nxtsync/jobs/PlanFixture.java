package dev.nxtsync.jobs;

import java.time.Clock;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.database.Database;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.NxtClientFixture;
import dev.nxtsync.process.Threads;
import dev.nxtsync.schedule.LostCalls;

/** What planning needs, of tests. */
public final class PlanFixture {
    private PlanFixture() {}

    static PlanFailures failures(NxtClient nxt, OutageLog outages) {
        return new PlanFailures(nxt, outages, new Threads(Clock.systemUTC(), new SimpleMeterRegistry()));
    }

    /** Of a process that has lost none. */
    public static LostCallSync lostCalls(Database database) {
        return new LostCallSync(NxtClientFixture.slots(), new LostCalls(database), null,
                SettingsFixture.defaults().api());
    }
}
