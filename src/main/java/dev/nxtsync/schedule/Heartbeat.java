package dev.nxtsync.schedule;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.database.Migrations;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Words;
import dev.nxtsync.process.ConditionLog;
import dev.nxtsync.process.ExponentialBackoff;
import dev.nxtsync.process.Loop;
import dev.nxtsync.process.Threads;

/**
 * Whether this process may take part: the database is there and migrated, and it has lately said that it is alive. Has a thread
 * of its own, so that nothing else that waits for the database keeps it from saying so.
 */
@Singleton
public class Heartbeat {
    private static final Logger LOG = Logger.getLogger(Heartbeat.class);
    private static final ExponentialBackoff WAITS = new ExponentialBackoff(Duration.ofSeconds(1),
            Duration.ofSeconds(10));
    private static final long PERIOD = Duration.ofSeconds(4).toNanos();
    /** Well below the silence after which another process takes over. */
    private static final long TOO_OLD = Duration.ofSeconds(8).toNanos();
    private static final Duration LAST_BEAT = Duration.ofSeconds(5);

    private static final String DATABASE = "database";

    private final Migrations migrations;
    private final Replica replica;
    private final Instance<StartupWrite> before;
    private boolean written;
    private long nextAttempt = System.nanoTime();
    private volatile long beatAt;
    private volatile long backSince;
    private int failures;
    private final ConditionLog<String> conditions = new ConditionLog<>();
    private @Nullable Loop loop;
    private volatile Optional<Problem> trouble = Optional
            .of(new Problem(ErrorCode.DATABASE_AWAY, "The database has not been reached yet."));

    Heartbeat(Migrations migrations, Replica replica, @Any Instance<StartupWrite> before) {
        this.before = before;
        this.migrations = migrations;
        this.replica = replica;
    }

    /** What keeps this process from taking part; empty if nothing does. */
    public Optional<Problem> problem() {
        return trouble;
    }

    void begin(@Observes Threads threads) {
        loop = threads.loop("heartbeat", Duration.ofSeconds(1), () -> beat(threads));
    }

    /** Says that this process is gone, and nothing more after that. */
    void leave() throws InterruptedException {
        var beating = loop;
        if (beating != null) {
            beating.stop(LAST_BEAT);
        }
        try {
            replica.leave();
        } catch (SQLException | RuntimeException e) {
            LOG.debugf("this process could not take its leave: %s", e.getMessage());
        }
    }

    private void beat(Threads threads) {
        long now = System.nanoTime();
        if (now - nextAttempt >= 0) {
            try {
                if (!migrations.done()) {
                    migrations.run();
                    LOG.info("The database is there, and the schema nxt_sync is up to date");
                }
                if (!written) {
                    for (StartupWrite each : before) {
                        each.write();
                    }
                    written = true;
                }
                replica.beat();
                failures = 0;
                beatAt = now;
                nextAttempt = now + PERIOD;
                conditions.over(DATABASE)
                        .ifPresent(lasted -> LOG.infof("The database can be used again, after %s", Words.time(lasted)));
                if (trouble.isPresent()) {
                    backSince = now;
                    trouble = Optional.empty();
                    threads.soon();
                }
            } catch (SQLException | RuntimeException e) {
                failed(e, now);
            }
        }
    }

    /** Whether this process has lately said that it is alive, so that what it claims is not taken over at once. */
    boolean alive() {
        return trouble.isEmpty() && System.nanoTime() - beatAt < TOO_OLD;
    }

    /**
     * Whether silent processes may be taken over: after an outage all have been silent, and get one beat to speak up. One of
     * which somebody knows that it was silent before this process began has had that.
     */
    boolean mayTakeOver() {
        return trouble.isEmpty() && System.nanoTime() - backSince > 2 * PERIOD;
    }

    private void failed(Exception e, long now) {
        failures++;
        Duration wait = WAITS.after(failures);
        nextAttempt = now + wait.toNanos();
        var reason = DatabaseFault.of(e);
        trouble = Optional.of(reason);
        LOG.logf(conditions.isNews(DATABASE, reason.code()) ? Logger.Level.WARN : Logger.Level.DEBUG,
                "The database cannot be used: %s The next attempt is in %s.", reason.message(), Words.time(wait));
    }
}
