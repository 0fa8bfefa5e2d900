package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.config.ApiSettings;
import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.database.DatabaseClockFixture;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.NxtClientFixture;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.graphql.schema.SchemaFixture;
import dev.nxtsync.inbox.EventKey;
import dev.nxtsync.inbox.Inbox;
import dev.nxtsync.inbox.RowChange;
import dev.nxtsync.jobs.CompanyAccessFixture;
import dev.nxtsync.process.Threads;
import dev.nxtsync.pull.key.KeyChoice;
import dev.nxtsync.pull.key.KeyFixture;
import dev.nxtsync.pull.plan.CompanyScopesFixture;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.plan.PullPlans;
import dev.nxtsync.pull.plan.PullValidator;
import dev.nxtsync.pull.state.PullState;
import dev.nxtsync.pull.state.PullStore;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.ClaimsFixture;
import dev.nxtsync.schedule.Job;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.tenant.Tenant;

/** Pulls of the sandbox's first company into a database of their own. What is due is run by the test. */
final class PullsFixture implements AutoCloseable {
    static final int COMPANY = 5_280_001;

    final Sandbox sandbox;
    final PullStore store;
    final PullPlans plans = new PullPlans();
    final Settings settings;
    final NxtClient nxt;
    private int events;
    private final Map<UnitKind, Job> jobs = new HashMap<>();
    PullSource source;
    PullSink sink;
    PullRuns runs;
    /** What answers in the sandbox's place, as long as it has something to say. */
    Function<Question, Optional<Answer>> instead = question -> Optional.empty();

    /** The most that read one table, once the process is another. */
    int readers = 1;

    /** How long its documents are, once the process is another. */
    DocumentLength length = new DocumentLength();

    /** What tests add to the process' clock, in nanoseconds. */
    long passed;

    /** What was thrown in runs since a test emptied it. */
    final List<RuntimeException> thrown = new ArrayList<>();

    /** What was asked since a test emptied it. */
    final List<Question> asked = new CopyOnWriteArrayList<>();

    /** @param environment of pulls, which are planned and loaded */
    PullsFixture(Map<String, Integer> rows, Map<String, String> environment) throws SQLException {
        this(SandboxOptions.defaults().withRows(rows), environment);
    }

    /** @param options of the sandbox, which has a port of its own and stands still */
    PullsFixture(SandboxOptions options, Map<String, String> environment) throws SQLException {
        sandbox = new Sandbox(options.withPort(0).withStill(true));
        sandbox.acceptAnyToken();
        nxt = NxtClientFixture.at(sandbox.url() + "/api/graphql", question -> {
            asked.add(question);
            return instead.apply(question);
        });
        store = PullStore.migrated();
        settings = SettingsFixture.of(environment);
        restart();
        plan();
        for (String pull : settings.pulls().keySet()) {
            run(UnitKind.LOAD, pull);
        }
    }

    /** Another process, which knows what is in the database. */
    void restart() {
        var outages = CompanyAccessFixture.outages(this::now);
        var access = CompanyAccessFixture.access(outages);
        var failurePolicy = new FailurePolicy(store.states(), plans, access, outages);
        var units = new PullUnits(plans, store.states(), access);
        var uniqueness = new Uniqueness(nxt);
        var metrics = new SimpleMeterRegistry();
        var threads = new Threads(Clock.systemUTC(), metrics);
        source = new PullSource(nxt, access, uniqueness, new RowCounting(), places(), length);
        sink = new PullSink(plans, store.writer(), store.faults(), new PageMemory());
        runs = new PullRuns(store.runs(), failurePolicy, metrics, threads);
        var positions = new PullPositions(store.states(), store.scans(), store.proofs());
        for (Job job : List.of(new Load(units, source, sink, runs, store.scans()),
                new Poll(source, sink, runs, store.states(), settings),
                new Reconciliation(units, source, sink, runs, positions, store.listing()),
                new KeyFetch(source, sink, runs, store.states(), store.inbox(), new KeyFetchHistory(this::now)),
                new Proof(units, new ProofTools(source, sink, runs, positions, store.totals(), unhurried(),
                        new OfferedAggregates(SchemaFixture.introspection(nxt), SchemaFixture.groupFilters(nxt), plans),
                        store.keys())))) {
            jobs.put(job.kind(), job);
        }
    }

    /** Within the budget at any time. */
    private ProofLimits unhurried() {
        var api = ApiSettings.of(settings);
        return new ProofLimits(new ApiSettings(api.connections(), api.addresses(), api.plainHttp(), api.timeLimit(),
                Integer.MAX_VALUE, api.traceParent()));
    }

    ReaderPlaces places() {
        return new ReaderPlaces(new Settings.BudgetSettings(540, readers + 1, 40, 1));
    }

    /** Plans all pulls by the schema as it is now. */
    void plan() throws SQLException {
        var pulls = List.copyOf(settings.pulls().values());
        var designs = PullValidator.validate(pulls,
                SchemaFixture.tables(nxt, pulls.stream().map(Settings.Pull::table).toList()), KeyChoice::known,
                settings);
        for (var design : designs.entrySet()) {
            PullPlan plan = ((PullValidator.Sound) design.getValue()).plan();
            store.units().declare(plan.name(), "main", List.of(plan.tenant(COMPANY)));
            store.tables().make(plan.name(), plan.target(), plan.mapping().columns());
            plans.put(plan.name(), new PullPlans.Ready(plan, List.of(Tenant.company(COMPANY))));
        }
        plans.done("main");
    }

    /** One run of a kind of work, whether it is due or not. */
    Outcome run(UnitKind kind, String pull) throws SQLException {
        var claim = claim(kind, pull);
        try {
            Outcome outcome = Objects.requireNonNull(jobs.get(kind)).run(claim, () -> {
            });
            return outcome instanceof Outcome.Ending ending ? store.claims().keep(claim, ending.last()) : outcome;
        } finally {
            free(claim);
        }
    }

    /** One run of the loads that are due, which takes others along. Answers what became of each whose unit it freed, by pull. */
    Map<String, Outcome> loadTogether() throws SQLException {
        var ends = new HashMap<String, Outcome>();
        var claim = store.claims().claim(List.of(new Claims.ConnectionUnits(UnitKind.LOAD, "main")), List.of(), false)
                .orElseThrow();
        Job.Run run = progress -> Objects.requireNonNull(jobs.get(UnitKind.LOAD)).run(claim, progress);
        end(ends, claim, run, new Job.Progress() {
            @Override
            public void made() {}

            @Override
            public List<Claim> takeAlong(int most) throws SQLException {
                return ClaimsFixture.along(store.claims(), claim, most);
            }

            @Override
            public void end(Claim taken, Job.Run rest) throws SQLException {
                PullsFixture.this.end(ends, taken, rest, this);
            }
        });
        return ends;
    }

    private void end(Map<String, Outcome> ends, Claim claim, Job.Run run, Job.Progress progress) throws SQLException {
        Outcome outcome = new Outcome.Again(Duration.ofHours(1));
        try {
            outcome = run.go(progress);
        } catch (RuntimeException e) {
            thrown.add(e);
        }
        if (outcome instanceof Outcome.NotBegun) {
            store.claims().giveBack(claim);
        } else if (outcome instanceof Outcome.Done done) {
            ends.put(claim.entry(), outcome);
            store.claims().free(claim, Optional.of(done.nextDue()), Optional.empty(), true);
        } else {
            ends.put(claim.entry(), outcome);
            store.claims().free(claim, Optional.empty(), Optional.of(((Outcome.Again) outcome).after()), false);
        }
    }

    /** The same until none is due. Answers what became of each at last. */
    Map<String, Outcome> loadAll() throws SQLException {
        var ends = new HashMap<String, Outcome>();
        while (store.database().number("""
                select count(*) from nxt_sync.job where kind = 'load' and due_at <= now()
                    and coalesce(retry_at, due_at) <= now()""") > 0) {
            ends.putAll(loadTogether());
            // the clock goes on by itself, and a test says when it is tried again
            store.database().execute("update nxt_sync.job set retry_at = now() + interval '1 h' "
                    + "where kind = 'load' and retry_at is not null");
        }
        return ends;
    }

    private Claim claim(UnitKind kind, String pull) throws SQLException {
        return ((Claims.Claimed) store.claims().claim(WorkUnit.ofPull(kind, "main", Tenant.company(COMPANY), pull)))
                .claim();
    }

    void free(Claim claim) throws SQLException {
        store.claims().free(claim, Optional.empty(), Optional.empty(), true);
    }

    /** A turn of a kind of work on a pull, whose time the test can let pass. Its claim is to be freed. */
    PullTurn turn(UnitKind kind, String pull) throws SQLException {
        var clock = DatabaseClockFixture.clock(store.states().now(), this::now);
        return runs.begin(claim(kind, pull), new PullUnits.Open(plan(pull), state(pull), clock), new Job.Progress() {
            @Override
            public void made() {}

            @Override
            public void end(Claim taken, Job.Run rest) throws SQLException {
                rest.go(this);
            }
        });
    }

    /** The same on all pulls. */
    CompanyTurn turn(UnitKind kind) throws SQLException {
        return new CompanyTurn(claim(kind, ""), DatabaseClockFixture.clock(store.states().now(), this::now), () -> {
        });
    }

    PullPlan plan(String pull) {
        return ((PullPlans.Ready) plans.of(pull).orElseThrow()).plan();
    }

    /** A poll of everything, with all due. */
    Outcome poll() throws SQLException {
        store.database().execute("update nxt_sync.pull_state set due_at = now(), retry_at = null");
        return run(UnitKind.POLL, "");
    }

    /** What says whether source and target are equal. */
    Verification verification() {
        var source = new PullSource(nxt, CompanyAccessFixture.access(CompanyAccessFixture.outages(this::now)),
                new Uniqueness(nxt), new RowCounting(), places(), length);
        return new Verification(settings, CompanyScopesFixture.of(nxt), KeyFixture.search(nxt, settings),
                store.states(), store.verified(),
                new TotalsCheck(source, SchemaFixture.introspection(nxt), store.totals()));
    }

    /** Webhooks name rows by their keys, as JSON, one after the other. */
    void wake(String pull, List<String> keys) throws SQLException {
        store.inbox().add(keys.stream()
                .map(key -> new Inbox.Event(String.format("%064x", ++events), true, "any", Tenant.company(COMPANY),
                        new EventKey(List.of(), key), RowChange.UPDATE, List.of(new Inbox.Addressee(pull, "main"))))
                .toList());
    }

    PullState state(String pull) throws SQLException {
        return store.states().of(pull, COMPANY).orElseThrow();
    }

    /** By the process' clock, in nanoseconds. */
    long now() {
        return System.nanoTime() + passed;
    }

    @Override
    public void close() {
        sandbox.close();
    }
}
