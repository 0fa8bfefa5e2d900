package dev.nxtsync.operate;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

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
import dev.nxtsync.token.AccessToken;
import dev.nxtsync.token.Connections;
import dev.nxtsync.token.Tokens;

/**
 * The command {@code check}: goes the way of a row from the client id to the target table, changes nothing, and says in
 * plain words what is in the way. It runs with any configuration, also one that the daemon refuses.
 */
class Check implements QuarkusApplication {
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

    private static void fine(String what, String found) {
        System.out.println("ok         " + what + ": " + found);
    }

    private void problem(String what, String found) {
        problems++;
        System.out.println("PROBLEM    " + what + ": " + found);
    }
}
