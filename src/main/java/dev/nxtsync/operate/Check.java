package dev.nxtsync.operate;

import static java.util.stream.Collectors.joining;

import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

import jakarta.enterprise.inject.Instance;

import io.quarkus.runtime.QuarkusApplication;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SettingsReader;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.schema.Introspection;
import dev.nxtsync.graphql.schema.Tenants;
import dev.nxtsync.pull.PullDesign;
import dev.nxtsync.push.PushPlanner;
import dev.nxtsync.store.DatabaseCheck;
import dev.nxtsync.store.DatabaseCheck.LastEvent;
import dev.nxtsync.token.AccessToken;
import dev.nxtsync.token.Connections;
import dev.nxtsync.token.Tokens;

/**
 * The command {@code check}: goes the way of a row from the client id to the target table, changes nothing, and says in
 * plain words what is in the way. It runs with any configuration, also one that the daemon refuses.
 */
class Check implements QuarkusApplication {
    /** How long a person changes a row, and Visma Connect takes to say so. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Instance<Connections> connections;
    private final Instance<Tenants> tenants;
    private final Instance<Introspection> introspection;
    private final Instance<PushPlanner> pushes;
    private int problems;

    Check(Instance<Connections> connections, Instance<Tenants> tenants, Instance<Introspection> introspection,
            Instance<PushPlanner> pushes) {
        this.pushes = pushes;
        this.connections = connections;
        this.tenants = tenants;
        this.introspection = introspection;
    }

    @Override
    public int run(String... arguments) {
        var reading = SettingsReader.read();
        Settings settings = reading.settings();
        reading.warnings().forEach(warning -> System.out.println("warning    " + warning));
        reading.problems().forEach(problem -> problem("configuration", problem.toString()));
        if (reading.problems().isEmpty()) {
            fine("configuration",
                    settings.connections().size() + " connection(s), " + settings.pulls().size() + " pull(s), "
                            + settings.pushes().size() + " push(es)");
        }
        database(settings);
        for (Settings.Connection connection : settings.connections().values()) {
            if (connection.clientId().isEmpty() || !hasSecret(connection)) {
                System.out
                        .println("skipped    connection " + connection.name() + ": its client id or secret is not set");
            } else {
                connection(connection, settings);
            }
        }
        if (settings.webhookKeys().isPresent() && !settings.database().url().isEmpty()) {
            webhooks(settings, arguments.length > 1);
        } else if (arguments.length > 1) {
            problem("webhooks", "There is nothing to wait for: NXT_WEBHOOK_KEYS or NXT_DATABASE_URL is not set.");
        }
        System.out.println(problems == 0
                ? "All is well."
                : problems == 1 ? "There is one problem." : "There are " + problems + " problems.");
        return problems == 0 ? 0 : NxtSync.FOUND_PROBLEMS;
    }

    private static boolean hasSecret(Settings.Connection connection) {
        try {
            return !connection.clientSecret().reveal().isEmpty();
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    private void database(Settings settings) {
        if (settings.database().url().isEmpty()) {
            System.out.println("skipped    database: its address is not set");
            return;
        }
        var findings = DatabaseCheck.of(settings);
        findings.problems().forEach(each -> problem("database", each));
        if (findings.problems().isEmpty()) {
            fine("database", findings.summary());
        }
    }

    private void connection(Settings.Connection connection, Settings settings) {
        String name = connection.name();
        Tokens.Current current = connections.get().of(name).current();
        if (current instanceof Tokens.Unavailable unavailable) {
            problem("token of " + name, unavailable.failure().message());
            return;
        }
        var token = (AccessToken) current;
        String lifetime = "valid for " + (token.expiresAt() - token.requestedAt()) / 1_000_000_000 + " s";
        if (token.scope().equals(connection.scope())) {
            fine("token of " + name, "asked and granted scope " + token.scope() + ", " + lifetime);
        } else {
            problem("token of " + name,
                    "The asked scope is \"" + connection.scope() + "\", the granted one \"" + token.scope() + "\" ("
                            + lifetime + "). Compare the integrations of the application in the Developer Portal.");
        }
        try {
            companies(connection);
            pulls(connection, settings);
            pushes.get().check(connection).forEach((push, flaw) -> flaw.ifPresentOrElse(
                    reason -> problem("push " + push, reason), () -> fine("push " + push, "it can be sent")));
        } catch (FailedAnswer e) {
            problem("API with " + name, e.failure().message()
                    + (e.failure().traceId().isEmpty() ? "" : " (trace " + e.failure().traceId() + ")"));
        }
    }

    private void companies(Settings.Connection connection) {
        List<Tenants.Customer> customers = tenants.get().customers(connection.name());
        fine("API with " + connection.name(), "it answers");
        for (int wanted : connection.customer()) {
            if (customers.stream().noneMatch(customer -> customer.number() == wanted)) {
                problem("customers of " + connection.name(),
                        "The customer " + wanted + " of NXT_CUSTOMER is not one of those that this client id "
                                + "can see: " + customers
                                + ". Correct the number, or have the customer add the application.");
            }
        }
        if (customers.isEmpty()) {
            problem("customers of " + connection.name(),
                    "This client id sees no customer. Add it as a user in Business NXT (table User, Connect "
                            + "application ticked), and grant it companies in Connect Application Access.");
        }
        for (Tenants.Customer customer : customers) {
            if (!connection.customer().isEmpty() && !connection.customer().contains(customer.number())) {
                continue;
            }
            var companies = tenants.get().companies(connection.name(), customer.number());
            String what = "customer " + customer.number();
            if (companies.isEmpty()) {
                problem(what, customer.name()
                        + " has no company that this client id sees. Grant it companies in Connect Application Access.");
            } else {
                fine(what, customer.name() + ", with " + String.join(", ",
                        companies.stream().map(company -> company.number() + " " + company.name()).toList()));
            }
        }
    }

    private void pulls(Settings.Connection connection, Settings settings) {
        var pulls = new ArrayList<Settings.Pull>();
        for (Settings.Pull pull : settings.pulls().values()) {
            if (pull.connection().equals(connection.name()) && !pull.table().isEmpty()) {
                pulls.add(pull);
            }
        }
        var tables = introspection.get().tables(connection.name(),
                pulls.stream().map(Settings.Pull::table).distinct().toList());
        PullDesign.of(pulls, tables, settings).forEach((name, design) -> {
            if (design instanceof PullDesign.Sound sound) {
                fine("pull " + name, sound.toString());
                sound.remarks().forEach(remark -> problem("pull " + name, remark));
            } else {
                problem("pull " + name, ((PullDesign.Flawed) design).reason());
            }
        });
    }

    /** Which events have come, and whether one comes while somebody changes a row. */
    private void webhooks(Settings settings, boolean wait) {
        try {
            var before = DatabaseCheck.lastEvents(settings);
            for (String table : new TreeSet<>(
                    settings.pulls().values().stream().map(Settings.Pull::table).toList())) {
                var own = before.stream().filter(each -> each.table().equals(table)).toList();
                if (own.isEmpty()) {
                    System.out.println(
                            "note       webhooks of " + table + ": none has come yet. If they are wanted, add a "
                                    + "row for each company to WebhookSubscription in Business NXT; see the README");
                } else {
                    fine("webhooks of " + table, own.stream().map(LastEvent::toString).collect(joining("; ")));
                }
            }
            before.stream().filter(each -> settings.pulls().values().stream()
                    .noneMatch(pull -> pull.table().equals(each.table()))).limit(10)
                    .forEach(each -> System.out.println("note       webhooks of " + each.table()
                            + ": no pull has this table; " + each));
            if (wait) {
                waitForEvent(settings, before);
            }
        } catch (SQLException e) {
            // why is said of the database
            problem("webhooks", "Which have come cannot be told: " + e.getMessage());
        }
    }

    private void waitForEvent(Settings settings, List<LastEvent> before) throws SQLException {
        System.out.println("waiting    for a webhook, " + PATIENCE.toMinutes()
                + " minutes at most; the daemon must be running. Change a row in Business NXT now");
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - until < 0) {
            var come = DatabaseCheck.lastEvents(settings).stream().filter(each -> !before.contains(each)).toList();
            if (!come.isEmpty()) {
                come.forEach(each -> fine("webhook", each.table() + ": " + each));
                return;
            }
            try {
                TimeUnit.SECONDS.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        problem("webhooks",
                "None has come. Look in this order: has the log of the daemon, or its metric nxt_webhooks_total, "
                        + "refused calls (then it is the key)? Does the subscription in the Developer Portal have the address of this "
                        + "daemon, reachable from the internet, and the event TableChange? Does WebhookSubscription in Business NXT "
                        + "have a row for that company and table?");
    }

    private static void fine(String what, String found) {
        System.out.println("ok         " + what + ": " + found);
    }

    private void problem(String what, String found) {
        problems++;
        System.out.println("PROBLEM    " + what + ": " + found);
    }
}
