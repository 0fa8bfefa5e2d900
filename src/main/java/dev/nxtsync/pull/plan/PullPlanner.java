package dev.nxtsync.pull.plan;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;

import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.database.Migrations;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Seconds;
import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.schema.Introspection;
import dev.nxtsync.graphql.schema.Tables;
import dev.nxtsync.graphql.schema.Tenants;
import dev.nxtsync.jobs.LostCallSync;
import dev.nxtsync.jobs.OutageLog;
import dev.nxtsync.process.Threads;
import dev.nxtsync.pull.plan.CompanyScopes.Tenancy;
import dev.nxtsync.pull.plan.PullValidator.Design;
import dev.nxtsync.pull.state.DueTimes;
import dev.nxtsync.pull.state.PullUnitTable;
import dev.nxtsync.schedule.Backoff;
import dev.nxtsync.tenant.Scope;
import dev.nxtsync.tenant.Tenant;

/**
 * Turns the configured pulls into units of work: reads the schema and the companies of each connection, makes the target
 * tables, and declares the units. It tries until it has succeeded. Companies are looked at again every five minutes, the
 * schema daily, when an answer did not fit to it, and every half minute as long as a pull is stopped.
 */
@Singleton
public class PullPlanner {
    private static final Logger LOG = Logger.getLogger(PullPlanner.class);
    private static final String THREAD = "pull-planner";
    private static final Duration COMPANIES_AGAIN = Duration.ofMinutes(5);
    private static final Duration SCHEMA_AGAIN = Duration.ofDays(1);
    private static final Duration STOPPED_AGAIN = Duration.ofSeconds(30);
    /** A process with older settings may have put something off. */
    private static final Duration FOLLOWED_AGAIN = Duration.ofMinutes(1);
    /** Answers that do not fit may go on coming; the schema is not read for each. */
    private static final Duration ASKED_AGAIN = Duration.ofSeconds(10);

    private final Settings settings;
    private final Introspection introspection;
    private final NxtClient nxt;
    private final CompanyScopes tenancies;
    private final TableMigrator tables;
    private final Targets targets;
    private final PullUnitTable units;
    private final DueTimes dueTimes;
    private final Migrations migrations;
    private final PullPlans plans;
    private final LostCallSync lostCalls;
    private final OutageLog outages;
    private final Threads threads;
    private final Map<String, Attempt> attempts = new HashMap<>();
    /** By pull, when its due times were last seen to follow its settings, on this process' monotonic clock. */
    private final Map<String, Long> followed = new HashMap<>();

    /**
     * The last attempt to plan a connection.
     *
     * @param at when it was, on this process' monotonic clock, as are the next two
     * @param next when the next one is
     * @param schemaAt when the schema was read
     * @param schema what was read; empty if it must be read again
     */
    private record Attempt(int failures, long at, long next, long schemaAt, Optional<Tables> schema) {}

    PullPlanner(Settings settings, NxtClient nxt, Introspection introspection, CompanyScopes tenancies,
            TableMigrator tables,
            Targets targets,
            PullUnitTable units, DueTimes dueTimes, Migrations migrations, PullPlans plans, LostCallSync lostCalls,
            OutageLog outages,
            Threads threads) {
        this.outages = outages;
        this.threads = threads;
        this.settings = settings;
        this.nxt = nxt;
        this.introspection = introspection;
        this.tenancies = tenancies;
        this.tables = tables;
        this.targets = targets;
        this.units = units;
        this.dueTimes = dueTimes;
        this.migrations = migrations;
        this.plans = plans;
        this.lostCalls = lostCalls;
    }

    void begin(@Observes Threads begun) {
        threads.repeat(THREAD, Duration.ofSeconds(1), this::plan);
    }

    private void plan() {
        if (!migrations.done()) {
            return;
        }
        for (Settings.Connection connection : settings.connections().values()) {
            if (nxt.waitsForPerson(connection.name())) {
                // who signs in then may see something else
                attempts.remove(connection.name());
                plans.undone(connection.name());
                continue;
            }
            long now = System.nanoTime();
            var last = attempts.getOrDefault(connection.name(), new Attempt(0, now, now, now, Optional.empty()));
            boolean asked = now - last.at() >= ASKED_AGAIN.toNanos() && plans.takeLookAgain(connection.name());
            if (asked || now - last.next() >= 0) {
                boolean daily = now - last.schemaAt() >= SCHEMA_AGAIN.toNanos();
                if (daily) {
                    settings.pulls(connection.name()).forEach(pull -> plans.forgetMisfits(pull.name()));
                }
                boolean old = asked || daily;
                MDC.put("connection", connection.name());
                try {
                    attempts.put(connection.name(),
                            attempt(connection, last, old ? Optional.empty() : last.schema()));
                } finally {
                    MDC.remove("connection");
                }
            }
            targets.look(connection.name());
        }
        targets.change();
        settings.connections().keySet().forEach(this::followSettings);
    }

    private void followSettings(String connection) {
        for (PullPlans.Ready ready : plans.planned(connection)) {
            PullPlan plan = ready.plan();
            long now = System.nanoTime();
            long before = followed.getOrDefault(plan.name(), now - FOLLOWED_AGAIN.toNanos());
            if (now - before < FOLLOWED_AGAIN.toNanos()) {
                continue;
            }
            try {
                if (dueTimes.follow(new DueTimes.Rule(plan.pull(), plan.cadence(), plan.table().scope()))) {
                    LOG.debugf("Pull %s is planned anew, by other settings than before", plan.name());
                }
                followed.put(plan.name(), now);
            } catch (SQLException e) {
                LOG.debugf("whether pull %s is due by its settings is looked at again: %s", plan.name(),
                        e.getMessage());
            }
        }
    }

    private Attempt attempt(Settings.Connection connection, Attempt last, Optional<Tables> known) {
        Problem reason;
        boolean news = true;
        long at = System.nanoTime();
        try {
            lostCalls.keep();
            var schema = known.isPresent() ? known.get() : schema(connection, settings.pulls(connection.name()));
            boolean complete = plan(connection, settings.pulls(connection.name()), schema);
            plans.done(connection.name());
            outages.over(work(connection)).ifPresent(lasted -> LOG.infof(
                    "The pulls of connection %s are planned, after %d s", connection.name(), lasted.toSeconds()));
            // as long as something is stopped, it may be the schema that mends it
            return new Attempt(0, at, at + (complete ? COMPANIES_AGAIN : STOPPED_AGAIN).toNanos(),
                    known.isPresent() ? last.schemaAt() : at, complete ? Optional.of(schema) : Optional.empty());
        } catch (FailedAnswer e) {
            reason = e.failure().reason();
            news = !nxt.waitsForPerson(connection.name())
                    && outages.isNews(connection.name(), work(connection), e.failure());
        } catch (SQLException e) {
            reason = DatabaseFault.of(e);
            news = outages.isNews(work(connection), reason.code());
        } catch (ShuttingDown e) {
            return last;
        } catch (Throwable e) {
            // the other connections are planned all the same, and this one not every second
            threads.failed(THREAD, e, "The planning of the pulls of connection " + connection.name());
            reason = Problem.unexpected("Planning", e);
            news = false;
        }
        Duration wait = Backoff.after(last.failures() + 1);
        plans.trouble(connection.name(), reason);
        LOG.logf(news ? Logger.Level.WARN : Logger.Level.DEBUG,
                "The pulls of connection %s cannot be planned. %s Tried again in %s.", connection.name(),
                reason.message(), Seconds.of(wait));
        return new Attempt(last.failures() + 1, at, at + wait.toNanos(), at, Optional.empty());
    }

    private static String work(Settings.Connection connection) {
        return "planning of pulls of " + connection.name();
    }

    /**
     * Plans one pull at once, for a command.
     *
     * @return why it cannot run; empty if it can
     * @throws FailedAnswer if the API gave no whole answer
     */
    public Optional<Problem> plan(Settings.Pull pull) throws SQLException {
        lostCalls.keep();
        var connection = Objects.requireNonNull(settings.connections().get(pull.connection()));
        plan(connection, List.of(pull), schema(connection, List.of(pull)));
        targets.change();
        return plans.of(pull.name()).filter(PullPlans.Halted.class::isInstance)
                .map(halted -> ((PullPlans.Halted) halted).reason());
    }

    private Tables schema(Settings.Connection connection, List<Settings.Pull> pulls) {
        return introspection.tables(connection.name(), pulls.stream().map(Settings.Pull::table).distinct().toList());
    }

    /** Says whether every pull could be planned, but perhaps for its target, about which the schema says nothing. */
    private boolean plan(Settings.Connection connection, List<Settings.Pull> pulls, Tables schema)
            throws SQLException {
        Tenancy tenancy = tenancies.of(connection);
        if (pulls.isEmpty()) {
            describe(connection, tenancy.companies());
            return true;
        }
        var designs = PullValidator.of(pulls, schema, settings);
        boolean complete = true;
        for (var entry : designs.entrySet()) {
            complete &= adopt(entry.getKey(), entry.getValue(), tenancy);
        }
        return complete;
    }

    private boolean adopt(String pull, Design design, Tenancy tenancy) throws SQLException {
        if (design instanceof PullValidator.Flawed flawed) {
            return stop(pull, flawed.reason());
        }
        PullPlan plan = ((PullValidator.Sound) design).plan().in(tables.encoding());
        var vanished = tables.read(pull);
        vanished.removeAll(plan.table().columns().keySet());
        vanished.removeAll(plan.pull().except());
        if (!vanished.isEmpty()) {
            return stop(pull, ErrorCode.COLUMN_VANISHED, "The table " + plan.table().name() + " no longer has "
                    + String.join(", ", vanished)
                    + ", or the client id has lost the right to read that. Give the right back, and the pull goes on by "
                    + "itself; to go on without, run: java -jar quarkus-run.jar reset " + pull);
        }
        List<Tenant> owners = tenancy.owners(plan);
        if (owners.isEmpty()) {
            return stop(pull, ErrorCode.NO_COMPANY, "The client id of connection " + plan.pull().connection()
                    + " sees no company. " + ErrorCode.NO_CUSTOMER.nextStep());
        }
        if (plans.of(pull).isEmpty()) {
            plan.mapping().remarks().forEach(remark -> LOG.warnf("Pull %s: %s", pull, remark));
        }
        var before = plans.planned(plan.pull().connection()).stream().filter(ready -> ready.plan().name().equals(pull))
                .findFirst().map(PullPlans.Ready::owners).orElse(List.of());
        for (Tenant owner : owners) {
            if (before.contains(owner)) {
                continue;
            }
            units.declare(pull, plan.pull().connection(), owner);
            if (!before.isEmpty()) {
                LOG.infof("Pull %s: %s is new", pull, owner);
            }
        }
        var numbers = owners.stream().map(Tenant::number).toList();
        for (int gone : units.seen(pull, numbers)) {
            LOG.warnf("Pull %s: %s is not among those that connection %s sees; its rows stay as they are", pull,
                    plan.tenant(gone), plan.pull().connection());
        }
        targets.prepare(new PullPlans.Ready(plan, owners));
        LOG.debugf("Pull %s is planned for %s", pull, numbers);
        return true;
    }

    private boolean stop(String pull, ErrorCode trouble, String message) throws SQLException {
        return stop(pull, new Problem(trouble, message));
    }

    private boolean stop(String pull, Problem reason) throws SQLException {
        targets.stop(pull, new PullPlans.Stopped(reason));
        return false;
    }

    private void describe(Settings.Connection connection, List<Tenants.Company> companies) {
        var byCustomer = companies.stream().collect(groupingBy(Tenants.Company::customer, TreeMap::new,
                mapping(company -> company.number() + " " + company.name(),
                        joining(", "))));
        LOG.infof(
                "Connection %s is signed in. No pulls are configured. It could pull these companies, by customer: %s; and every table "
                        + "that its access group may read: %s",
                connection.name(), byCustomer, introspection.tableNames(connection.name(), Scope.COMPANY));
    }
}
