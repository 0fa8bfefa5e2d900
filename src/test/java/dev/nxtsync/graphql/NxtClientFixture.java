package dev.nxtsync.graphql;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;

import dev.nxtsync.config.ApiSettings;
import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.token.AccessToken;
import dev.nxtsync.token.Tokens;
import dev.nxtsync.transport.HttpLine;
import dev.nxtsync.transport.NetworkFixture;

/** The door to a Business NXT of tests. */
public final class NxtClientFixture {
    private static final Vertx VERTX = Vertx.vertx();
    private static final AccessToken TOKEN = new AccessToken("any", "", 0, Long.MAX_VALUE);
    private static final Tokens ANY = new Tokens() {
        @Override
        public Current current() {
            return new Valid(TOKEN);
        }

        @Override
        public boolean waitsForPerson() {
            return false;
        }

        @Override
        public void rejected(AccessToken token) {}

        @Override
        public void accepted(AccessToken token) {}
    };

    private NxtClientFixture() {}

    /** One of which only is known who must sign in first. */
    public static NxtClient unsigned(Predicate<String> waitsForPerson) {
        return new NxtClient(ApiSettings.of(SettingsFixture.unconnected()), null, slots(), null, null,
                new SimpleMeterRegistry()) {
            @Override
            public boolean waitsForPerson(String connection) {
                return waitsForPerson.test(connection);
            }
        };
    }

    /** @param server asked with each question; it opens the gate by itself */
    public static NxtClient answering(Function<Question, Answer> server) {
        return new NxtClient(ApiSettings.of(SettingsFixture.unconnected()), null, slots(), null, null,
                new SimpleMeterRegistry()) {
            @Override
            public Answer ask(String connection, Question question, Map<String, ? extends RowSink> rows) {
                return server.apply(question);
            }
        };
    }

    /**
     * A server that takes any token, at an address, without a budget.
     *
     * @param instead asked with each question, and what it has to say is the answer
     */
    public static NxtClient at(String address, Function<Question, Optional<Answer>> instead) {
        var line = new HttpLine(NetworkFixture.straight(), VERTX, address, Duration.ofMinutes(1));
        var exchange = new Exchange(line, ANY, Duration.ofMinutes(1), new Warnings(new SimpleMeterRegistry()), false);
        return new NxtClient(ApiSettings.of(SettingsFixture.unconnected()), null, slots(), null, null,
                new SimpleMeterRegistry()) {
            @Override
            public Answer ask(String connection, Question question, Map<String, ? extends RowSink> rows) {
                if (!question.guard().open()) {
                    return new Failure.Unavailable(ErrorCode.UNAVAILABLE, "not sent");
                }
                return instead.apply(question).orElseGet(() -> exchange.ask(TOKEN, question, body(question), rows));
            }
        };
    }

    /** Slots of which all is known. */
    public static Slots slots() {
        var slots = new Slots(SettingsFixture.defaults().budget());
        slots.keep(Map.of(), Map.of());
        return slots;
    }
}
