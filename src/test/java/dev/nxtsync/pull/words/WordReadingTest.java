package dev.nxtsync.pull.words;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.schema.SchemaFixture;
import dev.nxtsync.pull.plan.PullPlans;
import dev.nxtsync.pull.plan.TargetsFixture;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.tenant.Tenant;

class WordReadingTest {
    private static final Map<String, String> ORDERS = Map.of("NXT_PULLS_ORDERS_TABLE", "order");
    private static final Map<String, String> ORDERS_AND_LINES = Map.of("NXT_PULLS_ORDERS_TABLE", "order",
            "NXT_PULLS_LINES_TABLE", "orderLine", "NXT_PULLS_OTHERS_TABLE", "order", "NXT_PULLS_OTHERS_TARGET",
            "Other orders", "NXT_PULLS_OTHERS_COLUMNS", "customerNo");

    private final PullPlans plans = new PullPlans();
    private final List<String> asked = new ArrayList<>();
    private boolean isAway;
    private long passed;
    private final TargetsFixture targets;
    private final TestDatabase database;
    private final WordReading reading;
    private final WordsLoop loop;

    WordReadingTest() throws SQLException {
        targets = new TargetsFixture(question -> {
            asked.add(question.operation());
            return isAway ? Optional.of(new Failure.Unreachable(ErrorCode.UNREACHABLE, "nobody")) : Optional.empty();
        });
        database = targets.database;
        reading = new WordReading(SchemaFixture.rowTypes(targets.nxt),
                new ValueTexts(SchemaFixture.domains(targets.nxt), SettingsFixture.defaults()), targets.store);
        loop = new WordsLoop(plans, reading,
                new Comments(SchemaFixture.model(targets.nxt), SettingsFixture.defaults(), targets.store),
                () -> passed);
    }

    @AfterEach
    void end() {
        targets.close();
    }

    @Test
    void valuesOfEnumerationsHaveTheirNamesAndTheNumbersThatRowsShow() throws SQLException {
        plan(ORDERS);
        reading.read("main", plans.ready("main"));
        assertThat(values("Order_orderTypeAsEnum")).containsExactly("Blocked -", "InUse -", "Mandatory -", "Stop -");
        assertThat(values("Order_orderPreferencesFlags")).containsExactly("BatchInvoice -", "CreditNote -",
                "GrossOrder -", "ReserveOnSave -");
        row(1, "3, 'Mandatory', 4, '{BatchInvoice}'");
        row(2, "0, 'Blocked', 6, '{CreditNote,BatchInvoice}'");
        row(3, "1, 'InUse', 257, '{GrossOrder}'");
        row(4, "2, 'InUse', null, null");
        row(5, "9, null, 0, '{}'");
        reading.read("main", plans.ready("main"));
        assertThat(values("Order_orderTypeAsEnum")).as("two numbers are none").containsExactly("Blocked 0", "InUse -",
                "Mandatory 3", "Stop -");
        assertThat(values("Order_orderPreferencesFlags")).as("257 is more than one flag")
                .containsExactly("BatchInvoice 4", "CreditNote -", "GrossOrder -", "ReserveOnSave -");
        assertThat(database.value("""
                select string_agg(column_name || ' ' || domain, ', ' order by column_name)
                from nxt_sync.enumeration_column where schema_name = 'nxt' and table_name = 'order'"""))
                .isEqualTo("order_preferences Order_orderPreferencesFlags, order_type Order_orderTypeAsEnum");
    }

    @Test
    void aTableRefersToAnotherByTheColumnsOfItsKeyWhereItHasThem() throws SQLException {
        plan(ORDERS_AND_LINES);
        reading.read("main", plans.ready("main"));
        assertThat(relations()).containsExactly(
                "nxt.order_line {nxt_company,order_no} nxt.\"Other orders\" {nxt_company,order_no}",
                "nxt.order_line {nxt_company,order_no} nxt.\"order\" {nxt_company,order_no}");
        plans.put("others", new PullPlans.Stopped(Problem.unexpected("Planning", new Exception())));
        reading.read("main", plans.ready("main"));
        assertThat(relations())
                .containsExactly("nxt.order_line {nxt_company,order_no} nxt.\"order\" {nxt_company,order_no}");
    }

    @Test
    void viewsOfUsersSurviveAndSoDoValuesThatAreGone() throws SQLException {
        plan(ORDERS);
        database.execute("""
                create view public.mine as
                select e.name, r.parent from nxt_sync.enumeration e left join nxt_sync.relation r on false;
                insert into nxt_sync.enumeration values ('Order_orderTypeAsEnum', 17, 'Gone', 'once', 'en')""");
        reading.read("main", plans.ready("main"));
        assertThat(values("Order_orderTypeAsEnum")).contains("Gone 17");
        assertThat(database.number("select count(*) from public.mine")).isEqualTo(9);
        long written = database.number("select max(xmin::text::bigint) from nxt_sync.enumeration");
        reading.read("main", plans.ready("main"));
        assertThat(database.number("select max(xmin::text::bigint) from nxt_sync.enumeration"))
                .as("nothing new is nothing written").isEqualTo(written);
    }

    @Test
    void wordsAreReadAMinuteAfterTheStartDailyAndWhenSomethingElseIsPulled() throws SQLException {
        plan(ORDERS);
        loop.look();
        assertThat(asked()).as("loads go first").isEmpty();
        after(Duration.ofMinutes(1));
        assertThat(asked()).containsExactly("row_types", "enumerations", "model", "model");
        after(Duration.ofHours(23));
        assertThat(asked()).isEmpty();
        after(Duration.ofHours(1));
        assertThat(asked()).containsExactly("row_types", "enumerations", "model", "model");
        plan(ORDERS_AND_LINES);
        loop.look();
        assertThat(asked()).containsExactly("row_types", "enumerations", "model", "model");
    }

    @Test
    void whatIsNotAnsweredIsAskedAgainAfterAWhileAndNothingElseIsStopped() throws SQLException {
        plan(ORDERS);
        loop.look();
        isAway = true;
        after(Duration.ofMinutes(1));
        assertThat(asked()).containsExactly("row_types");
        loop.look();
        assertThat(asked()).as("not at once").isEmpty();
        isAway = false;
        after(Duration.ofMinutes(7));
        assertThat(asked()).containsExactly("row_types", "enumerations", "model", "model");
        assertThat(plans.troubles()).isEmpty();
    }

    private void after(Duration time) {
        passed += time.toNanos();
        loop.look();
    }

    private List<String> asked() {
        var all = List.copyOf(asked);
        asked.clear();
        return all;
    }

    private void plan(Map<String, String> environment) throws SQLException {
        targets.make(environment)
                .forEach(plan -> plans.put(plan.name(), new PullPlans.Ready(plan, List.of(Tenant.company(1)))));
        plans.done("main");
        asked.clear();
    }

    private void row(int number, String values) {
        database.execute(
                "insert into nxt.\"order\" (nxt_company, order_no, nxt_read_at, order_type, order_type_as_enum, "
                        + "order_preferences, order_preferences_flags) values (1, " + number + ", now(), " + values
                        + ")");
    }

    private List<String> values(String domain) {
        return database.rows(
                "select name || ' ' || coalesce(value::text, '-') as it from nxt_sync.enumeration where domain = '"
                        + domain + "' order by name")
                .stream().map(row -> row.get("it")).toList();
    }

    private List<String> relations() {
        return database.rows(
                "select child || ' ' || child_columns::text || ' ' || parent || ' ' || parent_columns::text as it "
                        + "from nxt_sync.relation order by 1")
                .stream().map(row -> row.get("it")).toList();
    }
}
