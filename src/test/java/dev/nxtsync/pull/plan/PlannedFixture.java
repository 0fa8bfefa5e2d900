package dev.nxtsync.pull.plan;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.database.Database;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.NxtClientFixture;
import dev.nxtsync.graphql.schema.SchemaFixture;
import dev.nxtsync.jobs.PlanFixture;
import dev.nxtsync.pull.key.KeyFixture;
import dev.nxtsync.pull.key.KeyProofs;
import dev.nxtsync.pull.key.KeyProver;
import dev.nxtsync.pull.state.PatternTables;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.pull.state.PullStore;
import dev.nxtsync.pull.state.PullUnitStore;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.schedule.Replica;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.support.TestDatabase;

/** Pulls of the sandbox that are planned into a database of their own, by one process. */
final class PlannedFixture implements AutoCloseable {
    static final int COMPANY = 5_280_001;

    final Sandbox sandbox;
    final TestDatabase database = TestDatabase.create();
    final Database store = ScheduleFixture.migrated(database);
    final Replica replica = new Replica(store);
    final PullPlans plans = new PullPlans();
    final Settings settings;
    final Pulls pulls;
    final Targets targets;
    final PullPlanner planner;
    final FollowedSettings followed;
    final KeyProver prover;
    /** What Business NXT was asked since a test looked last. */
    private final List<String> asked = new ArrayList<>();
    /** Which questions are not answered. */
    final Set<String> unanswered = new HashSet<>();
    /** What is answered instead, by operation. */
    final Map<String, Answer> instead = new HashMap<>();
    /** What tests add to the process' clock, in nanoseconds. */
    long passed;

    PlannedFixture(Map<String, String> environment) throws SQLException {
        this(SandboxOptions.defaults(), environment);
    }

    /** @param options of the sandbox, which has a port of its own and stands still */
    PlannedFixture(SandboxOptions options, Map<String, String> environment) throws SQLException {
        sandbox = new Sandbox(options.withPort(0).withStill(true));
        sandbox.acceptAnyToken();
        replica.beat();
        settings = SettingsFixture.of(environment);
        var nxt = NxtClientFixture.at(sandbox.url() + "/api/graphql", question -> {
            asked.add(question.operation());
            return unanswered.contains(question.operation())
                    ? Optional.of(new Failure.Unreachable(ErrorCode.UNREACHABLE, "nobody"))
                    : Optional.ofNullable(instead.get(question.operation()));
        });
        var introspection = SchemaFixture.introspection(nxt);
        var tables = new TableMigrator(store, replica);
        var units = new PullUnitStore(store);
        targets = new Targets(tables, plans, new PullStates(store), units);
        pulls = new Pulls(settings);
        var schemas = new PullSchemas(introspection, CompanyScopesFixture.of(nxt), PlanFixture.lostCalls(store),
                KeyFixture.search(nxt, settings), pulls, this::now);
        prover = new KeyProver(nxt, new KeyProofs(store), this::now);
        followed = new FollowedSettings(plans, PullStore.dueTimes(store, replica), this::now);
        planner = new PullPlanner(settings, schemas, new PatternPlanning(pulls, new PatternTables(store), plans),
                new PullAdoption(tables, new EarlierPull(store), targets, new UnitDeclaration(units, plans), plans,
                        pulls, new AdoptedPulls(plans, this::now), followed),
                new PullOffer(introspection), new PullKeys(KeyFixture.search(nxt, settings), prover, plans, units));
    }

    /** Plans the connection, since it is time to. */
    boolean plan() throws SQLException {
        return plan(false);
    }

    boolean plan(boolean isAsked) throws SQLException {
        boolean complete = planner.plan(Objects.requireNonNull(settings.connections().get("main")), isAsked);
        plans.done("main");
        return complete;
    }

    /** Plans, and asks for proofs of keys, until nothing new comes of it. */
    void prove() throws SQLException {
        plan();
        for (int steps = 0; steps < 12; steps++) {
            prover.step();
            if (prover.takeNews("main")) {
                plan();
            }
        }
    }

    List<String> asked() {
        var before = List.copyOf(asked);
        asked.clear();
        return before;
    }

    /** Of a pull in the first company. */
    String state(String pull) {
        return database.value("select state || ' ' || coalesce(code, '') from nxt_sync.pull_state where pull = '" + pull
                + "' and company = " + COMPANY);
    }

    private long now() {
        return System.nanoTime() + passed;
    }

    @Override
    public void close() {
        sandbox.close();
    }
}
