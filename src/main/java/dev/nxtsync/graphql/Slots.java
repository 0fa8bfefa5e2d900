package dev.nxtsync.graphql;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.tenant.Tenant;

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
    private final Map<Tenant, TenantSlots> tenants = new HashMap<>();
    private boolean kept;
    private boolean stopping;

    private static final class TenantSlots {
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
    synchronized boolean enter(Tenant tenant, boolean background) throws InterruptedException {
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
    synchronized void ended(Tenant tenant, boolean lost) {
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
    synchronized void tooMany(Tenant tenant) {
        var own = of(tenant);
        own.allowed = Math.max(1, own.allowed / 2);
        own.changedAt = System.nanoTime();
    }

    /** The lost calls by tenant that nobody has kept yet. */
    public synchronized Map<Tenant, Integer> unkept() {
        var unkept = new HashMap<Tenant, Integer>();
        tenants.forEach((tenant, own) -> {
            if (own.unkept > 0) {
                unkept.put(tenant, own.unkept);
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
    public synchronized void keep(Map<Tenant, Integer> written, Map<Tenant, Integer> all) {
        kept = true;
        all.keySet().forEach(this::of);
        tenants.forEach((tenant, own) -> {
            own.unkept -= written.getOrDefault(tenant, 0);
            own.kept = all.getOrDefault(tenant, 0);
        });
        notifyAll();
    }

    /** Whether the lost calls of earlier processes are known. */
    public synchronized boolean isKept() { return kept; }

    /** By tenant, how many places are taken by lost calls. */
    public synchronized Map<Tenant, Integer> lost() {
        var lost = new HashMap<Tenant, Integer>();
        tenants.forEach((tenant, own) -> lost.put(tenant, own.unkept + own.kept));
        return lost;
    }

    private TenantSlots of(Tenant tenant) {
        return tenants.computeIfAbsent(tenant, each -> {
            var made = new TenantSlots();
            made.allowed = inProgress;
            return made;
        });
    }

    private boolean hasRoom(TenantSlots own, boolean background) {
        while (own.allowed < inProgress && System.nanoTime() - own.changedAt >= RECOVERY) {
            own.allowed++;
            own.changedAt += RECOVERY;
        }
        int allowed = background ? Math.max(1, own.allowed - 1) : own.allowed;
        return own.live < allowed && own.live + own.unkept + own.kept < slots;
    }
}
