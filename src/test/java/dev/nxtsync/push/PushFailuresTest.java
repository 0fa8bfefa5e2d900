package dev.nxtsync.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.config.Settings.Operation;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.jobs.CompanyAccessFixture;
import dev.nxtsync.jobs.OutageLog;
import dev.nxtsync.process.Threads;
import dev.nxtsync.push.outbox.PushStore;
import dev.nxtsync.push.outbox.PushedCompany;
import dev.nxtsync.push.plan.PushPlan;
import dev.nxtsync.push.plan.PushPlans;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.support.Listening;
import dev.nxtsync.tenant.Tenant;

class PushFailuresTest {
    private static final PushStore STORE = PushedLane.STORE;
    private static final Duration HOUR = Duration.ofHours(1);
    private static int number;

    private long passed;
    private final String push = "failing" + ++number;
    private final Claim claim = new Claim(1, WorkUnit.ofLane("main", Tenant.company(7), push, 3), 1, new UUID(0, 0), 0,
            0);
    private final PushPlan plan = PushFixture.plan(push, 7, Operation.CREATE, "yourReference");
    private final PushPlans plans = new PushPlans();
    private final OutageLog outages = CompanyAccessFixture.outages(() -> passed);
    private final PushFailures failures = new PushFailures(plans, STORE.tables().states(),
            CompanyAccessFixture.access(outages), outages, new Threads(Clock.systemUTC(), new SimpleMeterRegistry()));
    private final Listening told = Listening.to(PushFailures.class);

    @AfterEach
    void silence() {
        told.close();
    }

    /** The failure, which in a row, the shortest and the longest wait in milliseconds. */
    static Stream<Arguments> failures() {
        return Stream.of(Arguments.of(new Failure.Throttled("m", "", HOUR), 1, 3_600_000, 3_600_000),
                Arguments.of(new Failure.Busy("m", "", HOUR), 9, 3_600_000, 3_600_000),
                Arguments.of(new Failure.Busy("m", "", Duration.ZERO), 1, 375, 625),
                Arguments.of(new Failure.Unauthorized("m", ""), 3, 1_500, 2_500),
                Arguments.of(new Failure.Unavailable(ErrorCode.UNREACHABLE, "m"), 4, 3_000, 5_000),
                Arguments.of(new Failure.InDoubt("m", "", true, false), 99, 225_000, 375_000),
                Arguments.of(new Failure.InDoubt("m", "", true, true, HOUR), 1, 3_600_000, 3_600_000),
                Arguments.of(new Failure.Rejected("m", "", List.of()), 2, 750, 1_250),
                Arguments.of(new Failure.Unreadable("m", "", false, false, Set.of()), 1, 375, 625),
                Arguments.of(new Failure.InvalidRequest("m", "", Set.of(), true), 1, 30_000, 30_000),
                Arguments.of(new Failure.ForbiddenCompany("m", ""), 5, 1_000, 1_000));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void howLongALaneWaitsIsByTheMeaningOfWhatIsInItsWay(Failure failure, int inARow, long least, long most)
            throws SQLException {
        var outcome = (Outcome.Again) failures.setBack(claim, failure, inARow);
        assertThat(outcome.after()).isBetween(Duration.ofMillis(least), Duration.ofMillis(most));
        assertThat(shown("code")).isEqualTo(failure.code());
        assertThat(shown("failures")).isEqualTo(Integer.toString(inARow));
        boolean isForbidden = failure instanceof Failure.ForbiddenCompany;
        assertThat(failures.barred(claim).isPresent()).as("skipped by all").isEqualTo(isForbidden);
        assertThat(told.heard()).as("access is told of once for a company").hasSize(isForbidden ? 0 : 1);
    }

    @Test
    void whatIsInTheWayIsToldOnceAndThatItIsOver() throws SQLException {
        var failure = new Failure.Rejected("m", "trace-1", List.of());
        for (int i = 1; i < 9; i++) {
            failures.setBack(claim, failure, i);
            passed += Duration.ofMinutes(1).toNanos();
        }
        assertThat(told.heard()).hasSize(1).first().asString().contains("no row is lost").contains("trace-1");
        failures.answered(claim, STORE.tables().states().find(PushedCompany.of(claim)), true);
        assertThat(told.heard()).hasSize(2).last().asString().contains("goes on, after 480 s");
        assertThat(shown("code")).isNull();
        failures.answered(claim, STORE.tables().states().find(PushedCompany.of(claim)), true);
        assertThat(told.heard()).hasSize(2);
    }

    @Test
    void asLongAsARowWaitsForAnAnswerThatIsShown() throws SQLException {
        failures.putOff(claim, new Problem(ErrorCode.IN_DOUBT, "not answered"), 3);
        failures.answered(claim, STORE.tables().states().find(PushedCompany.of(claim)), false);
        assertThat(shown("code")).isEqualTo("in_doubt");
        failures.answered(claim, STORE.tables().states().find(PushedCompany.of(claim)), true);
        assertThat(shown("code")).isNull();
    }

    @Test
    void aRowIsRefusedForGoodOnlyByASchemaThatWasReadAfterItWasRefusedBefore() {
        assertThat(failures.isRefusedAnew(1, plan)).isFalse();
        assertThat(failures.isRefusedAnew(1, plan)).as("nothing was read meanwhile").isFalse();
        plans.put(push, new PushPlans.ReadyPush(plan));
        assertThat(failures.isRefusedAnew(2, plan)).as("another row").isFalse();
        assertThat(failures.isRefusedAnew(1, plan)).isTrue();
        assertThat(failures.isRefusedAnew(1, plan)).as("a person has retried it").isFalse();
    }

    @Test
    void aRunThatEndedUnexpectedlyIsShown() throws SQLException {
        failures.note(claim, new Problem(ErrorCode.UNEXPECTED, "a fault of ours"));
        assertThat(shown("code")).isEqualTo("unexpected");
        assertThat(shown("reason")).isEqualTo("a fault of ours");
        assertThat(Optional.ofNullable(shown("retry_at"))).isPresent();
    }

    private String shown(String column) {
        return STORE.database().value("select " + column + " from nxt_sync.push_state where push = '" + push + "'");
    }
}
