package dev.nxtsync.push.plan;

import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Seconds;
import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.jobs.OutageLog;
import dev.nxtsync.process.Threads;
import dev.nxtsync.schedule.Backoff;

/**
 * Plans the pushes of each connection when it is time: daily, when an answer did not fit to the schema, every half minute as
 * long as a push is stopped, and with a back-off while planning fails. For one thread.
 */
@Singleton
class PushPlanTimes {
    private static final Logger LOG = Logger.getLogger(PushPlanTimes.class);
    static final String THREAD = "push-planner";
    private static final Duration SCHEMA_AGAIN = Duration.ofDays(1);
    private static final Duration STOPPED_AGAIN = Duration.ofSeconds(30);
    /** Answers that do not fit may go on coming; the schema is not read for each. */
    private static final Duration ASKED_AGAIN = Duration.ofSeconds(10);

    private final NxtClient nxt;
    private final PushPlanner planner;
    private final PushPlans plans;
    private final OutageLog outages;
    private final Threads threads;
    private final Map<String, PlanAttempt> attempts = new HashMap<>();

    /**
     * The last attempt to plan a connection.
     *
     * @param at when it was, on this process' monotonic clock
     * @param next when the next one is
     */
    private record PlanAttempt(int failures, long at, long next) {
        PlanAttempt succeeded(long now, Duration wait) {
            return new PlanAttempt(0, now, now + wait.toNanos());
        }

        PlanAttempt failed(long now, Duration wait) {
            return new PlanAttempt(failures + 1, now, now + wait.toNanos());
        }
    }

    PushPlanTimes(NxtClient nxt, PushPlanner planner, PushPlans plans, OutageLog outages, Threads threads) {
        this.nxt = nxt;
        this.planner = planner;
        this.plans = plans;
        this.outages = outages;
        this.threads = threads;
    }

    /** Plans the pushes of a connection if it is time to; a failure is shown, logged and tried again. */
    void plan(Settings.Connection connection) {
        String name = connection.name();
        var pushes = planner.pushes(connection);
        if (nxt.waitsForPerson(name)) {
            // who signs in then may change something else
            attempts.remove(name);
            plans.undone(name);
            return;
        }
        long now = System.nanoTime();
        var last = attempts.getOrDefault(name, new PlanAttempt(0, now, now));
        boolean asked = now - last.at() >= ASKED_AGAIN.toNanos() && plans.takeLookAgain(name);
        if (pushes.isEmpty() || (!asked && now - last.next() < 0)) {
            return;
        }
        var wait = Backoff.after(last.failures() + 1);
        try {
            boolean complete = planner.plan(connection, pushes);
            plans.noTrouble(name);
            outages.over(work(name)).ifPresent(lasted -> LOG.infof(
                    "The pushes of connection %s are planned, after %d s", name, lasted.toSeconds()));
            attempts.put(name, last.succeeded(now, complete ? SCHEMA_AGAIN : STOPPED_AGAIN));
        } catch (ShuttingDown e) {
            LOG.debugf("%s", e.getMessage());
        } catch (FailedAnswer | SQLException e) {
            tell(name, e, wait);
            attempts.put(name, last.failed(now, wait));
        } catch (Throwable e) {
            // the other connections are planned all the same, and this one not every second
            threads.failed(THREAD, e, "The planning of the pushes of connection " + name);
            plans.trouble(name, Problem.unexpected("Planning", e));
            attempts.put(name, last.failed(now, wait));
        }
    }

    private void tell(String connection, Exception e, Duration wait) {
        Problem reason = e instanceof FailedAnswer failed
                ? failed.failure().reason()
                : DatabaseFault.of((SQLException) e);
        plans.trouble(connection, reason);
        boolean news = e instanceof FailedAnswer failed
                ? !nxt.waitsForPerson(connection) && outages.isNews(connection, work(connection), failed.failure())
                : outages.isNews(work(connection), reason.code());
        LOG.logf(news ? Logger.Level.WARN : Logger.Level.DEBUG,
                "The pushes of connection %s cannot be planned. %s Tried again in %s.", connection, reason.message(),
                Seconds.of(wait));
    }

    private static String work(String connection) {
        return "planning of pushes of " + connection;
    }
}
