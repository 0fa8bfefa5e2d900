package dev.nxtsync.pull;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;

import dev.nxtsync.config.Settings;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.schema.Introspection;
import dev.nxtsync.graphql.schema.Scope;
import dev.nxtsync.graphql.schema.Tenants;
import dev.nxtsync.pull.PullDesign.Design;
import dev.nxtsync.schedule.Backoff;
import dev.nxtsync.store.Claims;
import dev.nxtsync.store.Migrations;
import dev.nxtsync.store.PullStates;
import dev.nxtsync.store.TableMaker;

/**
 * Turns the configured pulls into units of work: reads the schema and the companies of each connection, makes the target
 * tables, and declares the units. It tries until it has succeeded, then looks again every hour.
 */
@Singleton
public class PullPlanner {
    private static final Logger LOG = Logger.getLogger(PullPlanner.class);
    private static final Duration AGAIN = Duration.ofHours(1);
    private static final Duration AGAIN_IF_STOPPED = Duration.ofMinutes(10);

    private final Settings settings;
    private final Introspection introspection;
    private final Tenants tenants;
    private final TableMaker tables;
    private final PullStates states;
    private final Claims claims;
    private final Migrations migrations;
    private final PullPlans plans;
    private final Map<String, Attempt> attempts = new HashMap<>();

    /** When a connection is planned next, on this process' monotonic clock. */
    private record Attempt(int failures, long next) {}

    /** What a connection is granted. */
    private record Tenancy(List<Integer> customers, List<Tenants.Company> companies) {}

    PullPlanner(Settings settings, Introspection introspection, Tenants tenants, TableMaker tables, PullStates states,
            Claims claims,
            Migrations migrations, PullPlans plans) {
        this.settings = settings;
        this.introspection = introspection;
        this.tenants = tenants;
        this.tables = tables;
        this.states = states;
        this.claims = claims;
        this.migrations = migrations;
        this.plans = plans;
    }

    @Scheduled(every = "1s", concurrentExecution = ConcurrentExecution.SKIP)
    void plan() {
        if (!migrations.done()) {
            return;
        }
        for (Settings.Connection connection : settings.connections().values()) {
            var last = attempts.getOrDefault(connection.name(), new Attempt(0, System.nanoTime()));
            if (System.nanoTime() - last.next() >= 0) {
                attempts.put(connection.name(), attempt(connection, last.failures()));
            }
        }
    }

    private Attempt attempt(Settings.Connection connection, int failures) {
        String reason;
        try {
            boolean complete = plan(connection);
            plans.noTrouble(connection.name());
            return new Attempt(0, System.nanoTime() + (complete ? AGAIN : AGAIN_IF_STOPPED).toNanos());
        } catch (FailedAnswer e) {
            reason = e.failure().message();
        } catch (SQLException e) {
            reason = "The database refused: " + e.getMessage();
        }
        Duration wait = Backoff.after(failures + 1);
        plans.trouble(connection.name(), reason);
        LOG.warnf("The pulls of connection %s cannot be planned. %s Tried again in %d s.", connection.name(), reason,
                wait.toSeconds());
        return new Attempt(failures + 1, System.nanoTime() + wait.toNanos());
    }

    /** Says whether every pull could be planned. */
    private boolean plan(Settings.Connection connection) throws SQLException {
        var pulls = settings.pulls().values().stream().filter(pull -> pull.connection().equals(connection.name()))
                .toList();
        Tenancy tenancy = tenancy(connection);
        if (pulls.isEmpty()) {
            describe(connection, tenancy.companies());
            return true;
        }
        var designs = PullDesign.of(pulls,
                introspection.tables(connection.name(), pulls.stream().map(Settings.Pull::table).distinct().toList()),
                settings);
        boolean complete = true;
        for (var entry : designs.entrySet()) {
            complete &= adopt(entry.getKey(), entry.getValue(), tenancy);
        }
        return complete;
    }

    private boolean adopt(String pull, Design design, Tenancy tenancy) throws SQLException {
        if (design instanceof PullDesign.Flawed flawed) {
            return stop(pull, flawed.reason());
        }
        PullPlan plan = ((PullDesign.Sound) design).plan();
        List<String> problems = tables.make(plan.target());
        if (!problems.isEmpty()) {
            return stop(pull, "Its target cannot be used: " + String.join("; ", problems) + ".");
        }
        List<Integer> owners = owners(plan, tenancy);
        if (owners.isEmpty()) {
            return stop(pull, "The client id of connection " + plan.pull().connection()
                    + " sees no company. Add it as a user in Business NXT "
                    + "(table User, Connect application ticked), and grant it companies in Connect Application Access.");
        }
        plans.put(pull, new PullPlans.Ready(plan, owners));
        for (int owner : owners) {
            if (states.declare(pull, owner)) {
                claims.declare(Poll.KIND, plan.pull().connection(), PullPlans.scope(plan), owner);
            }
        }
        LOG.debugf("Pull %s is planned for %s", pull, owners);
        return true;
    }

    private boolean stop(String pull, String reason) {
        LOG.errorf("Pull %s is stopped, the others run. %s", pull, reason);
        plans.put(pull, new PullPlans.Stopped(reason));
        return false;
    }

    private static List<Integer> owners(PullPlan plan, Tenancy tenancy) {
        if (plan.table().scope() == Scope.CUSTOMER) {
            return tenancy.customers();
        }
        return plan.pull().companies().isEmpty()
                ? tenancy.companies().stream().map(Tenants.Company::number).toList()
                : plan.pull().companies();
    }

    private Tenancy tenancy(Settings.Connection connection) {
        List<Integer> customers = connection.customer().isEmpty()
                ? tenants.customers(connection.name()).stream().map(Tenants.Customer::number).toList()
                : connection.customer();
        var companies = new ArrayList<Tenants.Company>();
        for (int customer : customers) {
            companies.addAll(tenants.companies(connection.name(), customer));
        }
        return new Tenancy(customers, companies);
    }

    private void describe(Settings.Connection connection, List<Tenants.Company> companies) {
        var byCustomer = companies.stream().collect(groupingBy(Tenants.Company::customer, TreeMap::new,
                mapping(company -> company.number() + " " + company.name(),
                        joining(", "))));
        LOG.infof(
                "Connection %s is signed in. No pulls are configured. It could pull these companies, by customer: %s; and every table "
                        + "that its access group may read: %s",
                connection.name(), byCustomer, introspection.tableNames(connection.name()));
    }
}
