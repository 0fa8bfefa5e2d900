package dev.nxtsync.pull.preview;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.schema.Introspection;
import dev.nxtsync.graphql.schema.PrimaryKeys;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.graphql.schema.Tenants;
import dev.nxtsync.pull.Document;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.plan.CompanyScopes;
import dev.nxtsync.tenant.Scope;
import dev.nxtsync.tenant.Tenant;

/** Finds out what a connection can read. */
@Singleton
public class TableDiscovery {
    /** Tables of one request: their schema is long. */
    private static final int TABLES = 25;
    /** Tables that are counted with one request. */
    private static final int COUNTS = 50;

    private final Introspection introspection;
    private final CompanyScopes scopes;
    private final NxtClient nxt;

    TableDiscovery(Introspection introspection, CompanyScopes scopes, NxtClient nxt) {
        this.introspection = introspection;
        this.scopes = scopes;
        this.nxt = nxt;
    }

    /**
     * A table.
     *
     * @param key the columns of its primary key, where that is known
     * @param rows in all companies or customers; empty if they could not be counted in one of them
     * @param owners how many companies, or customers, were counted
     */
    public record Found(Table table, Optional<List<String>> key, Optional<Long> rows, int owners) {}

    /** @param customers whose number is the scope of system tables */
    public record Discovered(List<Integer> customers, List<Tenants.Company> companies, List<Found> tables) {}

    /**
     * Asks a request for each 25 tables, and for each 50 tables in each company.
     *
     * @throws dev.nxtsync.graphql.FailedAnswer if the schema or the companies cannot be read
     */
    public Discovered of(Settings.Connection connection) {
        var tenancy = scopes.of(connection);
        var found = new ArrayList<Found>();
        for (Scope scope : Scope.values()) {
            var tables = new ArrayList<Table>();
            for (List<String> names : chunks(introspection.tableNames(connection.name(), scope), TABLES)) {
                introspection.tables(connection.name(), names).known().values().stream()
                        .filter(table -> table.scope() == scope && !table.columns().isEmpty()).forEach(tables::add);
            }
            var owners = tenancy.all(scope);
            var rows = count(connection.name(), owners, tables);
            tables.forEach(table -> found.add(new Found(table, PrimaryKeys.of(table.name()),
                    Objects.requireNonNull(rows.get(table.name())), owners.size())));
        }
        return new Discovered(tenancy.customers(), tenancy.companies(), found);
    }

    private Map<String, Optional<Long>> count(String connection, List<Tenant> owners, List<Table> tables) {
        var rows = new LinkedHashMap<String, Optional<Long>>();
        tables.forEach(table -> rows.put(table.name(), Optional.of(0L)));
        for (Tenant owner : owners) {
            for (List<Table> some : chunks(tables, COUNTS)) {
                count(connection, owner, some, rows);
            }
        }
        return rows;
    }

    /** One document for all. If it fails, halves of it; what fails alone is not counted. */
    private void count(String connection, Tenant owner, List<Table> tables, Map<String, Optional<Long>> rows) {
        var parts = new ArrayList<DocumentPart>();
        for (Table table : tables) {
            String column = PrimaryKeys.of(table.name()).map(key -> key.get(0)).filter(table.columns()::containsKey)
                    .orElseGet(() -> table.columns().keySet().iterator().next());
            parts.add(new DocumentPart("t" + parts.size(), table, List.of(column), Optional.empty(), List.of(column),
                    false, 1, true, 0));
        }
        Answer answer = nxt.ask(connection, Document.of("discover", owner, false, parts));
        if (answer instanceof Answer.Data data) {
            for (int i = 0; i < tables.size(); i++) {
                long count = data.data().path(owner.scope().root()).path("t" + i).path("totalCount").asLong();
                rows.computeIfPresent(tables.get(i).name(), (name, sum) -> sum.map(before -> before + count));
            }
        } else if (tables.size() > 1
                && (((Failure) answer).mayBeTooLarge() || answer instanceof Failure.InvalidRequest)) {
            count(connection, owner, tables.subList(0, tables.size() / 2), rows);
            count(connection, owner, tables.subList(tables.size() / 2, tables.size()), rows);
        } else {
            tables.forEach(table -> rows.put(table.name(), Optional.empty()));
        }
    }

    private static <T> List<List<T>> chunks(List<T> all, int size) {
        var chunks = new ArrayList<List<T>>();
        for (int i = 0; i < all.size(); i += size) {
            chunks.add(all.subList(i, Math.min(all.size(), i + size)));
        }
        return chunks;
    }
}
