package dev.nxtsync.pull.proof;

import static java.util.stream.Collectors.joining;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.SqlName;
import dev.nxtsync.graphql.schema.Aggregates;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.target.ColumnType;
import dev.nxtsync.pull.target.TargetColumn;
import dev.nxtsync.pull.target.TargetFault;
import dev.nxtsync.pull.target.TargetTable;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.WatchedStatement;

/** Adds up the rows of targets. Safe for any number of threads; a statement may take as long as it takes. */
@Singleton
public class TargetTotals {
    /** So many groups tell where a difference is; with more, totals would cost more than they tell. */
    private static final int GROUPS = 200;
    /** With so many an answer is still small. */
    private static final int MOST_GROUPS = 2_000;
    /** A year and a period of it, the grouping of ledgers. */
    private static final List<String> PERIOD = List.of("year", "period");

    private final Database database;

    public TargetTotals(Database database) {
        this.database = database;
    }

    /** One at work for a unit. */
    public record Worker(Claim claim, Runnable alive) {}

    /**
     * What the rows of one company add up to, by group.
     *
     * @param groups only these; empty stands for all
     */
    public Map<RowGroup, Totals> of(GroupedTable table, Collection<RowGroup> groups, Worker worker)
            throws SQLException {
        TargetTable target = table.plan().target();
        var columns = new StringBuilder("array[count(*)");
        table.counted().forEach(column -> columns.append(", count(").append(quoted(column)).append(')'));
        table.summed().forEach(column -> columns.append(", sum(").append(quoted(column)).append("::numeric)"));
        String by = table.grouping().stream().map(TargetTotals::quoted).collect(joining(", "));
        String select = "select array[" + by + "]::bigint[] as grp, " + columns + "]::numeric[] as totals from "
                + target.quotedName() + " stored where " + SqlName.quoted(target.owner())
                + " = :company and nxt_deleted_at is null"
                + (groups.isEmpty() ? "" : " and " + RowGroup.condition("stored", groups)) + " group by " + by;
        return run(target, worker, guarded -> {
            var totals = new HashMap<RowGroup, Totals>();
            guarded.createQuery(select).bind("company", worker.claim().company())
                    .map((row, context) -> Map.entry(group(table, (Long[]) row.getArray("grp").getArray()),
                            totals(table, (BigDecimal[]) row.getArray("totals").getArray())))
                    .forEach(each -> totals.put(each.getKey(), each.getValue()));
            return totals;
        });
    }

    private static RowGroup group(GroupedTable table, Long[] values) {
        return new RowGroup(table.grouping().stream().map(TargetColumn::name).toList(),
                Stream.of(values).map(Optional::ofNullable).toList());
    }

    private static Totals totals(GroupedTable table, BigDecimal[] values) {
        var counts = new TreeMap<String, Long>();
        int next = 1;
        for (TargetColumn column : table.counted()) {
            counts.put(column.name(), values[next++].longValue());
        }
        var sums = new TreeMap<String, BigDecimal>();
        for (TargetColumn column : table.summed()) {
            BigDecimal sum = values[next++];
            if (sum != null) {
                sums.put(column.name(), sum);
            }
        }
        return new Totals(values[0].longValue(), counts, sums);
    }

    /**
     * By which columns rows are to be grouped: so that there are many groups, but not too many, as far as PostgreSQL's
     * statistics tell.
     *
     * @return empty if no column of the table fits, or nothing can be counted
     */
    public Optional<GroupedTable> grouping(PullPlan plan, Aggregates offered, Worker worker) throws SQLException {
        var candidates = GroupedTable.candidates(plan);
        var distinct = run(plan.target(), worker, guarded -> distinct(guarded, plan.target()));
        return chosen(candidates, distinct).flatMap(grouping -> GroupedTable.of(plan, offered, grouping));
    }

    /** Of the columns of a target, about how many values each has. */
    private static Map<String, Double> distinct(Handle transaction, TargetTable target) {
        var known = estimates(transaction, target);
        if (known.isEmpty()) {
            transaction.execute("analyze " + target.quotedName());
            known = estimates(transaction, target);
        }
        return known;
    }

    private static Map<String, Double> estimates(Handle transaction, TargetTable target) {
        return transaction.createQuery("""
                select attname, case when n_distinct < 0 then -n_distinct * greatest(reltuples, 1) else n_distinct end
                    + case when null_frac > 0 then 1 else 0 end as estimate
                from pg_stats join pg_namespace on nspname = schemaname
                    join pg_class on relnamespace = pg_namespace.oid and relname = tablename
                where schemaname = :schema and tablename = :table and not inherited""").bind("schema", target.schema())
                .bind("table", target.name())
                .map((row, context) -> Map.entry(row.getString("attname"), row.getDouble("estimate")))
                .collectToMap(Map.Entry::getKey, Map.Entry::getValue);
    }

    static Optional<List<String>> chosen(List<TargetColumn> candidates, Map<String, Double> distinct) {
        var names = candidates.stream().map(TargetColumn::name).toList();
        if (names.containsAll(PERIOD)
                && PERIOD.stream().mapToDouble(name -> values(distinct, name)).reduce(1, (a, b) -> a * b) <= GROUPS) {
            return Optional.of(PERIOD);
        }
        Comparator<String> byValues = Comparator.comparingDouble(name -> values(distinct, name));
        return names.stream().filter(name -> values(distinct, name) <= GROUPS).max(byValues)
                .or(() -> names.stream().filter(name -> values(distinct, name) <= MOST_GROUPS).min(byValues))
                .map(List::of);
    }

    /** Of an empty table there are no statistics, and no groups. */
    private static double values(Map<String, Double> distinct, String column) {
        return distinct.getOrDefault(column, 0.0);
    }

    /** The keys at which rows are to be parted, in their order, so that there are so many parts of about the same size. */
    public List<BigDecimal> parts(GroupedTable table, int parts, Worker worker) throws SQLException {
        TargetTable target = table.plan().target();
        String shares = Stream.iterate(1, i -> i < parts, i -> i + 1).map(i -> Double.toString((double) i / parts))
                .collect(joining(", "));
        String select = "select unnest(percentile_disc(array[" + shares + "]::float8[]) within group (order by "
                + SqlName.quoted(target.key().get(0)) + "))::numeric as key from " + target.quotedName() + " where "
                + SqlName.quoted(target.owner()) + " = :company and nxt_deleted_at is null";
        return run(target, worker, guarded -> guarded.createQuery(select).bind("company", worker.claim().company())
                .mapTo(String.class).list().stream().map(BigDecimal::new).distinct().toList());
    }

    /** Whether the rows can be parted by the first column of their key. */
    public static boolean hasParts(GroupedTable table) {
        ColumnType type = table.plan().target().keyColumns().get(0).type();
        return type == ColumnType.INTEGER || type == ColumnType.BIGINT || type == ColumnType.NUMERIC;
    }

    private <T> T run(TargetTable target, Worker worker, Database.Work<T> statements) throws SQLException {
        return database.patiently().inTransaction(transaction -> WatchedStatement.run(database, transaction,
                worker.claim(), worker.alive(), watched -> TargetFault.guard(watched, target, statements)));
    }

    private static String quoted(TargetColumn column) {
        return SqlName.quoted(column.name());
    }
}
