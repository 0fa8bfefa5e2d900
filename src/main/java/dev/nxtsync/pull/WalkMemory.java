package dev.nxtsync.pull;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.nxtsync.pull.plan.PageSize;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.tenant.Tenant;

/** What this process has learned of walks of one kind: how large pages may be, and which cursors are refused. Thread-safe. */
final class WalkMemory {
    private final Map<PulledTenant, PageSize> sizes = new ConcurrentHashMap<>();
    private final RefusedCursors cursors = new RefusedCursors();

    /** How many rows of a pull go into one page. */
    PageSize size(PullPlan plan, Tenant tenant) {
        return sizes.computeIfAbsent(new PulledTenant(plan.name(), tenant), each -> plan.pageSize());
    }

    RefusedCursors cursors() {
        return cursors;
    }
}
