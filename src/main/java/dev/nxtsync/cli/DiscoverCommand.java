package dev.nxtsync.cli;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SnakeCase;
import dev.nxtsync.error.Words;
import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.Column.Companion;
import dev.nxtsync.pull.DocumentLength;
import dev.nxtsync.pull.key.LikelyKeys.LikelyKey;
import dev.nxtsync.pull.preview.TableDiscovery;
import dev.nxtsync.pull.preview.TableDiscovery.Found;
import dev.nxtsync.tenant.Scope;

/** The command {@code discover}: what can be pulled, for people to read or as a configuration. */
@Singleton
class DiscoverCommand implements Command {
    private final Settings settings;
    private final TableDiscovery tables;
    private final DocumentLength length;
    private final Set<String> names = new HashSet<>();
    private final Set<String> targets = new HashSet<>();

    DiscoverCommand(Settings settings, TableDiscovery tables, DocumentLength length) {
        this.settings = settings;
        this.length = length;
        this.tables = tables;
    }

    int run(boolean yaml) {
        if (yaml) {
            System.out.println("""
                    # config/application.yaml: pulls of all tables that have rows and a known primary key.
                    # Remove what is not wanted. Secrets and addresses stay in environment variables.
                    nxt:
                      pulls:""");
        }
        for (Settings.Connection connection : settings.connections().values()) {
            var progress = new TerminalProgress();
            var findings = tables.of(connection,
                    (what, done, all) -> progress.step(connection.name() + ": " + done + " of " + all + " " + what));
            progress.clear();
            if (yaml) {
                findings.tables().forEach(each -> yaml(connection.name(), each));
            } else {
                print(connection, findings);
            }
        }
        return 0;
    }

    private void print(Settings.Connection connection, TableDiscovery.Discovered findings) {
        System.out.println("connection " + connection.name() + " sees the customers " + Words.list(findings.customers())
                + " and these companies:");
        findings.companies()
                .forEach(company -> System.out.println("  " + company + ", of customer " + company.customer()));
        for (Found each : findings.tables()) {
            System.out.println("table " + each.table().name() + ", " + size(each) + ", "
                    + each.key().map(key -> "key " + String.join(", ", key)).orElseGet(() -> likely(each))
                    + (each.table().tellsChanges() ? "" : ", read completely each time"));
            each.table().columns().values().forEach(column -> System.out
                    .println(String.format(Locale.ROOT, "  %-32s %s", column.name(), type(column))));
        }
        var all = findings.loadable();
        long rows = all.stream().mapToLong(each -> each.rows().orElse(0L)).sum();
        int perMinute = settings.budget().perMinute();
        long questions = findings.questions();
        long requests = findings.loads(length) + questions;
        System.out.println("all " + Words.count(all.size(), "table") + " that have a key, or may have one: "
                + Words.count(rows, "row") + ", about " + Words.count(requests, "request")
                + (questions == 0 ? "" : ", " + questions + " of them about keys") + ", "
                + Words.count(1 + requests * 5 / 4 / perMinute, "minute") + " or more at "
                + Words.count(perMinute, "request")
                + " a minute. NXT_PULLS_ALL_TABLE='*' takes them; plan says what it means for each");
    }

    private static String likely(Found found) {
        return found.likely().isEmpty()
                ? "key not known"
                : "key " + (found.isKeyKnown() ? "" : "may be ")
                        + found.likely().stream().map(LikelyKey::shown).collect(joining("; or "));
    }

    private static String size(Found found) {
        return found.rows().map(rows -> Words.count(rows, "row")).orElse("rows not countable") + " in "
                + Words.count(found.owners(), found.table().scope() == Scope.COMPANY ? "company" : "customer");
    }

    private static String type(Column column) {
        return column.scalar() + (column.companion() == Companion.NONE ? "" : ", " + switch (column.companion()) {
            case DATE -> "a date";
            case TIME -> "a time";
            case ENUM -> "an enumeration";
            case FLAGS -> "flags";
            case NONE -> "";
        });
    }

    /** Commented out where somebody has to say something first, or there is nothing to read yet. */
    private void yaml(String connection, Found found) {
        String table = found.table().name();
        boolean ready = found.isKeyKnown() && found.rows().orElse(0L) > 0;
        String name = unique(table.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", ""), connection);
        var lines = new ArrayList<String>();
        lines.add(name + ":  # " + size(found));
        lines.add("  table: " + table);
        if (!connection.equals("main")) {
            lines.add("  connection: " + connection);
        }
        if (ready && !targets.add(SnakeCase.of(table))) {
            lines.add("  target: " + SnakeCase.of(table) + "_" + connection);
        }
        if (found.key().isEmpty()) {
            lines.add("  # " + likely(found)
                    + (found.isKeyKnown() ? "" : "; unless Business NXT proves it, name it by key:"));
        }
        lines.forEach(line -> System.out.println("    " + (ready ? "" : "# ") + line));
    }

    private String unique(String name, String connection) {
        return names.add(name) ? name : name + connection;
    }
}
