package dev.nxtsync.cli;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;

import dev.nxtsync.config.DatabaseUrl;
import dev.nxtsync.config.Secret;
import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SettingsReader;
import dev.nxtsync.database.DatabaseCheck;
import dev.nxtsync.database.MigrationDryRun;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Words;
import dev.nxtsync.pull.target.TargetCheck;
import dev.nxtsync.pull.target.TargetTable;
import dev.nxtsync.push.outbox.OutboxOrigin;
import dev.nxtsync.schedule.Replica;
import dev.nxtsync.status.OpenFindings;

/**
 * The command {@code check}: goes the way of a row from the client id to the target table, changes nothing, and says in
 * plain words what is in the way. It runs with any configuration, also one that the daemon refuses.
 */
@Singleton
class CheckCommand implements Command {
    private final Instance<ConnectionCheck> connections;
    private final Instance<MigrationDryRun> migrations;
    private final Report report = new Report();

    CheckCommand(Instance<ConnectionCheck> connections, Instance<MigrationDryRun> migrations) {
        this.connections = connections;
        this.migrations = migrations;
    }

    int run(boolean wait) {
        var reading = SettingsReader.read();
        Settings settings = reading.settings();
        configuration(reading);
        boolean database = database(settings);
        var targets = new LinkedHashMap<String, TargetTable>();
        for (Settings.Connection connection : settings.connections().values()) {
            if (connection.clientId().isEmpty() || !isThere(connection.clientSecret())) {
                System.out.println("skipped    connection " + connection.name()
                        + ": its client id or secret is not set, or cannot be used");
            } else if (!database && connection.kind() == Settings.ConnectionKind.USER) {
                System.out.println("skipped    connection " + connection.name()
                        + ": its tokens are in the database, which cannot be used");
            } else {
                targets.putAll(connections.get().check(connection, report));
            }
        }
        if (database) {
            targets(settings, targets);
        }
        if (settings.webhookKeys().isPresent() && database) {
            new WebhookCheck(settings, report, Duration.ofMinutes(10)).run(wait);
        } else if (wait) {
            report.problem("webhooks", ErrorCode.CONFIGURATION,
                    "There is nothing to wait for: NXT_WEBHOOK_KEYS is not set, or the database cannot be used.");
        }
        return report.end();
    }

    /** Without the framework, which could not read the file either. */
    static int unreadable(SettingsReader.SettingsRead reading) {
        var report = new Report();
        problems(reading, report);
        System.out.println("skipped    everything else, because the file cannot be read");
        return report.end();
    }

    private static void problems(SettingsReader.SettingsRead reading, Report report) {
        reading.problems()
                .forEach(problem -> report.problem("configuration", ErrorCode.CONFIGURATION, problem.toString()));
    }

    private void configuration(SettingsReader.SettingsRead reading) {
        Settings settings = reading.settings();
        reading.warnings().forEach(each -> report.warning("configuration", each));
        problems(reading, report);
        if (settings.pulls().isEmpty() && settings.pushes().isEmpty()) {
            report.problem("configuration", ErrorCode.CONFIGURATION,
                    "There is no pull and no push, so a daemon would do nothing. Set for example "
                            + "NXT_PULLS_ORDERS_TABLE=order.");
        }
        if (reading.problems().isEmpty()) {
            report.fine("configuration",
                    Words.count(settings.connections().size(), "connection") + ", "
                            + Words.count(settings.pulls().size(), "pull") + ", "
                            + Words.count(settings.pushes().size(), "push"));
        }
    }

    private static boolean isThere(Secret secret) {
        try {
            return !secret.reveal().isEmpty();
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** Says whether it can be used. */
    private boolean database(Settings settings) {
        if (settings.database().url().isEmpty()) {
            System.out.println("skipped    database: its address is not set");
            return false;
        }
        if (DatabaseUrl.flaw(settings.database().url()).isPresent()) {
            // what is wrong has been said, without a word of it
            System.out.println("skipped    database: its address cannot be used");
            return false;
        }
        if (settings.database().password().filter(password -> !isThere(password)).isPresent()) {
            System.out.println("skipped    database: its password cannot be used");
            return false;
        }
        var findings = DatabaseCheck.ask(settings, List.of(Replica.note()),
                List.of(Replica.warning(settings.budget().share()), OpenFindings.warning()));
        findings.problems().forEach(each -> report.problem("database", each));
        if (!findings.summary().isEmpty()) {
            report.fine("database", findings.summary());
        }
        findings.notes().forEach(each -> report.note("database", each));
        findings.warnings().forEach(each -> report.warning("database", each));
        if (findings.problems().isEmpty()) {
            var rehearsed = migrations.get().run(OutboxOrigin.check(!settings.pushes().isEmpty()));
            rehearsed.problems().forEach(each -> report.problem("migration", each));
            rehearsed.notes().forEach(each -> report.note("migration", each));
        }
        return !findings.summary().isEmpty();
    }

    private void targets(Settings settings, Map<String, TargetTable> targets) {
        TargetCheck.problems(settings, targets)
                .forEach((pull, problem) -> report.problem("target of " + pull, problem));
    }
}
