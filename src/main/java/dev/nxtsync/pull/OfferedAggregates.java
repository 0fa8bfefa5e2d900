package dev.nxtsync.pull;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Recovery;
import dev.nxtsync.graphql.schema.Aggregates;
import dev.nxtsync.graphql.schema.GroupFilter;
import dev.nxtsync.graphql.schema.GroupFilters;
import dev.nxtsync.graphql.schema.Introspection;
import dev.nxtsync.graphql.schema.PrimaryKeys;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.pull.plan.PullPlans;

/** What tables tell of groups of their rows, asked for once for all tables of a connection. Safe for any number of threads. */
@Singleton
class OfferedAggregates {
    private static final Logger LOG = Logger.getLogger(OfferedAggregates.class);

    private final Introspection introspection;
    private final GroupFilters groupFilters;
    private final PullPlans plans;
    private final Set<Table> withoutKeys = ConcurrentHashMap.newKeySet();
    private final Map<String, OfConnection> known = new ConcurrentHashMap<>();

    OfferedAggregates(Introspection introspection, GroupFilters groupFilters, PullPlans plans) {
        this.introspection = introspection;
        this.groupFilters = groupFilters;
        this.plans = plans;
    }

    /** @throws dev.nxtsync.graphql.FailedAnswer if there was no whole answer */
    Aggregates of(String connection, Table table) {
        // one that is slow holds up no other
        return known.computeIfAbsent(connection, OfConnection::new).of(table);
    }

    /** How rows are found that share a key, of a table whose key is not documented; empty if the key is, or there is no way. */
    Optional<GroupFilter> filter(String connection, Table table) {
        return PrimaryKeys.of(table.name()).isPresent() || withoutKeys.contains(table)
                ? Optional.empty()
                : known.computeIfAbsent(connection, OfConnection::new).filter(table);
    }

    /** Keys of a table are not proven with its totals from now on, if they may be why these were not answered. Says whether they may. */
    boolean leaveKeysOut(Table table, Failure failure) {
        return (failure.mayBeTooLarge() || failure.next() == Recovery.FIX || failure instanceof Failure.Rejected)
                && withoutKeys.add(table);
    }

    /** Those of the tables that were planned when they were asked for. */
    private final class OfConnection {
        private final String connection;
        private Map<Table, Aggregates> tables = Map.of();
        private Map<String, GroupFilter> filters = Map.of();
        private Set<Table> filtered = Set.of();

        OfConnection(String connection) {
            this.connection = connection;
        }

        synchronized Aggregates of(Table table) {
            if (!tables.containsKey(table)) {
                tables = introspection.aggregates(connection, plans.tables(connection));
            }
            return tables.getOrDefault(table, Aggregates.NONE);
        }

        synchronized Optional<GroupFilter> filter(Table table) {
            if (!filtered.contains(table)) {
                var wanted = plans.tables(connection).stream().filter(each -> PrimaryKeys.of(each.name()).isEmpty())
                        .toList();
                filtered = Set.copyOf(wanted);
                filters = Map.of();
                try {
                    filters = groupFilters.of(connection, wanted);
                } catch (FailedAnswer e) {
                    // totals are compared all the same
                    LOG.debugf("connection %s: keys are not proven with totals: %s", connection, e.getMessage());
                }
            }
            return Optional.ofNullable(filters.get(table.name())).filter(each -> filtered.contains(table));
        }
    }
}
