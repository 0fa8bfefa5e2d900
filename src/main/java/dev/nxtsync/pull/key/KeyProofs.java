package dev.nxtsync.pull.key;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

import dev.nxtsync.config.DatabaseUrl;
import dev.nxtsync.config.Settings;
import dev.nxtsync.database.Database;
import dev.nxtsync.database.DatabaseCheck;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.inbox.LastEvents;
import dev.nxtsync.pull.key.KeyFinding.EmptyKey;
import dev.nxtsync.pull.key.KeyFinding.RepeatedKey;
import dev.nxtsync.pull.key.KeyFinding.UnclearKey;
import dev.nxtsync.pull.key.KeyFinding.UniqueKey;
import dev.nxtsync.tenant.Tenant;

/** Remembers what Business NXT has said of keys. Safe for any number of threads. */
@Singleton
public class KeyProofs {
    private static final Logger LOG = Logger.getLogger(KeyProofs.class);

    private final Database database;

    public KeyProofs(Database database) {
        this.database = database;
    }

    /** What holds still. What was unclear may be clear some minutes later, and what was refused a day later. */
    KeyFindings of(String connection, Set<Tenant> failing) throws SQLException {
        return database.inTransaction(transaction -> read(transaction, connection, failing));
    }

    private static KeyFindings read(Handle transaction, String connection, Set<Tenant> failing) {
        var all = new HashMap<ProposedKey, Map<Integer, KeyFinding>>();
        var old = new HashMap<ProposedKey, Set<Integer>>();
        transaction
                .createQuery(
                        """
                                select table_name, columns, filter, company, verdict, rows, detail,
                                    at < clock_timestamp() - case verdict when 'unique' then interval '1 day' else interval '1 h' end as old
                                from nxt_sync.key_proof
                                where connection = :connection
                                    and not (verdict = 'unclear' and at < clock_timestamp() - interval '10 min')
                                    and not (verdict = 'refused' and at < clock_timestamp() - interval '1 day')""")
                .bind("connection", connection).map((row, context) -> {
                    var key = new ProposedKey(row.getString("table_name"),
                            Arrays.asList((String[]) row.getArray("columns").getArray()), row.getString("filter"));
                    all.computeIfAbsent(key, each -> new HashMap<>()).put(row.getInt("company"),
                            finding(row.getString("verdict"), row.getLong("rows"), row.getString("detail")));
                    if (row.getBoolean("old")) {
                        old.computeIfAbsent(key, each -> new HashSet<>()).add(row.getInt("company"));
                    }
                    return key;
                }).list();
        return new KeyFindings(all, old, failing);
    }

    private static KeyFinding finding(String verdict, long rows, String detail) {
        return switch (verdict) {
            case "unique" -> new UniqueKey(rows);
            case "repeated" -> new RepeatedKey(detail);
            case "empty" -> new EmptyKey(detail);
            default -> new UnclearKey(detail, verdict.equals("refused"));
        };
    }

    /**
     * Business NXT has contradicted a key that was taken.
     *
     * @param filter of the pull whose rows they were, if a person has set the key
     * @param example values that several rows have
     */
    public void contradicted(String connection, Tenant tenant, String table, List<String> columns,
            Optional<String> filter, String example) throws SQLException {
        keep(connection, tenant, Map.of(new ProposedKey(table, columns, filter.orElse("")), new RepeatedKey(example)));
    }

    /** The same where the answer did not say whether several rows have the same values. What was found before holds. */
    public void untold(String connection, Tenant tenant, String table, List<String> columns, Optional<String> filter)
            throws SQLException {
        var key = new ProposedKey(table, columns, filter.orElse(""));
        if (!of(connection, Set.of()).of(key).containsKey(tenant.number())) {
            keep(connection, tenant, Map.of(key, UnclearKey.untold()));
        }
    }

    /** By table, the columns of its key as webhooks name them. */
    Map<String, List<String>> named() throws SQLException {
        return database.inTransaction(LastEvents::keys);
    }

    /**
     * What the database of a process that is not the daemon knows.
     *
     * @param named by table, the columns of its key as webhooks name them
     * @param proofs of whole tables
     * @param findings of which nothing has to be asked again
     */
    record RememberedKeys(Map<String, List<String>> named, List<RememberedProof> proofs, KeyFindings findings) {
        Optional<RememberedProof> proof(String table, List<String> columns) {
            return proofs.stream().filter(each -> each.table().equals(table) && each.columns().equals(columns))
                    .findFirst();
        }
    }

    /**
     * What Business NXT has said of a key.
     *
     * @param rows of the largest company in which it is unique
     * @param provenAt when that was said last
     * @param contradictedBy a company, or customer, in which it is no key
     */
    record RememberedProof(String table, List<String> columns, long rows, Optional<Instant> provenAt,
            Optional<Integer> contradictedBy) {}

    /** Nothing where there is no database, or no daemon like this one has run. */
    static RememberedKeys remembered(Settings settings, String connection) {
        if (DatabaseUrl.isUsable(settings.database().url())) {
            try {
                return DatabaseCheck.database(settings)
                        .inTransaction(transaction -> new RememberedKeys(LastEvents.keys(transaction),
                                proofs(transaction, connection), read(transaction, connection, Set.of())));
            } catch (SQLException e) {
                LOG.debugf("what is remembered of keys is not known: %s", e.getMessage());
            }
        }
        return new RememberedKeys(Map.of(), List.of(), KeyFindings.NONE);
    }

    private static List<RememberedProof> proofs(Handle transaction, String connection) {
        return transaction.createQuery("""
                select table_name as "table", columns, coalesce(max(rows) filter (where verdict = 'unique'), 0) as rows,
                    max(at) filter (where verdict = 'unique') as proven_at,
                    min(company) filter (where verdict in ('repeated', 'empty')) as contradicted_by
                from nxt_sync.key_proof where connection = :connection and filter = '' group by table_name, columns""")
                .bind("connection", connection).map(ConstructorMapper.of(RememberedProof.class)).list();
    }

    void keep(String connection, Tenant tenant, Map<ProposedKey, KeyFinding> findings) throws SQLException {
        if (findings.isEmpty()) {
            return;
        }
        database.useTransaction(transaction -> {
            var encoding = Encoding.read(transaction);
            var batch = transaction.prepareBatch(
                    """
                            insert into nxt_sync.key_proof (connection, table_name, columns, filter, company, verdict, rows, detail, at)
                            values (:connection, :table, :columns, :filter, :company, :verdict, :rows, :detail, clock_timestamp())
                            on conflict (connection, table_name, columns, filter, company) do update
                            set verdict = excluded.verdict, rows = excluded.rows, detail = excluded.detail, at = excluded.at""");
            findings.forEach((key, finding) -> batch.bind("connection", connection).bind("table", key.table())
                    .bindArray("columns", String.class, key.columns()).bind("filter", key.remembered().filter())
                    .bind("company", tenant.number()).bind("verdict", verdict(finding))
                    .bind("rows", finding instanceof UniqueKey unique ? unique.rows() : 0)
                    .bind("detail", encoding.shown(detail(finding))).add());
            batch.execute();
        });
    }

    private static String verdict(KeyFinding finding) {
        if (finding instanceof UniqueKey) {
            return "unique";
        }
        if (finding instanceof UnclearKey unclear) {
            return unclear.isRefused() ? "refused" : "unclear";
        }
        return finding instanceof RepeatedKey ? "repeated" : "empty";
    }

    private static String detail(KeyFinding finding) {
        if (finding instanceof RepeatedKey repeated) {
            return repeated.example();
        }
        if (finding instanceof EmptyKey empty) {
            return empty.column();
        }
        return finding instanceof UnclearKey unclear ? unclear.reason() : "";
    }
}
