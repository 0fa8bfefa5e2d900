package dev.nxtsync.pull.plan;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.database.Database;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.NxtClientFixture;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.graphql.schema.SchemaFixture;
import dev.nxtsync.pull.key.KeyChoice;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.schedule.Replica;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.support.TestDatabase;

/** A sandbox, and target tables for it in a database of their own, without rows. */
public final class TargetsFixture implements AutoCloseable {
    public final Sandbox sandbox;
    public final TestDatabase database = TestDatabase.create();
    public final Database store = ScheduleFixture.migrated(database);
    public final NxtClient nxt;
    private final Replica replica = new Replica(store);

    public TargetsFixture() throws SQLException {
        this(question -> Optional.empty());
    }

    /** @param instead asked with each question, and what it has to say is the answer */
    public TargetsFixture(Function<Question, Optional<Answer>> instead) throws SQLException {
        this(SandboxOptions.defaults(), instead);
    }

    /** @param options of the sandbox */
    public TargetsFixture(SandboxOptions options, Function<Question, Optional<Answer>> instead) throws SQLException {
        sandbox = new Sandbox(options.withPort(0).withStill(true));
        nxt = NxtClientFixture.at(sandbox.url() + "/api/graphql", instead);
        sandbox.acceptAnyToken();
        replica.beat();
    }

    /** Makes the targets of the pulls that are set. */
    public List<PullPlan> make(Map<String, String> environment) throws SQLException {
        var settings = SettingsFixture.of(environment);
        var pulls = List.copyOf(settings.pulls().values());
        var tables = SchemaFixture.tables(nxt, pulls.stream().map(Settings.Pull::table).distinct().toList());
        var plans = new ArrayList<PullPlan>();
        for (var design : PullValidator.validate(pulls, tables, KeyChoice::known, settings).values()) {
            PullPlan plan = ((PullValidator.Sound) design).plan();
            new TableMigrator(store, replica).make(plan.name(), plan.target(), plan.mapping().columns());
            plans.add(plan);
        }
        return plans;
    }

    @Override
    public void close() {
        sandbox.close();
    }
}
