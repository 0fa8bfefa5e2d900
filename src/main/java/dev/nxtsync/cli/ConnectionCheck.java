package dev.nxtsync.cli;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import jakarta.inject.Singleton;

import io.quarkus.arc.Unremovable;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Words;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.schema.Tenants;
import dev.nxtsync.pull.plan.PullValidator;
import dev.nxtsync.pull.preview.DryRun;
import dev.nxtsync.pull.target.TargetTable;
import dev.nxtsync.push.plan.PushPlanner;
import dev.nxtsync.tenant.Scope;
import dev.nxtsync.token.AccessToken;
import dev.nxtsync.token.Connections;
import dev.nxtsync.token.Tokens;

/** What is wrong between a client id and the rows that it can read, as it comes to light on the way of a row. */
@Unremovable
@Singleton
record ConnectionCheck(Settings settings, Connections connections, Tenants tenants, DryRun dryRun, PushPlanner pushes) {
    /** One request each; what is wrong with so many is not clearer with more. */
    private static final int COMPANIES = 20;

    /** The targets of the connection's pulls that can be made, by pull. */
    Map<String, TargetTable> check(Settings.Connection connection, Report report) {
        String name = connection.name();
        Tokens.Current current = connections.of(name).current();
        if (current instanceof Tokens.NoToken none) {
            report.problem("token of " + name, none.failure());
            return Map.of();
        }
        token(connection, ((Tokens.Valid) current).token(), report);
        try {
            var customers = customers(connection, report);
            var companies = companies(connection, customers, report);
            var targets = pulls(connection, customers, companies, report);
            pushes.check(connection)
                    .forEach((push, flaw) -> flaw.ifPresentOrElse(reason -> report.problem("push " + push, reason),
                            () -> report.fine("push " + push, "it can be sent")));
            strangers(connection, companies, report);
            return targets;
        } catch (FailedAnswer e) {
            report.problem("API with " + name, e.failure().traced());
            return Map.of();
        }
    }

    private static void token(Settings.Connection connection, AccessToken token, Report report) {
        String lifetime = "valid for " + Words.time(Duration.ofNanos(token.expiresAt() - token.requestedAt()));
        if (token.scope().equals(connection.askedScope())) {
            report.fine("token of " + connection.name(), "asked and granted scope " + token.scope() + ", " + lifetime);
        } else {
            report.problem("token of " + connection.name(), ErrorCode.SCOPE_REDUCED,
                    "The asked scope is \"" + connection.askedScope() + "\", the granted one \"" + token.scope()
                            + "\" (" + lifetime + "). " + ErrorCode.SCOPE_REDUCED.nextStep());
        }
    }

    /** Those that the connection sees. */
    private List<Tenants.Customer> customers(Settings.Connection connection, Report report) {
        List<Tenants.Customer> customers = tenants.customers(connection.name());
        report.fine("API with " + connection.name(), "it answers");
        for (int wanted : connection.customer()) {
            if (customers.stream().noneMatch(customer -> customer.number() == wanted)) {
                report.problem("customers of " + connection.name(), ErrorCode.CUSTOMER_UNKNOWN,
                        "This client id does not see the customer " + wanted + " of " + connection.variable("CUSTOMER")
                                + ". It sees " + (customers.isEmpty() ? "none" : Words.list(customers)) + ". "
                                + ErrorCode.CUSTOMER_UNKNOWN.nextStep());
            }
        }
        if (customers.isEmpty()) {
            report.problem("customers of " + connection.name(), ErrorCode.NO_CUSTOMER,
                    "This client id sees no customer. " + ErrorCode.NO_CUSTOMER.nextStep());
        }
        return customers;
    }

    /** Of the customers that the connection is for. */
    private List<Tenants.Company> companies(Settings.Connection connection, List<Tenants.Customer> customers,
            Report report) {
        var all = new ArrayList<Tenants.Company>();
        for (Tenants.Customer customer : customers) {
            if (!connection.customer().isEmpty() && !connection.customer().contains(customer.number())) {
                continue;
            }
            var companies = tenants.companies(connection.name(), customer.number());
            all.addAll(companies);
            String what = "customer " + customer.number();
            if (companies.isEmpty()) {
                report.problem(what, ErrorCode.NO_COMPANY, customer.name()
                        + " has no company that this client id sees. " + ErrorCode.NO_COMPANY.nextStep());
            } else {
                report.fine(what, customer.name() + ", with " + Words.list(companies));
            }
        }
        return all;
    }

    private Map<String, TargetTable> pulls(Settings.Connection connection, List<Tenants.Customer> customers,
            List<Tenants.Company> companies, Report report) {
        var result = dryRun.of(connection,
                connection.customer().isEmpty()
                        ? customers.stream().map(Tenants.Customer::number).toList()
                        : connection.customer(),
                companies, COMPANIES);
        result.designs().forEach((name, design) -> {
            if (design instanceof PullValidator.Sound sound) {
                report.fine("pull " + name, sound.toString());
                sound.keyDoubt().ifPresent(doubt -> report.warning("pull " + name, doubt));
                sound.remarks().forEach(remark -> report.problem("pull " + name, ErrorCode.EXCEPT_UNKNOWN, remark));
            } else {
                report.problem("pull " + name, design.obstacle().orElseThrow());
            }
        });
        Report.leftOut(result.leftOut()).forEach(each -> report.note("tables", each));
        result.idleExceptions().forEach(each -> report.note("tables", each));
        result.strangers()
                .forEach((pull, strangers) -> report.problem("pull " + pull, ErrorCode.COMPANY_NOT_GRANTED,
                        "The client id does not see these companies of " + Settings.Pull.variable(pull, "COMPANIES")
                                + ": " + Words.list(strangers) + ". " + ErrorCode.COMPANY_NOT_GRANTED.nextStep()));
        var refused = result.readings().stream().filter(each -> each.obstacle().isPresent()).toList();
        refused.forEach(each -> report.problem(each.tenant().toString(), each.obstacle().orElseThrow()));
        var read = result.readings().stream().filter(each -> each.obstacle().isEmpty())
                .collect(groupingBy(each -> each.tenant().scope(), TreeMap::new, counting()));
        if (!read.isEmpty()) {
            report.fine("rows", "one of each pull can be read in " + read.entrySet().stream()
                    .map(each -> Words.count(each.getValue(), each.getKey() == Scope.COMPANY ? "company" : "customer"))
                    .collect(joining(" and ")));
        }
        return result.targets();
    }

    private void strangers(Settings.Connection connection, List<Tenants.Company> companies, Report report) {
        settings.pushes(connection.name()).stream()
                .filter(push -> push.company().isPresent()
                        && companies.stream().noneMatch(company -> company.number() == push.company().get()))
                .forEach(push -> report.problem("push " + push.name(), ErrorCode.COMPANY_NOT_GRANTED,
                        "The client id does not see the company of " + Settings.Push.variable(push.name(), "COMPANY")
                                + ", " + push.company().get() + ". " + ErrorCode.COMPANY_NOT_GRANTED.nextStep()));
    }
}
