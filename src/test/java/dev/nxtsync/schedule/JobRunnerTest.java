package dev.nxtsync.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobRunnerTest extends JobRunnerFixture {
    @Test
    void whatIsWokenWhileItRunsIsLookedAtWhenItsPauseEndsAndNotAtTheNextTick() {
        wake();
        runner.look();
        await().until(() -> fetching.begun.get() == 1);
        // as another process does, which cannot claim what is held here
        wake();
        runner.look();
        fetching.mayEnd.countDown();
        await().atMost(Duration.ofSeconds(20)).until(() -> fetching.begun.get() == 2);
    }

    @Test
    void whatAnotherProcessWakesInThePauseIsLookedAtWhenThatEnds() {
        fetching.mayEnd.countDown();
        wake();
        runner.look();
        await().until(() -> database
                .number("select count(*) from nxt_sync.job where retry_at is not null and holder is null") == 1);
        wake();
        await().atMost(Duration.ofSeconds(20)).until(() -> fetching.begun.get() == 2);
        await().until(() -> database.number("select wanted - served from nxt_sync.job where kind = 'fetch'") == 0);
    }

    /** As after a fail-over to a server that the freeing had not reached. */
    @Test
    void aUnitThatItHoldsWithoutKnowingIsWorkedOnAgain() throws SQLException {
        fetching.mayEnd.countDown();
        wake();
        assertThat(claims.claim(List.of(new Claims.ConnectionUnits(UnitKind.FETCH, "main")), List.of(), false))
                .isPresent();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            runner.tick();
            return fetching.begun.get() == 1;
        });
    }

    @Test
    void theLastOfARunIsKeptInTheTransactionThatFreesItsUnit() {
        ends();
        fetching.mayEnd.countDown();
        wake();
        runner.look();
        await().until(() -> database.number("""
                select count(*) from public.kept join nxt_sync.job on job.xmin::text = kept.at
                where kind = 'fetch' and holder is null and served = wanted""") == 1);
    }

    @Test
    void nothingOfTheLastOfARunIsKeptWhereItsUnitWasTakenAway() {
        ends();
        wake();
        runner.look();
        await().until(() -> fetching.begun.get() == 1);
        database.execute(
                "update nxt_sync.job set holder = null, fence = nextval('nxt_sync.fence') where kind = 'fetch'");
        fetching.mayEnd.countDown();
        await().until(() -> database.number("select last_value from nxt_sync.stale_write where is_called") == 1);
        await().until(() -> database.count("public.kept") > 0);
        assertThat(database.count("public.kept")).as("of the second run only").isEqualTo(1);
        assertThat(fetching.begun.get()).isEqualTo(2);
    }

    private void ends() {
        database.execute("create table public.kept (at text)");
        fetching.outcome = new Outcome.Ending(transaction -> {
            transaction.execute("insert into public.kept values (pg_current_xact_id()::text)");
            return new Outcome.Done(NEVER, Duration.ofHours(1));
        });
    }

    /** Also where the next attempt has another connection. */
    @ParameterizedTest
    @ValueSource(strings = {"select from public.missing", "select pg_terminate_backend(pg_backend_pid())"})
    void whatCannotBeReadWithTheClaimIsForTheRunToMeetAndStopsNoClaims(String statement) {
        fetching.opening = transaction -> transaction.execute(statement);
        fetching.mayEnd.countDown();
        wake();
        runner.look();
        await().until(() -> fetching.begun.get() == 1);
    }

    /** As where a newer version has written a state that this one does not know. */
    @Test
    void whatIsReadWithTheClaimAndNotUnderstoodStopsNoClaims() throws SQLException {
        fetching.opening = transaction -> {
            throw new IllegalStateException("no such state");
        };
        wake();
        declareLoads();
        runner.look();
        await().until(() -> fetching.begun.get() == 1 && loading.begun.get() == 3);
    }
}
