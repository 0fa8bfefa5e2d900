package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.database.Handles;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.jobs.CompanyAccess;
import dev.nxtsync.jobs.CompanyAccessFixture;
import dev.nxtsync.jobs.OutageLog;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.plan.PullPlans;
import dev.nxtsync.pull.state.PullState;
import dev.nxtsync.pull.state.PullState.PullHealth;
import dev.nxtsync.pull.state.PullStore;
import dev.nxtsync.pull.target.TargetFault;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.support.Listening;
import dev.nxtsync.tenant.Tenant;

class FailurePolicyTest {
    private static final PullPlan PLAN = ChangingTable.PLAN;
    private static final Duration HOUR = Duration.ofHours(1);
    private static PullStore store;

    private long passed;
    private final PullPlans plans = new PullPlans();
    private final OutageLog outages = CompanyAccessFixture.outages(() -> passed);
    private final CompanyAccess access = CompanyAccessFixture.access(outages);
    private final FailurePolicy policy = new FailurePolicy(store.states(), plans, access, outages);
    private final Listening told = Listening.to(PullReport.class);
    private final Listening toldOfPulls = Listening.to(FailurePolicy.class);
    private Claim claim;

    @BeforeAll
    static void migrate() throws SQLException {
        store = PullStore.migrated();
        store.units().declare("x", "main", List.of(Tenant.company(1)));
    }

    @BeforeEach
    void claim() throws SQLException {
        store.database()
                .execute("update nxt_sync.pull_state set state = 'ok', code = null, reason = null, met_by = null, "
                        + "failures = 0, retry_at = null; update nxt_sync.job set due_at = '9999-01-01'");
        claim = ((Claims.Claimed) store.claims().claim(WorkUnit.ofPull(UnitKind.POLL, "main", Tenant.company(1), "")))
                .claim();
    }

    @AfterEach
    void free() throws SQLException {
        store.claims().free(claim, Optional.empty(), Optional.empty(), true);
        told.close();
        toldOfPulls.close();
    }

    /** The failure, how many came before, what is shown, whether all of the unit waits, and whether the schema is read. */
    static Stream<Arguments> failures() {
        return Stream.of(Arguments.of(new Failure.Throttled("m", "", HOUR), 0, PullHealth.FAILING, true, false),
                Arguments.of(new Failure.Throttled("m", "", HOUR), 9, PullHealth.FAILING, true, false),
                Arguments.of(new Failure.Busy("m", "", HOUR), 0, PullHealth.FAILING, true, false),
                Arguments.of(new Failure.Unauthorized("m", ""), 3, PullHealth.FAILING, true, false),
                Arguments.of(new Failure.Unavailable(ErrorCode.UNREACHABLE, "m"), 5, PullHealth.FAILING, true, false),
                Arguments.of(new Failure.InDoubt("m", "", true, false), 0, PullHealth.FAILING, true, false),
                Arguments.of(new Failure.InDoubt("m", "", true, true), 0, PullHealth.FAILING, false, false),
                Arguments.of(new Failure.InDoubt("m", "", true, false, HOUR), 0, PullHealth.FAILING, true, false),
                Arguments.of(new Failure.Rejected("m", "", List.of()), 7, PullHealth.FAILING, false, false),
                Arguments.of(new Failure.Unreadable("m", "", false, false, Set.of()), 0, PullHealth.FAILING, true,
                        false),
                Arguments.of(new Failure.Unreadable("m", "", false, true, Set.of()), 0, PullHealth.FAILING, false,
                        false),
                Arguments.of(new Failure.InvalidRequest("m", "", Set.of(), true), 0, PullHealth.FAILING, false, true),
                Arguments.of(new Failure.InvalidRequest("m", "", Set.of(), true), 1, PullHealth.FAILING, false, true),
                Arguments.of(new Failure.InvalidRequest("m", "", Set.of(), true), 2, PullHealth.STOPPED, false, true),
                Arguments.of(new Failure.ForbiddenCompany("m", ""), 0, PullHealth.STOPPED, true, false));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void whatFollowsFromAFailureIsByItsMeaning(Failure failure, int before, PullHealth shown, boolean whole,
            boolean reads) throws SQLException {
        var retry = policy.of(claim, state(before), failure, report(), true);
        assertThat(store.states().of("x", 1).orElseThrow().state()).isEqualTo(shown);
        assertThat(store.states().of("x", 1).orElseThrow().reason().errorCode()).isEqualTo(failure.errorCode());
        assertThat(retry.whole()).isEqualTo(whole);
        assertThat(plans.takeLookAgain("main")).isEqualTo(reads);
        assertThat(retry.run().outcome()).isEqualTo(failure.code());
        boolean isForbidden = failure instanceof Failure.ForbiddenCompany;
        assertThat(access.barred(claim).isPresent()).isEqualTo(isForbidden);
        assertThat(told.heard()).as("access is told of once for a company").hasSize(isForbidden ? 0 : 1);
        if (isForbidden) {
            assertThat(retry.retry()).as("whoever comes first then asks").isEqualTo(Duration.ofSeconds(1));
        } else if (!failure.atLeast().isZero()) {
            assertThat(retry.retry()).isEqualTo(HOUR);
        } else {
            long doubled = 500L << before;
            assertThat(retry.retry()).isBetween(Duration.ofMillis(doubled * 3 / 4), Duration.ofMillis(doubled * 5 / 4));
        }
    }

    @Test
    void aFailureIsToldAtItsBeginningEveryTenMinutesAndIfItChangesAndNotWhereAnotherTableTellsIt() throws SQLException {
        var rejected = new Failure.Rejected("m", "trace-1", List.of());
        policy.of(claim, state(0), rejected, report(), false);
        assertThat(told.heard()).as("told of another table").isEmpty();
        passed += Duration.ofMinutes(11).toNanos();
        for (int minute = 0; minute < 10; minute++) {
            policy.of(claim, state(minute), rejected, report(), true);
            passed += Duration.ofSeconds(50).toNanos();
        }
        assertThat(told.heard()).hasSize(1).first().asString().contains("trace trace-1");
        policy.of(claim, state(9), new Failure.InDoubt("m", "", false, false), report(), true);
        assertThat(told.heard()).hasSize(2);
        policy.succeeded(claim, "x");
        assertThat(toldOfPulls.heard()).singleElement().asString().contains("goes on, after");
        policy.succeeded(claim, "x");
        assertThat(toldOfPulls.heard()).hasSize(1);
    }

    /** By SQLSTATE, and how many came before. */
    @ParameterizedTest
    @CsvSource({"55P03, 0, FAILING, true", "40001, 0, FAILING, true", "42P10, 0, FAILING, false",
            "42P10, 1, FAILING, false", "42P10, 2, FAILING, true", "42501, 0, STOPPED, true", "23505, 0, STOPPED, true",
            "P0001, 0, STOPPED, true", "22012, 9, STOPPED, true", "42703, 0, STOPPED, true"})
    void aTargetThatPostgresRefusesIsLookedAtAgainWithinHalfAMinuteAndKeepsNothingElseWaiting(String sqlState,
            int before, PullHealth shown, boolean isTold) throws SQLException {
        var retry = policy.of(claim, state(before), refused(sqlState), report());
        assertThat(store.states().of("x", 1).orElseThrow().state()).isEqualTo(shown);
        assertThat(retry.whole()).isFalse();
        assertThat(retry.retry()).isLessThanOrEqualTo(Duration.ofSeconds(30));
        assertThat(retry.run().outcome()).isEqualTo("target_unusable");
        assertThat(told.heard().isEmpty()).isNotEqualTo(isTold);
    }

    @Test
    void aKeyThatIsNotUniqueStopsThePullAndHasItReconciledWhichCanTellThatItIsOver() throws SQLException {
        var repeated = new Uniqueness.Repeated(new Problem(ErrorCode.KEY_NOT_UNIQUE, "twice"));
        assertThat(policy.of(claim, state(0), repeated, report()).whole()).isFalse();
        assertThat(store.states().of("x", 1).orElseThrow().state()).isEqualTo(PullHealth.STOPPED);
        assertThat(store.database().value("select kind from nxt_sync.job where due_at <= clock_timestamp()"))
                .isEqualTo("reconciliation");
    }

    @Test
    void whereNobodySaysWhetherAKeyIsUniqueItIsAFailureAsAnyOther() throws SQLException {
        var unknown = new Uniqueness.Unknown(new Failure.Busy("full", "", HOUR));
        assertThat(policy.of(claim, state(0), unknown, report()).retry()).isEqualTo(HOUR);
        assertThat(store.database().number("select count(*) from nxt_sync.job where due_at <= clock_timestamp()"))
                .isZero();
    }

    @Test
    void rowsThatAreLackingAreToldOnceAndWhenTheyAreNot() {
        policy.lacks(claim, "lacking");
        policy.lacks(claim, "lacking");
        assertThat(toldOfPulls.heard()).hasSize(1);
        passed += Duration.ofMinutes(2).toNanos();
        policy.lacksNothing(claim);
        policy.lacksNothing(claim);
        assertThat(toldOfPulls.heard()).hasSize(2).last().asString().contains("as many rows arrived");
    }

    private static PullState state(int failures) {
        return new PullState("x", 1, PullHealth.OK, new Problem(ErrorCode.UNEXPECTED, ""), failures, Instant.EPOCH,
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(), false, Optional.empty(), Optional.empty());
    }

    private PullReport report() {
        return new PullReport("x", claim, Instant.EPOCH, new SimpleMeterRegistry());
    }

    private static TargetFault refused(String sqlState) throws SQLException {
        try (var transaction = Handles.on(store.database().connect())) {
            TargetFault.guard(transaction, PLAN.target(),
                    guarded -> guarded.execute("do $$begin raise 'no' using errcode = '" + sqlState + "'; end$$"));
            throw new AssertionError();
        } catch (TargetFault e) {
            return e;
        }
    }
}
