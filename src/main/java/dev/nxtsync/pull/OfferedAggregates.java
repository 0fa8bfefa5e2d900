package dev.nxtsync.pull;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.inject.Singleton;

import dev.nxtsync.graphql.schema.Aggregates;
import dev.nxtsync.graphql.schema.Introspection;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.pull.plan.PullPlans;

/** What tables tell of groups of their rows, asked for once for all tables of a connection. Safe for any number of threads. */
@Singleton
class OfferedAggregates {
    private final Introspection introspection;
    private final PullPlans plans;
    /** By connection, of the tables that were planned when it was asked. */
    private final Map<String, Map<Table, Aggregates>> known = new ConcurrentHashMap<>();

    OfferedAggregates(Introspection introspection, PullPlans plans) {
        this.introspection = introspection;
        this.plans = plans;
    }

    /** @throws dev.nxtsync.graphql.FailedAnswer if there was no whole answer */
    synchronized Aggregates of(String connection, Table table) {
        var before = known.get(connection);
        if (before != null && before.containsKey(table)) {
            return before.get(table);
        }
        var all = introspection.aggregates(connection, plans.tables(connection));
        known.put(connection, all);
        return all.getOrDefault(table, Aggregates.NONE);
    }
}
