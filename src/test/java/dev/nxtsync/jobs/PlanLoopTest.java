package dev.nxtsync.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import org.jboss.logging.MDC;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.NxtClientFixture;

class PlanLoopTest {
    private static final Failure TOO_MANY = new Failure.Throttled("too many", "", Duration.ZERO);

    /** By connection, what is thrown. */
    private final Map<String, Throwable> failing = new HashMap<>();
    private final Set<String> stopped = new HashSet<>();
    private final Set<String> unsigned = new HashSet<>();
    /** Whose sign-in ends while they are planned. */
    private final Set<String> losing = new HashSet<>();
    private final List<String> planned = new ArrayList<>();
    private final List<String> forgotten = new ArrayList<>();
    private final List<String> looked = new ArrayList<>();
    /** What was planned and looked at, in this order. */
    private final List<String> steps = new ArrayList<>();
    private final Things plans = new Things();
    private final OutageLog outages = new OutageLog();
    private final List<Settings.Connection> connections = List.copyOf(SettingsFixture
            .of(Map.of("NXT_CONNECTIONS_A_CLIENT_ID", "a", "NXT_CONNECTIONS_B_CLIENT_ID", "b")).connections().values());
    private long now;
    private final PlanLoop loop = new PlanLoop(new ThingPlanner(),
            PlanFixture.failures(NxtClientFixture.unsigned(unsigned::contains), outages), () -> now);

    private record Thing(String name) implements PlanRegistry.Planned {
        @Override
        public Optional<Problem> obstacle() {
            return Optional.empty();
        }
    }

    private static final class Things extends PlanRegistry<Thing> {
        Things() {
            super("thing", "things of connection");
        }

        Set<String> wholly() {
            return complete();
        }
    }

    private final class ThingPlanner implements Planner {
        @Override
        public PlanKind kind() {
            return new PlanKind("things", "thing-planner", Duration.ofMinutes(5));
        }

        @Override
        public PlanRegistry<?> plans() {
            return plans;
        }

        @Override
        public boolean plan(Settings.Connection connection, boolean asked) throws SQLException {
            String name = connection.name();
            planned.add(name + (asked ? " asked" : ""));
            steps.add(name);
            assertThat(MDC.get("connection")).as("what the log is labelled with").isEqualTo(name);
            if (losing.contains(name)) {
                unsigned.add(name);
            }
            var failure = failing.get(name);
            if (failure instanceof SQLException refused) {
                throw refused;
            }
            if (failure instanceof Error fault) {
                throw fault;
            }
            if (failure != null) {
                throw (RuntimeException) failure;
            }
            plans.put(name, new Thing(name));
            return !stopped.contains(name);
        }

        @Override
        public void look(String connection) {
            looked.add(connection);
            steps.add("look at " + connection);
        }

        @Override
        public void forget(String connection) {
            forgotten.add(connection);
            plans.undone(connection);
        }
    }

    static Stream<Arguments> failures() {
        return Stream.of(Arguments.of(new FailedAnswer(TOO_MANY), ErrorCode.THROTTLED),
                Arguments.of(new FailedAnswer(new Failure.Unreachable(ErrorCode.TLS, "not trusted")), ErrorCode.TLS),
                Arguments.of(new FailedAnswer(new Failure.InDoubt("slow", "", true, true)), ErrorCode.IN_DOUBT),
                Arguments.of(new FailedAnswer(new Failure.Rejected("no", "", List.of())), ErrorCode.REJECTED),
                Arguments.of(new FailedAnswer(new Failure.Unauthorized("refused", "")), ErrorCode.UNAUTHORIZED),
                Arguments.of(new SQLException("gone", "08006"), ErrorCode.DATABASE_AWAY),
                Arguments.of(new SQLException("may not", "42501"), ErrorCode.DATABASE_RIGHTS),
                Arguments.of(new SQLException("odd", "XX000"), ErrorCode.DATABASE_ERROR),
                Arguments.of(new IllegalStateException("a fault"), ErrorCode.UNEXPECTED),
                Arguments.of(new StackOverflowError(), ErrorCode.UNEXPECTED));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aConnectionThatFailsStopsOnlyItselfKeepsItsPlansAndHealsByItself(Throwable failure, ErrorCode shown) {
        loop.plan(connections);
        failing.put("a", failure);
        planAfter(Duration.ofMinutes(5));
        assertThat(planned).containsExactly("a", "b", "a", "b");
        assertThat(plans.troubles()).containsOnlyKeys("things of connection a");
        assertThat(plans.troubles().values()).extracting(Problem::errorCode).containsExactly(shown);
        assertThat(plans.of("a")).as("the last good plan").isPresent();
        assertThat(plans.wholly()).containsExactlyInAnyOrder("a", "b");

        planAfter(Duration.ofMillis(300));
        assertThat(planned).as("it backs off").hasSize(4);
        failing.clear();
        planAfter(Duration.ofSeconds(1));
        assertThat(planned).last().isEqualTo("a");
        assertThat(planned).as("the other is not due").hasSize(5);
        assertThat(plans.troubles()).isEmpty();
        assertThat(MDC.get("connection")).isNull();
    }

    @Test
    void aConnectionOfWhichSomethingIsStoppedIsPlannedAgainSoonAndTheOthersAreNot() {
        stopped.add("b");
        loop.plan(connections);
        planAfter(Duration.ofSeconds(30));
        assertThat(planned).containsExactly("a", "b", "b");
        assertThat(plans.troubles()).as("it was planned").isEmpty();
    }

    @Test
    void whatAnAnswerDidNotFitToIsReadAgainOnce() {
        loop.plan(connections);
        plans.lookAgain("a");
        plans.lookAgain("a");
        planAfter(Duration.ofSeconds(10));
        planAfter(Duration.ofSeconds(10));
        assertThat(planned).containsExactly("a", "b", "a asked");
    }

    @Test
    void aConnectionThatWaitsForAPersonIsPlannedAtOnceWhenOneHasSignedIn() {
        failing.put("a", new FailedAnswer(TOO_MANY));
        for (int i = 0; i < 12; i++) {
            planAfter(Duration.ofMinutes(10));
        }
        unsigned.add("a");
        looked.clear();
        loop.plan(connections);
        assertThat(looked).containsExactly("b");
        assertThat(forgotten).containsExactly("a");
        assertThat(plans.troubles()).as("that is told of the sign-in").isEmpty();
        assertThat(plans.wholly()).containsExactly("b");
        unsigned.clear();
        failing.clear();
        planned.clear();
        loop.plan(connections);
        assertThat(looked).containsExactly("b", "a", "b");
        assertThat(planned).containsExactly("a");
        assertThat(plans.wholly()).contains("a");
    }

    /** Or one whose API is slow would keep what another waits for. */
    @Test
    void aConnectionIsLookedAtBeforeTheNextIsPlanned() {
        loop.plan(connections);
        assertThat(steps).containsExactly("a", "look at a", "b", "look at b");
    }

    @Test
    void whatOnlyASignInMendsIsNoNewsOfTheConnection() {
        failing.put("a", new FailedAnswer(TOO_MANY));
        losing.add("a");
        loop.plan(connections);
        assertThat(outages.isNews("a", "any", TOO_MANY)).as("the log was told nothing").isTrue();
        failing.put("b", new FailedAnswer(TOO_MANY));
        planAfter(Duration.ofMinutes(5));
        assertThat(outages.isNews("b", "any", TOO_MANY)).as("the log was told").isFalse();
    }

    @Test
    void aProcessThatStopsTellsNothingOfIt() {
        failing.put("a", new ShuttingDown());
        loop.plan(connections);
        assertThat(plans.troubles()).isEmpty();
        assertThat(plans.wholly()).containsExactly("b");
        loop.plan(connections);
        assertThat(planned).as("it is still to be planned").containsExactly("a", "b", "a");
    }

    private void planAfter(Duration time) {
        now += time.toNanos();
        loop.plan(connections);
    }
}
