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
    private final Map<String, OfConnection> known = new ConcurrentHashMap<>();

    OfferedAggregates(Introspection introspection, PullPlans plans) {
        this.introspection = introspection;
        this.plans = plans;
    }

    /** @throws dev.nxtsync.graphql.FailedAnswer if there was no whole answer */
    Aggregates of(String connection, Table table) {
        // one that is slow holds up no other
        return known.computeIfAbsent(connection, OfConnection::new).of(table);
    }

    /** Those of the tables that were planned when they were asked for. */
    private final class OfConnection {
        private final String connection;
        private Map<Table, Aggregates> tables = Map.of();

        OfConnection(String connection) {
            this.connection = connection;
        }

        synchronized Aggregates of(Table table) {
            if (!tables.containsKey(table)) {
                tables = introspection.aggregates(connection, plans.tables(connection));
            }
            return tables.getOrDefault(table, Aggregates.NONE);
        }
    }
}
