package dev.nxtsync.pull;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import dev.nxtsync.pull.plan.PageSize;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.tenant.Tenant;

/** What this process has learned of walks of one kind: how large pages may be, which cursors are refused, and
 * which walks cannot be split. Thread-safe. */
final class WalkMemory {
    private final Map<PulledTenant, PageSize> sizes = new ConcurrentHashMap<>();
    private final RefusedCursors cursors = new RefusedCursors();
    /** Of which the server refuses what is asked to split them, or their ranges. */
    private final Set<PulledTenant> whole = ConcurrentHashMap.newKeySet();

    /** How many rows of a pull go into one page. */
    PageSize size(PullPlan plan, Tenant tenant) {
        return sizes.computeIfAbsent(new PulledTenant(plan.name(), tenant), each -> PageReader.size(plan));
    }

    RefusedCursors cursors() {
        return cursors;
    }

    /** Whether walks may be split. */
    boolean isDivisible(PullPlan plan, Tenant tenant) {
        return !whole.contains(new PulledTenant(plan.name(), tenant));
    }

    /** Says whether that is new. */
    boolean indivisible(PullPlan plan, Tenant tenant) {
        return whole.add(new PulledTenant(plan.name(), tenant));
    }
}
