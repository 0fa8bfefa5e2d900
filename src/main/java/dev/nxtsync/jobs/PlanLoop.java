package dev.nxtsync.jobs;

import java.time.Duration;
import java.util.Collection;
import java.util.function.LongSupplier;

import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.process.Loop;
import dev.nxtsync.process.Threads;

/**
 * Plans what one feature does, each connection when it is time to, and tells what is wrong. A connection that cannot be planned
 * keeps the plans that it has, and keeps no other from being planned. For one thread.
 */
public final class PlanLoop {
    private static final Logger LOG = Logger.getLogger(PlanLoop.class);
    private static final Duration EVERY = Duration.ofSeconds(1);

    private final Planner planner;
    private final PlanFailures failures;
    private final PlanTimes times;

    public PlanLoop(Planner planner, PlanFailures failures) {
        this(planner, failures, System::nanoTime);
    }

    PlanLoop(Planner planner, PlanFailures failures, LongSupplier nanos) {
        this.planner = planner;
        this.failures = failures;
        this.times = new PlanTimes(planner.kind().again(), nanos);
    }

    /** @param step what is done each second, {@link #plan} among it */
    public void begin(Threads threads, Loop.LoopStep step) {
        threads.repeat(planner.kind().thread(), EVERY, step);
    }

    /**
     * Plans what it is time to plan. Each connection is looked at before the next is planned, which may take long.
     *
     * @return whether there was anything
     */
    public boolean plan(Collection<Settings.Connection> connections) {
        boolean any = false;
        for (Settings.Connection connection : connections) {
            String name = connection.name();
            if (failures.waitsForPerson(name)) {
                times.forget(name);
                planner.forget(name);
                continue;
            }
            MDC.put("connection", name);
            try {
                var due = times.due(name, planner.plans().takePlanAgain(name),
                        () -> planner.plans().takeLookAgain(name));
                due.ifPresent(attempt -> attempt(connection, attempt));
                any |= due.isPresent();
            } finally {
                MDC.remove("connection");
            }
            planner.look(name);
        }
        return any;
    }

    private void attempt(Settings.Connection connection, PlanTimes.DueAttempt attempt) {
        String name = connection.name();
        try {
            boolean complete = planner.plan(connection, attempt.asked());
            planner.plans().done(name);
            failures.over(planner.kind(), name);
            times.planned(attempt, complete);
        } catch (ShuttingDown e) {
            LOG.debugf("%s", e.getMessage());
        } catch (Throwable e) {
            // the other connections are planned all the same, and this one not every second
            planner.plans().trouble(name, failures.of(planner.kind(), name, e, times.failed(attempt)));
        }
    }
}
