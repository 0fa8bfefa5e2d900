package dev.nxtsync.pull.preview;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.schema.Column.Companion;
import dev.nxtsync.graphql.schema.Introspection;
import dev.nxtsync.graphql.schema.PrimaryKeys;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.graphql.schema.Tenants;
import dev.nxtsync.pull.Document;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.DocumentLength;
import dev.nxtsync.pull.key.KeySearch;
import dev.nxtsync.pull.key.LikelyKeys;
import dev.nxtsync.pull.key.LikelyKeys.LikelyKey;
import dev.nxtsync.pull.plan.CompanyScopes;
import dev.nxtsync.pull.plan.PageSize;
import dev.nxtsync.tenant.Scope;
import dev.nxtsync.tenant.Tenant;

/** Finds out what a connection can read. */
@Singleton
public class TableDiscovery {
    /** Tables that are counted with one request. */
    private static final int COUNTS = 200;
    /** Rows of a page, as they are set where nothing else is. */
    private static final int FIRST_PAGE = 1_000;
    private static final int PAGE = 5_000;
    /** What a page, or a highest change stamp, adds to the length of a document beside columns, with a key of two. */
    private static final int TOKENS = 40;

    private final Introspection introspection;
    private final CompanyScopes scopes;
    private final LikelyKeys keys;
    private final NxtClient nxt;

    TableDiscovery(Introspection introspection, CompanyScopes scopes, LikelyKeys keys, NxtClient nxt) {
        this.keys = keys;
        this.introspection = introspection;
        this.scopes = scopes;
        this.nxt = nxt;
    }

    /**
     * A table.
     *
     * @param key the columns of its primary key, where that is documented
     * @param likely what may be its key, where it is not, the likeliest first
     * @param counted its rows by company, or customer; those in which they could not be counted are missing
     * @param owners how many companies, or customers, there are
     */
    public record Found(Table table, Optional<List<String>> key, List<LikelyKey> likely, Map<Tenant, Long> counted,
            int owners) {
        /** Whether its rows can be told apart without a word of anybody. */
        public boolean isKeyKnown() {
            return key.isPresent() || likely.stream().anyMatch(each -> each.provenAt().isPresent());
        }

        /** In all companies or customers; empty if they could not be counted in one of them. */
        public Optional<Long> rows() {
            return counted.size() < owners
                    ? Optional.empty()
                    : Optional.of(counted.values().stream().mapToLong(Long::longValue).sum());
        }

        private LoadRequests.SizedTable in(Tenant tenant) {
            var columns = table.columns().values();
            long fields = columns.size() + columns.stream()
                    .filter(column -> column.companion() == Companion.ENUM || column.companion() == Companion.FLAGS)
                    .count();
            return new LoadRequests.SizedTable(counted.getOrDefault(tenant, 0L),
                    TOKENS + (int) fields + (table.tellsChanges() ? TOKENS : 0), new PageSize(FIRST_PAGE, PAGE));
        }
    }

    /**
     * What a connection sees.
     *
     * @param customers whose number is the scope of system tables
     */
    public record Discovered(List<Integer> customers, List<Tenants.Company> companies, List<Found> tables) {
        /** Those that have a key, or may have one that Business NXT proves. */
        public List<Found> loadable() {
            return tables.stream().filter(each -> each.key().isPresent() || !each.likely().isEmpty()).toList();
        }

        /** About how many requests ask in each company or customer whether keys that are not known are unique. */
        public long questions() {
            return owners(loadable().stream().filter(each -> !each.isKeyKnown()).toList()).values().stream()
                    .mapToLong(tables -> (tables.size() + KeySearch.TOGETHER - 1) / KeySearch.TOGETHER).sum();
        }

        /** About how many requests load them, in pages as they are by default. */
        public long loads(DocumentLength length) {
            return owners(loadable()).entrySet().stream()
                    .flatMap(each -> LoadRequests
                            .of(each.getValue().stream().map(found -> found.in(each.getKey())).toList(), length)
                            .stream())
                    .mapToLong(Long::longValue).sum();
        }

        private static Map<Tenant, List<Found>> owners(List<Found> some) {
            var owners = new TreeMap<Tenant, List<Found>>();
            some.forEach(each -> each.counted().keySet()
                    .forEach(owner -> owners.computeIfAbsent(owner, tenant -> new ArrayList<>()).add(each)));
            return owners;
        }
    }

    /** How far a discovery has come. */
    @FunctionalInterface
    public interface DiscoveryProgress {

        /** @param what has been done so often, in words */
        void made(String what, int done, int all);
    }

    /**
     * Asks about a request for each hundred tables, one for the keys of each two hundred, and one for each two hundred in each
     * company.
     *
     * @throws dev.nxtsync.graphql.FailedAnswer if the schema or the companies cannot be read
     */
    public Discovered of(Settings.Connection connection, DiscoveryProgress progress) {
        var tenancy = scopes.of(connection);
        var found = new ArrayList<Found>();
        var names = introspection.tableNames(connection.name());
        var all = introspection
                .seen(connection.name(), names, read -> progress.made("tables are known", read, names.size())).known()
                .values();
        var likely = keys.of(connection.name(),
                all.stream().filter(table -> PrimaryKeys.of(table.name()).isEmpty()).toList());
        for (Scope scope : Scope.values()) {
            var tables = all.stream().filter(table -> table.scope() == scope && !table.columns().isEmpty()).toList();
            var owners = tenancy.all(scope);
            var rows = count(connection.name(), owners, tables, progress);
            tables.forEach(table -> found
                    .add(new Found(table, PrimaryKeys.of(table.name()), likely.getOrDefault(table.name(), List.of()),
                            Objects.requireNonNull(rows.get(table.name())), owners.size())));
        }
        return new Discovered(tenancy.customers(), tenancy.companies(), found);
    }

    private Map<String, Map<Tenant, Long>> count(String connection, List<Tenant> owners, List<Table> tables,
            DiscoveryProgress progress) {
        var rows = new LinkedHashMap<String, Map<Tenant, Long>>();
        tables.forEach(table -> rows.put(table.name(), new TreeMap<>()));
        int counted = 0;
        for (Tenant owner : owners) {
            for (List<Table> some : chunks(tables, COUNTS)) {
                count(connection, owner, some, rows);
                counted += some.size();
                progress.made("tables are counted", counted, tables.size() * owners.size());
            }
        }
        return rows;
    }

    /** One document for all. If it fails, halves of it; what fails alone is not counted. */
    private void count(String connection, Tenant owner, List<Table> tables, Map<String, Map<Tenant, Long>> rows) {
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
                Objects.requireNonNull(rows.get(tables.get(i).name())).put(owner, count);
            }
        } else if (tables.size() > 1 && ((Failure) answer).mayGoInParts()) {
            count(connection, owner, tables.subList(0, tables.size() / 2), rows);
            count(connection, owner, tables.subList(tables.size() / 2, tables.size()), rows);
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
