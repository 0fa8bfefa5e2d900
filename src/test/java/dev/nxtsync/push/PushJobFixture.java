package dev.nxtsync.push;

import java.time.Clock;
import java.util.function.Function;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.NxtClientFixture;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.jobs.CompanyAccessFixture;
import dev.nxtsync.jobs.OutageLog;
import dev.nxtsync.process.Threads;
import dev.nxtsync.push.outbox.PushStore;
import dev.nxtsync.push.plan.PushPlans;

/** The lanes of a process, on a real outbox, with a server that is a function. */
final class PushJobFixture {
    private PushJobFixture() {}

    static PushJob lane(PushStore store, PushPlans plans, Function<Question, Answer> server) {
        var outages = new OutageLog();
        var nxt = NxtClientFixture.answering(server);
        var failures = new PushFailures(plans, store.tables().states(), CompanyAccessFixture.access(outages), outages,
                new Threads(Clock.systemUTC(), new SimpleMeterRegistry()));
        var services = new LaneServices(nxt, store.outbox(), store.reader(), store.tables().states(), store.runs(),
                failures, new SimpleMeterRegistry());
        return new PushJob(plans, NxtClientFixture.slots(), services, new PayloadMemory(), SettingsFixture.defaults());
    }
}
