package dev.nxtsync.graphql;

import java.util.Map;
import java.util.function.Function;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.config.SettingsFixture;

/** The door to a Business NXT that is a function. */
public final class NxtFixture {
    private NxtFixture() {}

    /** @param server asked with each question; it opens the gate by itself */
    public static Nxt answering(Function<Question, Answer> server) {
        return new Nxt(SettingsFixture.unconnected(), null, slots(), null, null, new SimpleMeterRegistry()) {
            @Override
            public Answer ask(String connection, Question question, Map<String, ? extends RowSink> rows) {
                return server.apply(question);
            }
        };
    }

    /** Slots of which all is known. */
    public static Slots slots() {
        var slots = new Slots(SettingsFixture.defaults());
        slots.keep(Map.of(), Map.of());
        return slots;
    }
}
