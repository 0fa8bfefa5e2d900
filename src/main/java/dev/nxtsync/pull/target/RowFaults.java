package dev.nxtsync.pull.target;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.generic.GenericType;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.database.SqlName;
import dev.nxtsync.process.JsonTree;
import dev.nxtsync.schedule.Claim;

/** Rows that are set aside. */
@Singleton
public class RowFaults {
    /** Of one company; beyond it a row that was mended is noticed by the next load only. */
    private static final int REMEMBERED = 10_000;
    private static final int AT_ONCE = 1_000;
    private static final JsonFactory KEYS = JsonTree.parsers()
            .streamReadConstraints(StreamReadConstraints.builder().maxNumberLength(Integer.MAX_VALUE).build()).build();

    private final Database database;

    public RowFaults(Database database) {
        this.database = database;
    }

    /** By pull; pulls without any are missing. */
    public static Map<String, Long> count(Handle transaction) {
        return transaction.createQuery("select job, count(*) as faults from nxt_sync.row_fault group by job")
                .setMapKeyColumn("job").setMapValueColumn("faults")
                .collectInto(new GenericType<TreeMap<String, Long>>() {
                });
    }

    /** The keys of those of some pulls in one company, as JSON objects, by pull; pulls without any are missing. */
    public Map<String, Set<String>> keys(Collection<String> pulls, int company) throws SQLException {
        return database.inTransaction(transaction -> keys(transaction, pulls, company));
    }

    /** The same in a transaction of the caller's. */
    public static Map<String, Set<String>> keys(Handle transaction, Collection<String> pulls, int company) {
        return transaction.createQuery("""
                select job, key from nxt_sync.row_fault where job = any (:pulls) and company = :company limit :most""")
                .bindArray("pulls", String.class, pulls).bind("company", company).bind("most", REMEMBERED)
                .reduceRows(new HashMap<>(), (keys, row) -> {
                    keys.computeIfAbsent(row.getColumn("job", String.class), each -> new HashSet<>())
                            .add(row.getColumn("key", String.class));
                    return keys;
                });
    }

    /** The same for one pull. */
    public Set<String> keys(String pull, int company) throws SQLException {
        return keys(List.of(pull), company).getOrDefault(pull, Set.of());
    }

    public static void setAside(Handle transaction, PageBuffer page, Checkpoint checkpoint) throws SQLException {
        setAside(transaction, checkpoint, page.faults());
        forget(transaction, checkpoint, page.mended());
    }

    static void setAside(Handle transaction, Checkpoint checkpoint, List<RowFault> rows) throws SQLException {
        if (!rows.isEmpty()) {
            var encoding = Encoding.read(transaction);
            var insert = transaction.prepareBatch("""
                    insert into nxt_sync.row_fault (job, company, key, reason, seen_at)
                    values (:pull, :company, :key::json, :reason, :readAt)
                    on conflict (job, company, md5(key::text)) do update set reason = excluded.reason,
                        seen_at = case when row_fault.seen_at > clock_timestamp() then excluded.seen_at
                            else greatest(row_fault.seen_at, excluded.seen_at) end""");
            rows.forEach(fault -> insert.bind("pull", checkpoint.pull()).bind("company", checkpoint.company())
                    .bind("key", fault.key()).bind("reason", encoding.shown(fault.reason()))
                    .bind("readAt", checkpoint.readAt()).add());
            insert.execute();
        }
    }

    /** Forgets rows of which nobody has seen since the read that they are to be set aside. */
    static void forget(Handle transaction, Checkpoint checkpoint, List<String> keys) {
        if (!keys.isEmpty()) {
            transaction.createUpdate("""
                    delete from nxt_sync.row_fault
                    where job = :job and company = :company and key::text = any (:text)
                      and (seen_at <= :seenAt or seen_at > clock_timestamp())""").bind("job", checkpoint.pull())
                    .bind("company", checkpoint.company()).bindArray("text", String.class, keys)
                    .bind("seenAt", checkpoint.readAt()).execute();
        }
    }

    /** Whether a row is set aside. */
    static boolean isKnown(Handle transaction, Checkpoint checkpoint, String key) {
        return transaction
                .createQuery("select exists (select from nxt_sync.row_fault "
                        + "where job = :job and company = :company and md5(key::text) = md5(:key))")
                .bind("job", checkpoint.pull()).bind("company", checkpoint.company()).bind("key", key)
                .mapTo(boolean.class).one();
    }

    /** Forgets the rows that were not seen again by a load that has come to its end. */
    public static void loaded(Handle transaction, String pull, int company, Instant startedAt) {
        transaction.createUpdate("""
                delete from nxt_sync.row_fault
                where job = :job and company = :company and (seen_at < :seenAt or seen_at > clock_timestamp())""")
                .bind("job", pull).bind("company", company).bind("seenAt", startedAt).execute();
    }

    /**
     * Forgets the rows that were not seen any more, once all were listed; but not those of which the target still has an older
     * version. Their keys are compared as PostgreSQL writes them: what it cannot hold never reaches a statement as a value.
     *
     * @param keyNames the API's names of the key's columns
     */
    public static void settle(Handle transaction, Claim unit, TargetTable target, List<String> keyNames,
            Instant startedAt) throws SQLException {
        var gone = new ArrayList<String>();
        var some = new LinkedHashMap<String, List<String>>();
        try (var kept = transaction.createQuery("""
                select md5(key::text) as hash, key::text as key from nxt_sync.row_fault
                where job = :pull and company = :company and (seen_at < :startedAt or seen_at > clock_timestamp())""")
                .bind("pull", unit.entry()).bind("company", unit.company()).bind("startedAt", startedAt)
                .setFetchSize(AT_ONCE).map(ConstructorMapper.of(KeptFault.class)).iterator()) {
            while (kept.hasNext()) {
                var fault = kept.next();
                var key = texts(fault.key(), keyNames).flatMap(target::keyOf);
                if (key.isPresent()) {
                    some.put(fault.hash(), key.get());
                } else {
                    gone.add(fault.hash());
                }
                if (some.size() == AT_ONCE) {
                    gone.addAll(absent(transaction, unit, target, some));
                    some.clear();
                }
            }
        }
        gone.addAll(absent(transaction, unit, target, some));
        transaction.createUpdate(
                "delete from nxt_sync.row_fault where job = :job and company = :company and md5(key::text) = any (:gone) "
                        + "and (seen_at < :seenAt or seen_at > clock_timestamp())")
                .bind("job", unit.entry()).bind("company", unit.company()).bindArray("gone", String.class, gone)
                .bind("seenAt", startedAt).execute();
    }

    /** The members of a key as JSON has them, without quotes; empty if one is missing, or none. */
    private static Optional<List<String>> texts(String json, List<String> names) {
        var texts = new HashMap<String, String>();
        try (JsonParser parser = KEYS.createParser(json)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (parser.nextToken() != JsonToken.VALUE_NULL) {
                    texts.put(name, parser.getText());
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return texts.keySet().containsAll(names)
                ? Optional.of(names.stream().map(name -> Objects.requireNonNull(texts.get(name))).toList())
                : Optional.empty();
    }

    private record KeptFault(String hash, String key) {}

    /** Which of some keys the target does not have. */
    private static Set<String> absent(Handle transaction, Claim unit, TargetTable target,
            Map<String, List<String>> keys) throws SQLException {
        var absent = new LinkedHashSet<>(keys.keySet());
        if (keys.isEmpty()) {
            return absent;
        }
        var columns = target.keyColumns();
        var numbers = IntStream.range(0, columns.size()).boxed().toList();
        String sql = "select faulty.id from unnest(:ids::text[], %s) as faulty (id, %s) join %s stored on stored.%s = :company and %s"
                .formatted(
                        numbers.stream().map(i -> ":key" + i + "::" + columns.get(i).type().sql() + "[]")
                                .collect(joining(", ")),
                        numbers.stream().map(i -> "key" + i).collect(joining(", ")), target.quotedName(),
                        SqlName.quoted(target.owner()),
                        numbers.stream()
                                .map(i -> "stored." + SqlName.quoted(columns.get(i).name()) + " = faulty.key" + i)
                                .collect(joining(" and ")));
        return TargetFault.guard(transaction, target, guarded -> {
            var select = guarded.createQuery(sql).bindArray("ids", String.class, keys.keySet()).bind("company",
                    unit.company());
            numbers.forEach(i -> select.bindArray("key" + i, String.class,
                    keys.values().stream().map(key -> key.get(i)).toList()));
            absent.removeAll(select.mapTo(String.class).list());
            return absent;
        });
    }
}
