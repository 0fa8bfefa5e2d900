package dev.nxtsync.pull.target;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jspecify.annotations.Nullable;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.SqlName;

/**
 * A relation as PostgreSQL's catalogue has it, which anybody may read, whatever rights he lacks.
 *
 * @param kind {@code pg_class.relkind}
 * @param types of its columns, by name
 * @param generated columns that cannot be written
 * @param keys the columns of each unique index that {@code ON CONFLICT} can go by
 * @param primaryKey the name of its constraint; empty if there is none that {@code ON CONFLICT} can go by
 * @param primaryColumns those of the primary key
 * @param lacking rights that the database user lacks
 * @param user the database user, quoted where it must be
 */
public record TableShape(String kind, Map<String, String> types, Set<String> generated, Set<Set<String>> keys,
        String primaryKey, Set<String> primaryColumns, List<String> lacking, String user) {
    private static final Map<String, String> OTHERS = Map.of("v", "a view", "m", "a materialized view", "f",
            "a foreign table", "S", "a sequence", "c", "a type", "i", "an index", "I", "an index");

    /** Those of some tables that are there, by the table. */
    public static Map<TargetTable, TableShape> read(Handle connection, Collection<TargetTable> tables) {
        var all = List.copyOf(tables);
        return connection.createQuery(
                """
                        select wanted.number, relkind::text, columns.names, columns.types, columns.generated,
                               array(select (select string_agg(attname, E'\\x1f') from generate_series(0, indnkeyatts - 1) place
                                             join pg_catalog.pg_attribute on attrelid = indrelid and attnum = indkey[place])
                                     from pg_catalog.pg_index where indrelid = pg_class.oid and indisunique and indimmediate
                                       and indisvalid and indpred is null and indexprs is null) as keys,
                               array(select right_ from unnest(array['select', 'insert', 'update']) right_
                                     where not has_any_column_privilege(pg_class.oid, right_)
                                     union all select 'delete' where wanted.removes and not has_table_privilege(pg_class.oid, 'delete')) as lacking,
                               has_schema_privilege(relnamespace, 'usage') as usable, quote_ident(current_user) as own,
                               (select conname from pg_catalog.pg_constraint where conrelid = pg_class.oid and contype = 'p' and not condeferrable) as primary_key,
                               array(select attname::text from pg_catalog.pg_constraint join pg_catalog.pg_attribute
                                         on attrelid = conrelid and attnum = any (conkey)
                                     where conrelid = pg_class.oid and contype = 'p') as primary_columns
                        from unnest(:numbers::integer[], :schemas::text[], :names::text[], :removes::boolean[]) as wanted (number, schema, name, removes)
                        join pg_catalog.pg_namespace on nspname = wanted.schema
                        join pg_catalog.pg_class on relnamespace = pg_namespace.oid and relname = wanted.name,
                        lateral (select coalesce(array_agg(attname::text), '{}') as names,
                                        coalesce(array_agg(format_type(atttypid, null)), '{}') as types,
                                        coalesce(array_agg(attname::text) filter (where attgenerated <> '' or attidentity = 'a'), '{}') as generated
                                 from pg_catalog.pg_attribute where attrelid = pg_class.oid and attnum > 0 and not attisdropped) columns""")
                .bindArray("numbers", Integer.class, IntStream.range(0, all.size()).boxed().toList())
                .bindArray("schemas", String.class, all.stream().map(TargetTable::schema).toList())
                .bindArray("names", String.class, all.stream().map(TargetTable::name).toList())
                .bindArray("removes", Boolean.class, all.stream().map(TargetTable::removes).toList())
                .map(ConstructorMapper.of(CatalogueRow.class)).list().stream()
                .collect(Collectors.toMap(row -> all.get(row.number()), CatalogueRow::shape, (one, same) -> same));
    }

    private record CatalogueRow(int number, String relkind, List<String> names, List<String> types,
            List<String> generated, List<String> keys, List<String> lacking, boolean usable, String own,
            Optional<String> primaryKey, List<String> primaryColumns) {
        TableShape shape() {
            return new TableShape(relkind,
                    IntStream.range(0, names.size()).boxed().collect(Collectors.toMap(names::get, types::get)),
                    Set.copyOf(generated),
                    keys.stream().map(key -> Set.of(key.split("\u001f", -1))).collect(Collectors.toSet()),
                    primaryKey.orElse(""), Set.copyOf(primaryColumns),
                    Stream.concat(lacking.stream(), usable ? Stream.empty() : Stream.of("usage")).toList(), own);
        }
    }

    /** Whether it can be used, and nothing need be changed for it. */
    public boolean fits(TargetTable table) {
        return flaws(table, "").isEmpty() && !hasOtherKey(table) && table.columns().stream()
                .allMatch(column -> types.containsKey(column.name()) && !isTooNarrow(column));
    }

    /** The type of a column; null if there is no such column, or no column of ours has that type. */
    @Nullable
    ColumnType type(TargetColumn column) {
        var sql = types.get(column.name());
        return sql == null ? null : ColumnType.of(sql);
    }

    /** Whether its type must change, and can without a loss. */
    public boolean isTooNarrow(TargetColumn column) {
        var type = type(column);
        return type != null && type != column.type() && column.type().holds(type);
    }

    /** Whether a column has a type that does not hold its values, so that they may be lost also when it is changed back. */
    public boolean hasLostValues(TargetTable table) {
        return table.columns().stream().anyMatch(this::isOfAnotherType);
    }

    private boolean isOfAnotherType(TargetColumn column) {
        var type = type(column);
        return types.containsKey(column.name()) && !isTooNarrow(column) && (type == null || !type.holds(column.type()));
    }

    /**
     * Whether the primary key is one that we made by another {@code KEY} of the pull, so that it can be exchanged. One with a
     * column of a user's is the user's.
     */
    public boolean hasOtherKey(TargetTable table) {
        var ours = table.columns().stream().map(TargetColumn::name).collect(Collectors.toCollection(HashSet::new));
        ours.add(table.owner());
        return lacksKey(table) && !primaryKey.isEmpty() && primaryColumns.contains(table.owner())
                && ours.containsAll(primaryColumns);
    }

    /** Whether its primary key is that of some columns beside the company. */
    public boolean hasPrimaryKey(TargetTable table, Collection<String> key) {
        var columns = new HashSet<>(key);
        columns.add(table.owner());
        return primaryColumns.equals(columns);
    }

    private boolean lacksKey(TargetTable table) {
        Set<String> key = new HashSet<>(table.key());
        key.add(table.owner());
        return !keys.contains(key);
    }

    /** The primary key of a table, as a clause. */
    public static String keyOf(TargetTable table) {
        return "primary key " + columnsOfKey(table);
    }

    private static String columnsOfKey(TargetTable table) {
        return Stream.concat(Stream.of(table.owner()), table.key().stream()).map(SqlName::quoted)
                .collect(Collectors.joining(", ", "(", ")"));
    }

    /**
     * Why it cannot be used for a table, whatever else is changed; each says what to do.
     *
     * @param target the setting that names it
     */
    private List<String> flaws(TargetTable table, String target) {
        var other = OTHERS.get(kind);
        if (other != null) {
            return List
                    .of(table + " is " + other + ", not a table; move it away, or set " + target + " to another name");
        }
        var flaws = new ArrayList<String>();
        var expected = new TreeSet<>(Set.of("nxt_read_at", "nxt_deleted_at", table.owner()));
        if (!hasOtherKey(table)) {
            expected.addAll(table.key());
        }
        expected.removeAll(types.keySet());
        for (String name : expected) {
            flaws.add("the table " + table + " has no column " + name + ", so it is not a table of nxt-sync; set "
                    + target + " to another name, or move the table away");
        }
        for (TargetColumn column : table.columns()) {
            if (isOfAnotherType(column)) {
                flaws.add("the column " + column.name() + " of " + table + " is " + types.get(column.name()) + ", not "
                        + column.type().sql() + "; change its type, or set " + target + " to another name");
            }
            if (generated.contains(column.name())) {
                flaws.add("the column " + column.name() + " of " + table
                        + " is generated, so it cannot be written; drop the expression");
            }
        }
        if (expected.isEmpty() && lacksKey(table) && !hasOtherKey(table)) {
            flaws.add(primaryKey.isEmpty()
                    ? "the table " + table
                            + " has lost its primary key, which the daemon needs to find rows; run: alter table "
                            + table.quotedName() + " add " + keyOf(table)
                    : "the table " + table
                            + " has another primary key than the one that the daemon needs to find rows; run: "
                            + "create unique index on " + table.quotedName() + " " + columnsOfKey(table));
        }
        if (!lacking.isEmpty()) {
            flaws.add("the database user lacks rights to " + table + "; as its owner run: " + grants(table));
        }
        return flaws;
    }

    private String grants(TargetTable table) {
        var grants = new ArrayList<String>();
        if (lacking.contains("usage")) {
            grants.add("grant usage on schema " + SqlName.quoted(table.schema()) + " to " + user);
        }
        String rights = lacking.stream().filter(each -> !each.equals("usage")).collect(Collectors.joining(", "));
        if (!rights.isEmpty()) {
            grants.add("grant " + rights + " on " + table.quotedName() + " to " + user);
        }
        return String.join("; ", grants);
    }

    /** Why a table cannot be used as it is; empty if it can, or is not there. */
    public static List<String> unusable(Handle connection, TargetTable table, String pull) {
        var found = read(connection, List.of(table)).get(table);
        return found == null ? List.of() : found.problems(connection, table, pull);
    }

    /** Why a table cannot be used, and not changed either; empty if it can be. */
    public List<String> problems(Handle transaction, TargetTable table, String pull) {
        var problems = new ArrayList<>(flaws(table, Settings.Pull.variable(pull, "TARGET")));
        for (TargetColumn column : table.columns()) {
            if (isTooNarrow(column)) {
                for (String view : views(transaction, table, column.name())) {
                    problems.add("the column " + column.name() + " of " + table + " must become " + column.type().sql()
                            + ", but the view " + view
                            + " uses it; drop the view, and make it again once this pull runs");
                }
            }
        }
        return problems;
    }

    private static List<String> views(Handle transaction, TargetTable table, String column) {
        return transaction.createQuery(
                """
                        select distinct view.oid::regclass::text from pg_depend
                        join pg_rewrite on pg_rewrite.oid = pg_depend.objid join pg_class view on view.oid = pg_rewrite.ev_class
                        join pg_attribute on attrelid = pg_depend.refobjid and attnum = pg_depend.refobjsubid
                        where pg_depend.classid = 'pg_rewrite'::regclass and attname = :attname
                          and pg_depend.refobjid = (select pg_class.oid from pg_class
                              join pg_namespace on pg_namespace.oid = relnamespace where nspname = :nspname and relname = :relname)""")
                .bind("attname", column).bind("nspname", table.schema()).bind("relname", table.name())
                .mapTo(String.class).list();
    }
}
