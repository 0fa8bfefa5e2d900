package dev.nxtsync.pull.state;

import static java.util.stream.Collectors.joining;

import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.SqlName;
import dev.nxtsync.pull.target.ColumnType;
import dev.nxtsync.pull.target.PageBuffer;
import dev.nxtsync.pull.target.PageTable;
import dev.nxtsync.pull.target.TargetColumn;
import dev.nxtsync.pull.target.TargetFault;
import dev.nxtsync.pull.target.TargetTable;

/** What a source has, beside what its target has, in an unlogged table for the time of the comparison. */
@Singleton
public class VerifiedKeys {
    private static final int EXAMPLES = 10;

    private final Database database;

    public VerifiedKeys(Database database) {
        this.database = database;
    }

    /** The sum of a column on both sides, as PostgreSQL writes it. */
    public record Sums(String source, String target) {
        public boolean isEqual() {
            return ColumnType.NUMERIC.canonical(source).equals(ColumnType.NUMERIC.canonical(target));
        }
    }

    /**
     * A comparison.
     *
     * @param source rows there
     * @param target rows here that are not marked as deleted
     * @param examples of keys that differ, by what is wrong with them
     * @param sums by column, over the rows that both have
     */
    public record KeyComparison(long source, long target, Map<String, List<String>> examples, Map<String, Sums> sums) {
        public boolean isEqual() {
            return source == target && examples.isEmpty() && sums.values().stream().allMatch(Sums::isEqual);
        }
    }

    /** Makes room. Answers its name. */
    public String begin(TargetTable compared) throws SQLException {
        String name = "nxt_sync.verify_" + UUID.randomUUID().toString().replace("-", "");
        database.useTransaction(transaction -> transaction.execute("create unlogged table " + name
                + " (nxt_read_at timestamptz not null, " + PageTable.typed(compared.columns()) + ")"));
        return name;
    }

    public void add(String table, TargetTable compared, PageBuffer page, Instant readAt) throws SQLException {
        database.useTransaction(transaction -> KeyListing.copy(transaction, table, compared, page, readAt));
    }

    public KeyComparison compare(String table, TargetTable compared, int owner) throws SQLException {
        return database.patiently().inTransaction(transaction -> TargetFault.guard(transaction, compared,
                guarded -> compare(guarded, table, compared, owner)));
    }

    private static KeyComparison compare(Handle transaction, String table, TargetTable compared, int owner) {
        String stored = "(select * from " + compared.quotedName() + " where " + SqlName.quoted(compared.owner()) + " = "
                + owner + " and nxt_deleted_at is null) stored";
        String same = KeyListing.same(compared, "listed", "stored");
        String differs = compared.columns().stream().map(column -> SqlName.quoted(column.name()))
                .map(column -> "listed." + column + " is distinct from stored." + column).collect(joining(" or "));
        String both = table + " listed join " + stored + " on " + same;
        var examples = new LinkedHashMap<String, List<String>>();
        example(transaction, examples, "missing in the target table", "select " + key(compared, "listed") + " from "
                + table + " listed where not exists (select from " + stored + " where " + same + ")");
        example(transaction, examples, "no longer in Business NXT", "select " + key(compared, "stored") + " from "
                + stored + " where not exists (select from " + table + " listed where " + same + ")");
        example(transaction, examples, "different",
                "select " + key(compared, "stored") + " from " + both + " where (" + differs
                        + ") and (stored.nxt_read_at <= listed.nxt_read_at or stored.nxt_read_at > clock_timestamp())");
        return new KeyComparison(one(transaction, "select count(*) from " + table, long.class),
                one(transaction, "select count(*) from " + stored, long.class), examples,
                sums(transaction, compared, both));
    }

    /** Of rows that both sides have: another is told by its key, and every sum would only follow from it. */
    private static Map<String, Sums> sums(Handle transaction, TargetTable compared, String both) {
        var numbers = compared.columns().stream().filter(column -> column.type().isNumber()).map(TargetColumn::name)
                .toList();
        String each = numbers.stream().map(SqlName::quoted)
                .flatMap(column -> Stream.of("listed." + column, "stored." + column))
                .map(column -> "coalesce(sum(" + column + "::numeric), 0)").collect(joining(", "));
        String[] told = one(transaction, "select array[" + each + "]::text[] from " + both, String[].class);
        var sums = new LinkedHashMap<String, Sums>();
        for (int i = 0; i < numbers.size(); i++) {
            sums.put(numbers.get(i), new Sums(told[2 * i], told[2 * i + 1]));
        }
        return sums;
    }

    public void end(String table) throws SQLException {
        database.inTransaction(transaction -> transaction.execute("drop table if exists " + table));
    }

    private static void example(Handle transaction, Map<String, List<String>> examples, String kind, String query) {
        var keys = transaction.createQuery(query + " limit " + (EXAMPLES + 1)).mapTo(String.class).list();
        if (keys.size() > EXAMPLES) {
            keys.set(EXAMPLES, "and more");
        }
        if (!keys.isEmpty()) {
            examples.put(kind, keys);
        }
    }

    private static <T> T one(Handle transaction, String query, Class<T> type) {
        return transaction.createQuery(query).mapTo(type).one();
    }

    private static String key(TargetTable table, String alias) {
        return table.key().stream().map(column -> alias + "." + SqlName.quoted(column) + "::text")
                .collect(joining(", ", "concat_ws('/', ", ")"));
    }
}
