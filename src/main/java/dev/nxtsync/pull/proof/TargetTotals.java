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
    /** Statistics are of all companies, and may be wrong. */
    private static final int TRIES = 3;
    /** A year and a period of it, the grouping of ledgers. */
    private static final List<String> PERIOD = List.of("year", "period");

    private final Database database;

    public TargetTotals(Database database) {
        this.database = database;
    }

    /**
     * Whoever adds up.
     *
     * @param company the number of the company, or of the customer
     * @param unit whose work it is; empty where a person waits
     * @param alive told now and then
     */
    public record Worker(int company, Optional<Claim> unit, Runnable alive) {}

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
        table.summed().forEach(column -> columns.append(", sum(").append(quoted(column)).append(')'));
        String by = table.grouping().stream().map(TargetTotals::quoted).collect(joining(", "));
        String select = "select array[" + by + "]::bigint[] as grp, " + columns + "]::numeric[] as totals from "
                + target.quotedName() + " stored where " + SqlName.quoted(target.owner())
                + " = :company and nxt_deleted_at is null"
                + (groups.isEmpty() ? "" : " and " + RowGroup.condition("stored", groups)) + " group by " + by;
        return run(target, worker, guarded -> {
            var totals = new HashMap<RowGroup, Totals>();
            guarded.createQuery(select).bind("company", worker.company())
                    .map((row, context) -> Map.entry(group(table, (Long[]) row.getArray("grp").getArray()),
                            totals(table, (BigDecimal[]) row.getArray("totals").getArray())))
                    .forEach(each -> totals.put(each.getKey(), each.getValue()));
            return totals;
        });
    }

    private static RowGroup group(GroupedTable table, Long[] values) {
        return new RowGroup(table.groupingColumns(), Stream.of(values).map(Optional::ofNullable).toList());
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
     * By which columns rows are to be grouped: so that there are many groups, but not too many.
     *
     * @return empty if no column of the table fits, or nothing can be counted
     */
    public Optional<GroupedTable> grouping(PullPlan plan, Aggregates offered, Worker worker) throws SQLException {
        var values = run(plan.target(), worker, guarded -> estimates(guarded, plan.target()));
        for (List<String> columns : inOrder(GroupedTable.candidates(plan), values)) {
            var table = GroupedTable.of(plan, offered, columns);
            if (table.isPresent() && groups(table.get(), worker) <= table.get().mostGroups()) {
                return table;
            }
        }
        return Optional.empty();
    }

    /** How many groups there are in the company, but not more than one too many. */
    private int groups(GroupedTable table, Worker worker) throws SQLException {
        TargetTable target = table.plan().target();
        String select = "select count(*) from (select from " + target.quotedName() + " where "
                + SqlName.quoted(target.owner()) + " = :company and nxt_deleted_at is null group by "
                + table.grouping().stream().map(TargetTotals::quoted).collect(joining(", ")) + " limit "
                + (table.mostGroups() + 1) + ") groups";
        return run(target, worker,
                guarded -> guarded.createQuery(select).bind("company", worker.company()).mapTo(Integer.class).one());
    }

    /** About how many values columns have, as far as PostgreSQL's statistics tell, which are made if there are none. */
    private static Map<String, Double> estimates(Handle transaction, TargetTable target) {
        var known = statistics(transaction, target);
        if (known.isEmpty()) {
            transaction.execute("analyze " + target.quotedName());
            known = statistics(transaction, target);
        }
        return known;
    }

    /** Of a partitioned table they are of all of its partitions. */
    private static Map<String, Double> statistics(Handle transaction, TargetTable target) {
        return transaction.createQuery("""
                select attname, case when n_distinct < 0 then -n_distinct * greatest(reltuples, 1) else n_distinct end
                    + case when null_frac > 0 then 1 else 0 end as estimate
                from pg_stats join pg_namespace on nspname = schemaname
                    join pg_class on relnamespace = pg_namespace.oid and relname = tablename
                where schemaname = :schema and tablename = :table and inherited = (relkind = 'p')""")
                .bind("schema", target.schema()).bind("table", target.name())
                .map((row, context) -> Map.entry(row.getString("attname"), row.getDouble("estimate")))
                .collectToMap(Map.Entry::getKey, Map.Entry::getValue);
    }

    /** Columns by which rows may be grouped, what fits best first. An empty table has no statistics, and fits by any column. */
    static List<List<String>> inOrder(List<TargetColumn> candidates, Map<String, Double> values) {
        var names = candidates.stream().map(TargetColumn::name)
                .filter(name -> values.isEmpty() || values.containsKey(name)).toList();
        Comparator<String> byValues = Comparator.comparingDouble(name -> values.getOrDefault(name, 0.0));
        var few = names.stream().filter(name -> values.getOrDefault(name, 0.0) <= GROUPS).sorted(byValues.reversed());
        var many = names.stream().filter(name -> values.getOrDefault(name, 0.0) > GROUPS).sorted(byValues);
        return Stream.concat(Stream.of(PERIOD).filter(names::containsAll), Stream.concat(few, many).map(List::of))
                .limit(TRIES).toList();
    }

    /**
     * The keys at which rows are to be parted, in their order, so that there are so many parts of about the same size; of fewer
     * one may be as large as the whole.
     */
    public List<BigDecimal> parts(GroupedTable table, int parts, Worker worker) throws SQLException {
        TargetTable target = table.plan().target();
        String shares = Stream.iterate(1, i -> i < parts, i -> i + 1).map(i -> Double.toString((double) i / parts))
                .collect(joining(", "));
        String select = "select unnest(percentile_disc(array[" + shares + "]::float8[]) within group (order by "
                + SqlName.quoted(target.key().get(0)) + "))::numeric as key from " + target.quotedName() + " where "
                + SqlName.quoted(target.owner()) + " = :company and nxt_deleted_at is null";
        return run(target, worker, guarded -> guarded.createQuery(select).bind("company", worker.company())
                .mapTo(String.class).list().stream().map(BigDecimal::new).distinct().toList());
    }

    /** Whether the rows can be parted by the first column of their key. */
    public static boolean hasParts(GroupedTable table) {
        return table.plan().target().keyColumns().get(0).type().isNumber();
    }

    private <T> T run(TargetTable target, Worker worker, Database.Work<T> statements) throws SQLException {
        Database.Work<T> guarded = transaction -> TargetFault.guard(transaction, target, statements);
        return database.patiently()
                .inTransaction(transaction -> worker.unit().isPresent()
                        ? WatchedStatement.run(database, transaction, worker.unit().get(), worker.alive(), guarded)
                        : guarded.run(transaction));
    }

    private static String quoted(TargetColumn column) {
        return SqlName.quoted(column.name());
    }
}
