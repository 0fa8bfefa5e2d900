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
        return new PushJob(plans, NxtClientFixture.answering(server), NxtClientFixture.slots(), store.outbox(),
                store.states(),
                store.runs(), CompanyAccessFixture.access(outages), outages, new PayloadMemory(),
                new Threads(Clock.systemUTC(), new SimpleMeterRegistry()), SettingsFixture.defaults());
    }
}
