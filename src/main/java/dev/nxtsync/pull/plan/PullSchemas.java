package dev.nxtsync.pull.plan;

import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.config.Settings;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.schema.Introspection;
import dev.nxtsync.graphql.schema.Tables;
import dev.nxtsync.jobs.LostCallSync;
import dev.nxtsync.process.ConditionLog;
import dev.nxtsync.pull.key.KeySchema;
import dev.nxtsync.pull.key.KeySearch;
import dev.nxtsync.pull.plan.CompanyScopes.Tenancy;

/**
 * What each connection sees of its pulls' tables, which may be kept for a day, and of companies, which are asked for each time.
 * For one thread.
 */
@Singleton
class PullSchemas {
    private static final Logger LOG = Logger.getLogger(PullSchemas.class);
    private static final long FRESH = Duration.ofDays(1).toNanos();
    private static final long STOPPED_FRESH = Duration.ofMinutes(5).toNanos();
    private static final long KEYS_FRESH = Duration.ofMinutes(10).toNanos();

    private final Introspection introspection;
    private final CompanyScopes companies;
    private final LostCallSync lostCalls;
    private final KeySearch search;
    private final Pulls pulls;
    private final LongSupplier nanos;
    private final ConditionLog<String> told = new ConditionLog<>();
    private final Map<String, SeenSchema> kept = new HashMap<>();
    /** What was told of keys, by connection. */
    private final Map<String, KeysRead> keysOf = new HashMap<>();
    /** What was read before anything could be planned, by the connection; empty where that failed. */
    private final Map<String, Optional<TablesAhead>> ahead = new HashMap<>();

    /** @param tables of which it was asked */
    private record KeysRead(Set<String> tables, KeySchema keys, long readAt) {}

    private record TablesAhead(Tables tables, KeySchema keys, long readAt) {}

    /**
     * What a connection sees.
     *
     * @param readAt when the schema was read, as the clock says
     */
    record SeenSchema(Tables tables, KeySchema keys, Tenancy tenancy, long readAt) {}

    @Inject
    PullSchemas(Introspection introspection, CompanyScopes companies, LostCallSync lostCalls, KeySearch search,
            Pulls pulls) {
        this(introspection, companies, lostCalls, search, pulls, System::nanoTime);
    }

    PullSchemas(Introspection introspection, CompanyScopes companies, LostCallSync lostCalls, KeySearch search,
            Pulls pulls, LongSupplier nanos) {
        this.introspection = introspection;
        this.companies = companies;
        this.lostCalls = lostCalls;
        this.search = search;
        this.pulls = pulls;
        this.nanos = nanos;
    }

    /** Asks for the tables of all pulls of a connection, those that patterns fit to among them. */
    SeenSchema read(Settings.Connection connection) throws SQLException {
        return read(connection, () -> wanted(connection.name()));
    }

    /** The same of some pulls. */
    SeenSchema read(Settings.Connection connection, List<Settings.Pull> some) throws SQLException {
        return read(connection, () -> some);
    }

    private List<Settings.Pull> wanted(String connection) {
        return pulls.possible(connection, () -> {
            var names = introspection.tableNames(connection);
            pulls.idleExceptions(connection, names).stream().filter(idle -> told.isNews(idle, idle)).forEach(LOG::info);
            return names;
        });
    }

    /**
     * Asks for what is not kept. What was kept is so no more: it is if it is good enough to {@link #keep} again.
     *
     * @throws dev.nxtsync.graphql.FailedAnswer if the API gave no whole answer
     */
    private SeenSchema read(Settings.Connection connection, Supplier<List<Settings.Pull>> wanted) throws SQLException {
        lostCalls.keep();
        var before = Optional.ofNullable(kept.remove(connection.name()))
                .map(seen -> new TablesAhead(seen.tables(), seen.keys(), seen.readAt()))
                .or(() -> ahead.getOrDefault(connection.name(), Optional.empty()));
        ahead.remove(connection.name());
        var tables = before.orElseGet(() -> tables(connection, wanted.get()));
        return new SeenSchema(tables.tables(), tables.keys(), companies.of(connection), tables.readAt());
    }

    private TablesAhead tables(Settings.Connection connection, List<Settings.Pull> wanted) {
        long readAt = nanos.getAsLong();
        var tables = introspection.tables(connection.name(),
                wanted.stream().map(Settings.Pull::table).distinct().toList());
        return new TablesAhead(tables, keys(connection, wanted, tables, readAt), readAt);
    }

    /** What is told of keys is long, and stays for a while also where a pull is stopped. */
    private KeySchema keys(Settings.Connection connection, List<Settings.Pull> wanted, Tables tables, long now) {
        var before = keysOf.get(connection.name());
        if (before != null && now - before.readAt() < KEYS_FRESH && before.keys().isWhole()
                && before.tables().equals(tables.known().keySet())) {
            return before.keys();
        }
        var keys = search.schema(connection.name(), wanted, tables);
        keysOf.put(connection.name(), new KeysRead(Set.copyOf(tables.known().keySet()), keys, now));
        return keys;
    }

    /** Asks for the tables once, before they can be kept; what is in the way then is met, and told, by {@link #read}. */
    void readAhead(Settings.Connection connection) {
        if (!ahead.containsKey(connection.name())) {
            ahead.put(connection.name(), Optional.empty());
            try {
                ahead.put(connection.name(), Optional.of(tables(connection, wanted(connection.name()))));
            } catch (FailedAnswer e) {
                LOG.debugf("connection %s: the schema is read later: %s", connection.name(), e.getMessage());
            }
        }
    }

    /** All of the connection's pulls could be planned by it. */
    void keep(String connection, SeenSchema seen) {
        kept.put(connection, seen);
    }

    /** Whether anything is kept of a connection. */
    boolean isKept(String connection) {
        return kept.containsKey(connection);
    }

    /** Whether it was read so lately that a schema of hundreds of tables is not read again for one that is stopped. */
    boolean isFresh(SeenSchema seen) {
        return nanos.getAsLong() - seen.readAt() < STOPPED_FRESH;
    }

    /** Whether what is kept of a connection is too old. */
    boolean isOld(String connection) {
        var seen = kept.get(connection);
        return seen != null && nanos.getAsLong() - seen.readAt() >= FRESH;
    }

    /** The schema of a connection is read again. */
    void forget(String connection) {
        keysOf.remove(connection);
        kept.remove(connection);
        ahead.remove(connection);
    }
}
