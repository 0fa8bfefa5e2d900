package dev.nxtsync.pull.words;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.database.Database;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.NxtClientFixture;
import dev.nxtsync.graphql.schema.SchemaFixture;
import dev.nxtsync.pull.key.KeyChoice;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.plan.PullValidator;
import dev.nxtsync.pull.plan.TableMigrator;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.schedule.Replica;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.support.TestDatabase;

class CommentsTest {
    private static final String TABLE = "Business NXT's table order, kept by nxt-sync";
    private static final String NUMBER = "orderNo (Int)";

    private final TestDatabase database = TestDatabase.create();
    private final Database store = ScheduleFixture.migrated(database);
    private final Replica replica = new Replica(store);
    private boolean isRefused;

    private Sandbox sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withModel("columns"));

    @BeforeEach
    void begin() throws SQLException {
        replica.beat();
    }

    @AfterEach
    void end() {
        sandbox.close();
    }

    @Test
    void commentsBeginWithTheNameInTheFirstLanguageThatBusinessNxtHas() throws SQLException {
        write("fi,nb,en");
        assertThat(comment("")).isEqualTo("Order in NORWEGIAN; " + TABLE);
        assertThat(comment("order_no")).isEqualTo("Order No in NORWEGIAN; " + NUMBER);
        assertThat(comment("order_type_as_enum"))
                .isEqualTo("Order Type in NORWEGIAN; orderType (Int): the name of the enumeration's value");
        write("sv");
        assertThat(comment("order_no")).as("not one name before the other").isEqualTo("Order No in SWEDISH; " + NUMBER);
    }

    @Test
    void aCommentOfAUserStaysAndWhatIsAsItShouldBeIsNotWritten() throws SQLException {
        write("fi");
        assertThat(comment("order_no")).as("there is no Finnish").isEqualTo(NUMBER);
        database.execute("comment on column nxt.\"order\".order_no is 'mine'");
        write("en");
        assertThat(comment("order_no")).isEqualTo("mine");
        String written = written();
        write("en");
        assertThat(written()).isEqualTo(written);
    }

    @Test
    void whereColumnsAreNotToldOnlyTheTableHasAName() throws SQLException {
        sandboxWith("tables");
        write("en");
        assertThat(comment("")).isEqualTo("Order in ENGLISH; " + TABLE);
        assertThat(comment("order_no")).isEqualTo(NUMBER);
    }

    @Test
    void withoutAModelOrWithOneThatIsRefusedCommentsAreAsTheyWere() throws SQLException {
        isRefused = true;
        write("en");
        assertThat(comment("")).isEqualTo(TABLE);
        isRefused = false;
        sandboxWith("none");
        write("en");
        assertThat(comment("")).isEqualTo(TABLE);
    }

    private void sandboxWith(String model) {
        sandbox.close();
        sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withModel(model));
    }

    private void write(String languages) throws SQLException {
        sandbox.acceptAnyToken();
        NxtClient nxt = NxtClientFixture.at(sandbox.url() + "/api/graphql",
                question -> isRefused && question.operation().startsWith("model")
                        ? Optional.of(new Failure.Unreachable(ErrorCode.UNREACHABLE, "nobody"))
                        : Optional.empty());
        Settings settings = SettingsFixture.of(Map.of("NXT_PULLS_ORDERS_TABLE", "order", "NXT_LANGUAGES", languages));
        var tables = SchemaFixture.tables(nxt, List.of("order"));
        var design = PullValidator.validate(List.copyOf(settings.pulls().values()), tables, KeyChoice::known, settings)
                .get("orders");
        PullPlan plan = ((PullValidator.Sound) design).plan();
        new TableMigrator(store, replica).make(plan.name(), plan.target(), plan.mapping().columns());
        new Comments(SchemaFixture.model(nxt), settings, store).write("main", List.of(plan));
    }

    private String comment(String column) {
        return database.value("select description from pg_description left join pg_attribute on attrelid = objoid "
                + "and attnum = objsubid and attnum > 0 where objoid = 'nxt.\"order\"'::regclass "
                + "and classoid = 'pg_class'::regclass and coalesce(attname::text, '') = '" + column + "'");
    }

    private String written() {
        return database.value("select max(xmin::text::bigint)::text from pg_description "
                + "where objoid = 'nxt.\"order\"'::regclass");
    }
}
