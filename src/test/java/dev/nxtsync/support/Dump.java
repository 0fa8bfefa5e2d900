package dev.nxtsync.support;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;

import org.flywaydb.core.Flyway;
import org.postgresql.copy.CopyManager;
import org.postgresql.core.BaseConnection;

/**
 * The database of a daemon as a text: the schema {@code nxt_sync} as its migrations make it, the targets, and all rows. What
 * was some time ago when it was dumped is as long ago when it is restored. Without tools of PostgreSQL's own, since those of
 * this machine may be older than the server.
 */
public final class Dump {
    private static final String HISTORY = "nxt_sync.schema_history";
    private static final String END = "\\.\n";

    private final String text;

    private Dump(String text) {
        this.text = text;
    }

    /**
     * @param notes what whoever restores it must know, by name; one line each
     * @param ports of this machine, which are others when it is restored, by what stands for them
     */
    public static void write(Path file, TestDatabase database, Map<String, String> notes, Map<String, Integer> ports) {
        var text = new StringBuilder();
        notes.forEach((name, value) -> text.append("-- ").append(name).append(": ").append(value).append('\n'));
        text.append("-- now: ").append(database.value("select now()::text")).append('\n');
        text.append("-- version: ").append(database.value("select max(version::int) from " + HISTORY)).append('\n');
        for (String ddl : targets(database)) {
            text.append("-- target: ").append(ddl).append('\n');
        }
        for (var sequence : database.rows("""
                select format('%I.%I', schemaname, sequencename) as name, last_value as last from pg_sequences
                where schemaname = 'nxt_sync' and last_value is not null order by 1""")) {
            text.append("-- sequence: ").append(sequence.get("name")).append(' ').append(sequence.get("last"))
                    .append('\n');
        }
        try (Connection connection = database.connect()) {
            var copy = new CopyManager(connection.unwrap(BaseConnection.class));
            for (String table : tables(database)) {
                var rows = new StringWriter();
                String columns = columns(database, table);
                if (copy.copyOut("copy " + table + " " + columns + " to stdout", rows) > 0) {
                    text.append("copy ").append(table).append(' ').append(columns).append('\n').append(rows)
                            .append(END);
                }
            }
            String dump = text.toString();
            for (var port : ports.entrySet()) {
                dump = dump.replaceAll("(127\\.0\\.0\\.1(?::|%3A))" + port.getValue(),
                        "$1" + Matcher.quoteReplacement(port.getKey()));
            }
            Files.writeString(file, dump);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @param ports by what stands for them */
    public static Dump read(Path file, Map<String, Integer> ports) {
        try {
            String text = Files.readString(file);
            for (var port : ports.entrySet()) {
                text = text.replace(port.getKey(), port.getValue().toString());
            }
            return new Dump(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What was noted beside it, by name. */
    public Map<String, String> notes() {
        var notes = new LinkedHashMap<String, String>();
        lines("-- ").forEach(line -> notes.put(line.split(": ", 2)[0], line.split(": ", 2)[1]));
        return notes;
    }

    /** A database of its own with what was dumped. */
    public TestDatabase restore() {
        var database = TestDatabase.create();
        database.execute("create schema nxt_sync; create schema nxt");
        Flyway.configure().dataSource(database.url(), database.user(), "").defaultSchema("nxt_sync")
                .table("schema_history").locations("filesystem:src/main/resources/db/migration")
                .target(notes().get("version")).load().migrate();
        lines("-- target: ").forEach(database::execute);
        // what migrations have put there is in the dump
        database.execute("truncate " + String.join(", ", tables(database)));
        try (Connection connection = database.connect()) {
            var copy = new CopyManager(connection.unwrap(BaseConnection.class));
            for (String part : text.substring(text.indexOf("\ncopy ") + 1).split("(?m)^\\\\\\.\n", 0)) {
                int line = part.indexOf('\n');
                copy.copyIn(part.substring(0, line) + " from stdin", new StringReader(part.substring(line + 1)));
            }
            try (Statement statement = connection.createStatement()) {
                for (String sequence : lines("-- sequence: ")) {
                    statement.execute("select setval('" + sequence.replace(" ", "', ") + ")");
                }
                statement.execute(catchUp(database, notes().get("now")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return database;
    }

    /** All times but those that are for ever, by as much as has passed since the dump. */
    private static String catchUp(TestDatabase database, String dumped) {
        var statements = new ArrayList<String>();
        for (var column : database.rows("""
                select format('%I.%I', n.nspname, c.relname) as owner, quote_ident(a.attname) as name
                from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
                where n.nspname in ('nxt', 'nxt_sync') and c.relkind = 'r' and a.atttypid = 'timestamptz'::regtype
                  and a.attnum > 0 and not a.attisdropped""")) {
            statements.add("update %1$s set %2$s = %2$s + (now() - '%3$s') where %2$s < '9000-01-01'"
                    .formatted(column.get("owner"), column.get("name"), dumped));
        }
        // triggers guard what users change
        return "begin; set local session_replication_role = replica; " + String.join("; ", statements) + "; commit";
    }

    private List<String> lines(String prefix) {
        return text.lines().filter(line -> line.startsWith(prefix)).map(line -> line.substring(prefix.length()))
                .toList();
    }

    private static List<String> tables(TestDatabase database) {
        return database.rows("""
                select format('%I.%I', n.nspname, c.relname) as name
                from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where n.nspname in ('nxt', 'nxt_sync') and c.relkind = 'r' order by 1""").stream()
                .map(row -> row.get("name")).toList();
    }

    private static String columns(TestDatabase database, String table) {
        return database
                .rows("select quote_ident(attname) as name from pg_attribute where attrelid = '" + table
                        + "'::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum")
                .stream().map(row -> row.get("name")).collect(joining(", ", "(", ")"));
    }

    private static List<String> targets(TestDatabase database) {
        return database
                .rows("""
                        select format('create table %s (%s, %s)', c.oid::regclass,
                            (select string_agg(format('%I %s%s', attname, format_type(atttypid, atttypmod),
                                    case when attnotnull then ' not null' else '' end), ', ' order by attnum)
                             from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped),
                            (select pg_get_constraintdef(oid) from pg_constraint where conrelid = c.oid and contype = 'p')) as ddl
                        from pg_class c join pg_namespace n on n.oid = c.relnamespace
                        where n.nspname = 'nxt' and c.relkind = 'r' order by 1""")
                .stream().map(row -> row.get("ddl")).toList();
    }
}
