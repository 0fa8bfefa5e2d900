package dev.nxtsync.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;

import io.quarkus.runtime.ShutdownEvent;

import dev.nxtsync.config.ScheduleSettings;
import dev.nxtsync.config.SettingsFixture;

/** Runs that take other units of their company along. */
class TakingAlongTest extends JobRunnerFixture {
    @Test
    void whatIsThrownForAUnitThatWasTakenAlongIsOfThatUnitOnly() throws SQLException {
        declareLoads();
        loading.run = progress -> {
            var taken = progress.takeAlong(9);
            if (taken.size() == 2) {
                progress.end(taken.get(0), rest -> {
                    throw new IllegalStateException("broken");
                });
                progress.end(taken.get(1), rest -> new Outcome.Done(NEVER));
            }
            return new Outcome.Done(NEVER);
        };
        runner.look();
        await().until(() -> database.number("select count(*) from nxt_sync.job where kind = 'load' and holder is null "
                + "and (due_at > '9000-01-01' or (failures = 1 and retry_at is not null))") == 3);
        assertThat(database.number("select sum(failures) from nxt_sync.job where kind = 'load'")).isEqualTo(1);
    }

    @Test
    void whatARunHasTakenAlongIsFreedWhenItEndsItAndElseWithTheRunAsDueAsItWas() throws SQLException {
        declareLoads();
        loading.run = progress -> {
            var taken = progress.takeAlong(9);
            if (taken.isEmpty()) {
                return new Outcome.Done(NEVER);
            }
            assertThat(taken).hasSize(2);
            progress.end(taken.get(0), rest -> new Outcome.Done(NEVER));
            assertThat(database.number("select count(*) from nxt_sync.job where kind = 'load' and holder is not null"))
                    .isEqualTo(2);
            return new Outcome.Again(Duration.ofHours(1));
        };
        runner.look();
        await().until(() -> loading.begun.get() == 2
                && database.number("select count(*) from nxt_sync.job where holder is not null") == 0);
        assertThat(database.number("select count(*) from nxt_sync.job where kind = 'load' and retry_at is not null"))
                .as("the first").isEqualTo(1);
        assertThat(database.number("select count(*) from nxt_sync.job where kind = 'load' and due_at > '9000-01-01'"))
                .as("that which was ended, and the third, which had a run of its own").isEqualTo(2);
    }

    @Test
    void untilARunHasTakenOthersAlongOrGoesAloneNoneOfItsCompanyBegins() throws SQLException {
        declareLoads();
        var mayDecide = new CountDownLatch(1);
        loading.run = progress -> {
            waitFor(mayDecide);
            progress.goAlone();
            waitFor(fetching.mayEnd);
            return new Outcome.Done(NEVER);
        };
        runner.look();
        await().until(() -> loading.begun.get() == 1);
        runner.look();
        assertThat(database.number("select count(*) from nxt_sync.job where kind = 'load' and holder is not null"))
                .isEqualTo(1);
        mayDecide.countDown();
        await().until(() -> loading.begun.get() == 3);
    }

    @Test
    void aProcessThatStopsTakesNothingAlong() throws Exception {
        declareLoads();
        var isStopping = new CountDownLatch(1);
        var taken = new CompletableFuture<List<Claim>>();
        loading.run = progress -> {
            waitFor(isStopping);
            taken.complete(progress.takeAlong(9));
            return new Outcome.Done(NEVER);
        };
        runner.look();
        await().until(() -> loading.begun.get() == 1);
        var stop = new Thread(() -> {
            try {
                runner.stop(new ShutdownEvent());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        stop.start();
        await().until(() -> stop.getState() == Thread.State.TIMED_WAITING);
        isStopping.countDown();
        assertThat(taken.get(10, TimeUnit.SECONDS)).isEmpty();
        stop.join();
    }

    @Test
    void unitsWhoseTakingAlongWasCommittedButNotAnsweredAreWorkedOnAgain() throws Exception {
        declareLoads();
        var lost = new AtomicBoolean();
        var replica = new Replica(store);
        replica.beat();
        var other = runner(new Claims(store, replica) {
            @Override
            List<Claim> claimAlong(Claim claim, boolean takeOver, int most) throws SQLException {
                var taken = super.claimAlong(claim, takeOver, most);
                if (!lost.getAndSet(true)) {
                    throw new SQLException("The connection is lost.", "08006");
                }
                return taken;
            }
        }, ScheduleSettings.of(SettingsFixture.of(Map.of())));
        loading.run = progress -> {
            for (Claim each : progress.takeAlong(9)) {
                progress.end(each, rest -> new Outcome.Done(NEVER));
            }
            return new Outcome.Done(NEVER);
        };
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            other.tick();
            return database.number("select count(*) from nxt_sync.job where kind = 'load' and holder is null "
                    + "and due_at > '9000-01-01'") == 3;
        });
        assertThat(lost).isTrue();
        other.stop(new ShutdownEvent());
    }

    @Test
    void aRunThatIsGivenUpLosesWhatItHasTakenAlongToo() throws Exception {
        declareLoads();
        var impatient = runner(claims, new ScheduleSettings(Duration.ofMinutes(-2), 2));
        var hasTaken = new CountDownLatch(1);
        var isGivenUp = new CountDownLatch(1);
        var ends = new CompletableFuture<Boolean>();
        loading.run = progress -> {
            var taken = progress.takeAlong(9);
            hasTaken.countDown();
            while (isGivenUp.getCount() > 0) {
                waitFor(isGivenUp);
                // once for each unit
                Thread.interrupted();
            }
            progress.end(taken.get(0), rest -> new Outcome.Done(NEVER));
            ends.complete(true);
            return new Outcome.Done(NEVER);
        };
        impatient.look();
        waitFor(hasTaken);
        impatient.tick();
        assertThat(database.number("select count(*) from nxt_sync.job where kind = 'load' and holder is null "
                + "and failures = 1 and retry_at is not null")).isEqualTo(3);
        isGivenUp.countDown();
        ends.get(10, TimeUnit.SECONDS);
        impatient.stop(new ShutdownEvent());
        assertThat(database.number("select count(*) from nxt_sync.job where kind = 'load' and due_at > '9000-01-01'"))
                .isZero();
    }
}
