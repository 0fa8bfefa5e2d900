package dev.nxtsync.pull.plan;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/**
 * Which pulls were adopted since all of a connection could be planned, so that those which run as they are designed are left
 * alone while it is planned again and again for another that is stopped. For one thread.
 */
@Singleton
class AdoptedPulls {
    /** Less than passes between two plans of a connection of which nothing is stopped. */
    private static final long LATELY = Duration.ofMinutes(4).toNanos();

    private final PullPlans plans;
    private final LongSupplier nanos;
    /** By connection and pull, when it was adopted, as the clock says. */
    private final Map<String, Map<String, Long>> adopted = new HashMap<>();

    @Inject
    AdoptedPulls(PullPlans plans) {
        this(plans, System::nanoTime);
    }

    AdoptedPulls(PullPlans plans, LongSupplier nanos) {
        this.plans = plans;
        this.nanos = nanos;
    }

    /** Whether a pull was lately adopted so, and runs. */
    boolean isOf(PullPlans.Ready ready) {
        long now = nanos.getAsLong();
        String pull = ready.plan().name();
        return now - of(ready.plan()).getOrDefault(pull, now - LATELY) < LATELY
                && plans.of(pull).filter(ready::equals).isPresent();
    }

    void put(PullPlan plan) {
        of(plan).put(plan.name(), nanos.getAsLong());
    }

    private Map<String, Long> of(PullPlan plan) {
        return adopted.computeIfAbsent(plan.pull().connection(), each -> new HashMap<>());
    }

    /** All of a connection are adopted again with its next plan. */
    void forget(String connection) {
        adopted.remove(connection);
    }
}
