package dev.nxtsync.push;

import java.time.Clock;
import java.util.function.Function;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.access.AccessFixture;
import dev.nxtsync.access.Outages;
import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.NxtFixture;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.process.Threads;
import dev.nxtsync.store.PushStore;

/** The lanes of a process, on a real outbox, with a server that is a function. */
final class LaneFixture {
    private LaneFixture() {}

    static Lane lane(PushStore store, PushPlans plans, Function<Question, Answer> server) {
        var outages = new Outages();
        return new Lane(plans, NxtFixture.answering(server), NxtFixture.slots(), store.outbox(), store.states(),
                store.runs(), AccessFixture.access(outages), outages, new PayloadMemory(),
                new Threads(Clock.systemUTC(), new SimpleMeterRegistry()), SettingsFixture.defaults());
    }
}
