package dev.nxtsync.pull;

import java.util.HashMap;
import java.util.Map;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.tenant.Tenant;

/**
 * How many threads of this process read whole tables of each company. Each walk has one, and more only as long as the company
 * has room for their requests. Safe for any number of threads.
 */
@Singleton
final class ReaderPlaces {
    private final int ofTenant;
    private final Map<Tenant, Integer> readers = new HashMap<>();

    ReaderPlaces(Settings.BudgetSettings budget) {
        // as many as can ask at a time: one place is left to what does not wait
        this.ofTenant = Math.max(1, budget.inProgress() - 1);
    }

    /** The most that one walk can have. */
    int most() {
        return ofTenant;
    }

    /** How many more could read. */
    synchronized int free(Tenant tenant) {
        return Math.max(0, ofTenant - readers.getOrDefault(tenant, 0));
    }

    /** A walk begins; {@link #left} ends it. */
    synchronized void first(Tenant tenant) {
        readers.merge(tenant, 1, Integer::sum);
    }

    /** Takes a place for one more of a walk, if there is room; {@link #left} gives it back. */
    synchronized boolean another(Tenant tenant) {
        boolean room = readers.getOrDefault(tenant, 0) < ofTenant;
        if (room) {
            first(tenant);
        }
        return room;
    }

    /** Whether whoever is not the first of its walk had better leave, since other walks have begun. */
    synchronized boolean isCrowded(Tenant tenant) {
        return readers.getOrDefault(tenant, 0) > ofTenant;
    }

    synchronized void left(Tenant tenant) {
        readers.merge(tenant, -1, (before, change) -> before + change == 0 ? null : before + change);
    }
}
