package dev.nxtsync.pull.words;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.config.SnakeCase;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.pull.target.TargetTable;

/** The tables {@code enumeration} and {@code enumeration_column}. */
final class Enumerations {
    private Enumerations() {}

    /** Keeps the values that enumerations have now, beside those that they have had. A text that is no longer told stays. */
    static void keep(Handle transaction, ValueTexts.ToldTexts told) throws SQLException {
        var encoding = Encoding.read(transaction);
        for (var language : told.languages().entrySet()) {
            for (var domain : language.getValue().entrySet()) {
                var names = List.copyOf(domain.getValue().keySet());
                var texts = names.stream().map(domain.getValue()::get).map(encoding::shown).toList();
                // numbers are learned once for all languages
                transaction.createUpdate("""
                        insert into nxt_sync.enumeration as known (domain, value, name, text, language)
                        select :domain, (select max(value) from nxt_sync.enumeration other
                            where other.domain = :domain and other.name = given.name), name, nullif(text, ''), :language
                        from unnest(:names::text[], :texts::text[]) as given (name, text)
                        on conflict on constraint enumeration_pkey do update set text = excluded.text
                        where known.text <> excluded.text and :whole
                            or known.text is null and excluded.text is not null""").bind("domain", domain.getKey())
                        .bind("language", language.getKey()).bind("whole", told.whole())
                        .bindArray("names", String.class, names).bindArray("texts", String.class, texts).execute();
            }
        }
    }

    /** @param columns of which enumeration's type the API's columns are, by their names */
    static void keepColumns(Handle transaction, TargetTable table, Map<String, String> columns) {
        var names = List.copyOf(columns.keySet());
        transaction.createUpdate("""
                insert into nxt_sync.enumeration_column as known (schema_name, table_name, column_name, domain)
                select :schema, :table, column_name, domain
                from unnest(:columns::text[], :domains::text[]) as given (column_name, domain)
                on conflict on constraint enumeration_column_pkey do update set domain = excluded.domain
                where known.domain <> excluded.domain""").bind("schema", table.schema()).bind("table", table.name())
                .bindArray("columns", String.class, names.stream().map(SnakeCase::of).toList())
                .bindArray("domains", String.class, names.stream().map(columns::get).toList()).execute();
    }
}
