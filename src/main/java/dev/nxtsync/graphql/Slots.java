package dev.nxtsync.graphql;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ShuttingDown;

/**
 * The places that a company (or customer) has for requests in progress at the server. A call that was lost keeps its place
 * for long, so lost calls are counted beside the live ones. Safe for any number of threads.
 */
@Singleton
public class Slots {
    private static final long LONGEST_WAIT = Duration.ofSeconds(30).toNanos();
    private static final long RECOVERY = Duration.ofSeconds(30).toNanos();

    private final int inProgress;
    private final int slots;
    private final Map<String, Tenant> tenants = new HashMap<>();
    private boolean kept;
    private boolean stopping;

    private static final class Tenant {
        int live;
        int allowed;
        long changedAt = System.nanoTime();
        /** Lost by this process, and not yet among those that are kept. */
        int unkept;
        /** Lost by any process, as far as is kept. */
        int kept;
    }

    Slots(Settings.BudgetSettings budget) {
        this.inProgress = budget.inProgress();
        this.slots = budget.slots();
    }

    /**
     * Waits for a place.
     *
     * @param background whether the request gives way: one place is left to those that do not
     * @return whether it has got one, which must be given back by {@link #ended}
     * @throws ShuttingDown if the process is stopping, or begins to
     */
    synchronized boolean enter(String tenant, boolean background) throws InterruptedException {
        long from = System.nanoTime();
        var own = of(tenant);
        while (stopping || !hasRoom(own, background)) {
            if (stopping) {
                throw new ShuttingDown();
            }
            long rest = LONGEST_WAIT - (System.nanoTime() - from);
            if (rest <= 0) {
                return false;
            }
            wait(Math.max(1, Math.min(1000, rest / 1_000_000)));
        }
        own.live++;
        return true;
    }

    /** @param lost whether the server may still be at work on the request */
    synchronized void ended(String tenant, boolean lost) {
        var own = of(tenant);
        own.live--;
        if (lost) {
            own.unkept++;
        }
        notifyAll();
    }

    /** Lets nobody in from now on. */
    synchronized void stop() {
        stopping = true;
        notifyAll();
    }

    /** The server says that too many are in progress. */
    synchronized void tooMany(String tenant) {
        var own = of(tenant);
        own.allowed = Math.max(1, own.allowed / 2);
        own.changedAt = System.nanoTime();
    }

    /** The lost calls by tenant that nobody has kept yet. */
    public synchronized Map<String, Integer> unkept() {
        var unkept = new HashMap<String, Integer>();
        tenants.forEach((name, tenant) -> {
            if (tenant.unkept > 0) {
                unkept.put(name, tenant.unkept);
            }
        });
        return unkept;
    }

    /**
     * Takes over what is kept.
     *
     * @param written which of {@link #unkept} are among them now
     * @param all by tenant, the lost calls of all processes
     */
    public synchronized void keep(Map<String, Integer> written, Map<String, Integer> all) {
        kept = true;
        all.keySet().forEach(this::of);
        tenants.forEach((name, tenant) -> {
            tenant.unkept -= written.getOrDefault(name, 0);
            tenant.kept = all.getOrDefault(name, 0);
        });
        notifyAll();
    }

    /** Whether the lost calls of earlier processes are known. */
    public synchronized boolean isKept() { return kept; }

    /** By tenant, how many places are taken by lost calls. */
    public synchronized Map<String, Integer> lost() {
        var lost = new HashMap<String, Integer>();
        tenants.forEach((name, tenant) -> lost.put(name, tenant.unkept + tenant.kept));
        return lost;
    }

    private Tenant of(String tenant) {
        return tenants.computeIfAbsent(tenant, each -> {
            var made = new Tenant();
            made.allowed = inProgress;
            return made;
        });
    }

    private boolean hasRoom(Tenant tenant, boolean background) {
        while (tenant.allowed < inProgress && System.nanoTime() - tenant.changedAt >= RECOVERY) {
            tenant.allowed++;
            tenant.changedAt += RECOVERY;
        }
        int allowed = background ? Math.max(1, tenant.allowed - 1) : tenant.allowed;
        return tenant.live < allowed && tenant.live + tenant.unkept + tenant.kept < slots;
    }
}
