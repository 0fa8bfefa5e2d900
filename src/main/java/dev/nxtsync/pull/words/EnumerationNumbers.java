package dev.nxtsync.pull.words;

import static java.util.stream.Collectors.joining;

import java.util.Map;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.config.SnakeCase;
import dev.nxtsync.database.SqlName;
import dev.nxtsync.pull.target.TargetColumn;
import dev.nxtsync.pull.target.TargetTable;

/** The numbers of enumerations' values: the schema has only names, but rows have both. */
final class EnumerationNumbers {
    /** Pages of a table that are looked at in a day, chosen by chance. */
    private static final int PAGES = 2_000;
    private static final int ROWS = 100_000;

    private EnumerationNumbers() {}

    /** @param columns of which enumeration's type the API's columns are, by their names */
    static void learn(Handle transaction, TargetTable table, Map<String, String> columns) {
        var wanted = columns.entrySet().stream().filter(each -> lacks(transaction, each.getValue())).toList();
        if (wanted.isEmpty()) {
            return;
        }
        String share = transaction.createQuery("""
                select least(100, 100.0 * :pages / greatest(relpages, 1))::text from pg_class
                where oid = to_regclass(:table)""").bind("pages", PAGES).bind("table", table.quotedName())
                .mapTo(String.class).findOne().orElse("0");
        String seen = wanted.stream().map(each -> number(table, each)).collect(joining(",\n"));
        // of a row with one flag alone, its number is that of the flag; a name that is seen with two numbers has none
        transaction
                .createUpdate("with seen as materialized (select domain, names[1] as name, min(value) as value from ("
                        + "select * from " + table.quotedName() + " tablesample system (" + share + ") limit " + ROWS
                        + ") as sample cross join lateral (values " + seen + ") as seen (domain, value, names)\n"
                        + "where cardinality(names) = 1 group by domain, names[1] having min(value) = max(value))\n"
                        + "update nxt_sync.enumeration set value = seen.value from seen\n"
                        + "where enumeration.domain = seen.domain and enumeration.name = seen.name and enumeration.value is null")
                .execute();
    }

    private static String number(TargetTable table, Map.Entry<String, String> column) {
        String name = SnakeCase.of(column.getKey());
        boolean isFlags = table.columns().stream().map(TargetColumn::name)
                .anyMatch(each -> each.equals(name + "_flags"));
        String value = SqlName.quoted(name) + "::bigint";
        String names = isFlags
                ? "case when " + value + " & (" + value + " - 1) = 0 then " + SqlName.quoted(name + "_flags") + " end"
                : "array[" + SqlName.quoted(name + "_as_enum") + "]";
        return "(" + SqlName.literal(column.getValue()) + ", " + value + ", " + names + ")";
    }

    private static boolean lacks(Handle transaction, String domain) {
        return transaction
                .createQuery(
                        "select exists (select from nxt_sync.enumeration where domain = :domain and value is null)")
                .bind("domain", domain).mapTo(boolean.class).one();
    }
}
