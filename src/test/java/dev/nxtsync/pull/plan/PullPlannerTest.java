package dev.nxtsync.pull.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.junit.jupiter.api.Test;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.pull.state.PullUnitStore;
import dev.nxtsync.pull.target.MismatchedColumn;
import dev.nxtsync.tenant.Tenant;

class PullPlannerTest {
    private static final Map<String, String> ORDERS = Map.of("NXT_PULLS_ORDERS_TABLE", "order",
            "NXT_PULLS_ORDERS_EVERY", "5m");
    private static final List<String> COMPANIES_ONLY = List.of("customers", "companies");
    private static final List<String> ALL = List.of("introspect", "customers", "companies");

    @Test
    void aPullThatCannotBePlannedStopsOnlyItselfAndGoesOnOnceItCan() throws SQLException {
        try (var pulls = new PlannedFixture(
                Map.of("NXT_PULLS_ORDERS_TABLE", "order", "NXT_PULLS_GOODS_TABLE", "product"))) {
            assertThat(pulls.plan()).isTrue();
            assertThat(pulls.database.count("nxt.order") + pulls.database.count("nxt.product")).isZero();
            pulls.database.execute("insert into nxt_sync.pull_column (pull, column_name) values ('goods', 'colour')");
            assertThat(pulls.plan()).as("it is to be planned again soon").isFalse();
            assertThat(pulls.plans.of("orders")).containsInstanceOf(PullPlans.Ready.class);
            assertThat(pulls.plans.troubles()).containsOnlyKeys("pull goods");
            assertThat(pulls.plans.troubles().values()).singleElement().satisfies(reason -> {
                assertThat(reason.errorCode()).isEqualTo(ErrorCode.COLUMN_VANISHED);
                assertThat(reason.message()).contains("The table product no longer has colour")
                        .contains("java -jar quarkus-run.jar reset goods");
            });
            assertThat(pulls.state("goods")).isEqualTo("stopped column_vanished");
            assertThat(pulls.state("orders")).isEqualTo("ok ");
            pulls.database.execute("delete from nxt_sync.pull_column where column_name = 'colour'");
            long wanted = wanted(pulls);
            assertThat(pulls.plan()).isTrue();
            assertThat(pulls.plans.troubles()).isEmpty();
            assertThat(pulls.state("goods")).isEqualTo("ok ");
            assertThat(wanted(pulls)).as("it goes on at once").isGreaterThan(wanted);
        }
    }

    @Test
    void aNameOfAnotherTableIsToldAsThatOnceRowsWereReadAndIsFreeAfterAReset() throws SQLException {
        try (var pulls = new PlannedFixture(ORDERS)) {
            assertThat(pulls.plan()).isTrue();
            asIfOfCustomersBefore(pulls);
            assertThat(pulls.plan()).as("of which nothing has been read").isTrue();
            assertThat(pulls.database.value("select table_name from nxt_sync.pull_table")).isEqualTo("order");
            asIfOfCustomersBefore(pulls);
            pulls.database.execute("update nxt_sync.pull_state set cursor = '{\"associateNo\": 7}'");
            assertThat(pulls.plan()).isFalse();
            assertThat(pulls.plans.troubles().get("pull orders").coded())
                    .isEqualTo("The pull orders has been one of the table associate, and how far it has come is about "
                            + "that. Now it is to be one of order. Give it another name, such as "
                            + "NXT_PULLS_ORDER_TABLE=order if there is no such pull. Or, to begin anew under this "
                            + "name, run: java -jar quarkus-run.jar reset orders. The rows of associate stay where "
                            + "they are. (configuration)");
            new PullUnitStore(pulls.store).reset("orders");
            pulls.database.execute("update nxt_sync.pull_state set cursor = '{\"associateNo\": 9}'");
            assertThat(pulls.plan()).as("another process has gone on with the table before").isFalse();
            new PullUnitStore(pulls.store).reset("orders");
            assertThat(pulls.plan()).isTrue();
            assertThat(pulls.database.value("select table_name from nxt_sync.pull_table")).isEqualTo("order");
        }
    }

    private static void asIfOfCustomersBefore(PlannedFixture pulls) {
        pulls.database.execute("update nxt_sync.pull_table set table_name = 'associate';"
                + "insert into nxt_sync.pull_column (pull, column_name) values ('orders', 'associateNo')");
    }

    @Test
    void aPullThatRunsIsLeftAloneWhileOthersAreStoppedAndAdoptedAgainLater() throws SQLException {
        try (var pulls = new PlannedFixture(
                Map.of("NXT_PULLS_ORDERS_TABLE", "order", "NXT_PULLS_GOODS_TABLE", "product"))) {
            assertThat(pulls.plan()).isTrue();
            pulls.database.execute("insert into nxt_sync.pull_column (pull, column_name) values ('goods', 'colour');"
                    + "delete from nxt_sync.pull_table");
            assertThat(pulls.plan()).as("a pull is stopped").isFalse();
            pulls.database.execute("delete from nxt_sync.pull_table");
            assertThat(pulls.plan()).isFalse();
            assertThat(pulls.database.count("nxt_sync.pull_table")).as("who runs is left alone").isZero();
            pulls.passed += Duration.ofMinutes(5).toNanos();
            assertThat(pulls.plan()).isFalse();
            assertThat(pulls.database.count("nxt_sync.pull_table")).as("but looked at now and then").isOne();
            pulls.database.execute("delete from nxt_sync.pull_table");
            pulls.sandbox.list(PlannedFixture.COMPANY, false);
            assertThat(pulls.plan()).isFalse();
            assertThat(pulls.state("orders")).as("also where anything is different").startsWith("away");
            assertThat(pulls.database.count("nxt_sync.pull_table")).isOne();
            pulls.database.execute("delete from nxt_sync.pull_column where column_name = 'colour'");
            assertThat(pulls.plan()).as("who is stopped goes on").isTrue();
            assertThat(pulls.plans.of("goods")).containsInstanceOf(PullPlans.Ready.class);
        }
    }

    @Test
    void aColumnThatIsLeftOutHasNotVanished() throws SQLException {
        try (var pulls = new PlannedFixture(
                Map.of("NXT_PULLS_ORDERS_TABLE", "order", "NXT_PULLS_ORDERS_EXCEPT", "information1"))) {
            assertThat(pulls.plan()).isTrue();
            pulls.database
                    .execute("insert into nxt_sync.pull_column (pull, column_name) values ('orders', 'information1')");
            assertThat(pulls.plan()).isTrue();
        }
    }

    @Test
    void theSchemaIsReadWhileTheDatabaseIsMadeReadyAndNotAgainForTheFirstPlan() throws SQLException {
        try (var pulls = new PlannedFixture(ORDERS)) {
            var connection = Objects.requireNonNull(pulls.settings.connections().get("main"));
            pulls.unanswered.add("introspect");
            pulls.planner.readAhead(connection);
            pulls.unanswered.clear();
            pulls.planner.readAhead(connection);
            assertThat(pulls.asked()).as("once, whatever comes of it").containsExactly("introspect");
            assertThat(pulls.plan()).isTrue();
            assertThat(pulls.asked()).isEqualTo(ALL);
        }
        try (var pulls = new PlannedFixture(ORDERS)) {
            pulls.planner.readAhead(Objects.requireNonNull(pulls.settings.connections().get("main")));
            assertThat(pulls.plan()).isTrue();
            assertThat(pulls.asked()).isEqualTo(ALL);
            assertThat(pulls.plan()).isTrue();
            assertThat(pulls.asked()).isEqualTo(COMPANIES_ONLY);
        }
    }

    @Test
    void theSchemaIsReadDailyAndWhenItMayBeAnotherAndCompaniesAreReadEachTime() throws SQLException {
        try (var pulls = new PlannedFixture(ORDERS)) {
            pulls.plan();
            assertThat(pulls.asked()).isEqualTo(ALL);
            pulls.plan();
            assertThat(pulls.asked()).isEqualTo(COMPANIES_ONLY);
            pulls.plan(true);
            assertThat(pulls.asked()).as("an answer did not fit to it").isEqualTo(ALL);
            pulls.passed += Duration.ofHours(23).toNanos();
            pulls.plan();
            assertThat(pulls.asked()).isEqualTo(COMPANIES_ONLY);
            pulls.passed += Duration.ofHours(1).toNanos();
            pulls.plan();
            assertThat(pulls.asked()).as("a day later").isEqualTo(ALL);
            pulls.unanswered.add("companies");
            assertThatThrownBy(pulls::plan).isInstanceOf(FailedAnswer.class);
            pulls.unanswered.clear();
            pulls.asked();
            pulls.plan();
            assertThat(pulls.asked()).as("after a failure").isEqualTo(ALL);
            pulls.database.execute("insert into nxt_sync.pull_column (pull, column_name) values ('orders', 'colour')");
            pulls.plan();
            assertThat(pulls.asked()).isEqualTo(COMPANIES_ONLY);
            pulls.plan();
            assertThat(pulls.asked()).as("a pull is stopped").isEqualTo(ALL);
            pulls.database.execute("delete from nxt_sync.pull_column where column_name = 'colour'");
            pulls.plan();
            pulls.planner.forget("main");
            assertThat(pulls.plans.plannedConnections()).as("until a person has signed in").isEmpty();
            pulls.asked();
            pulls.plan();
            assertThat(pulls.asked()).as("another person").isEqualTo(ALL);
            assertThat(pulls.plans.plannedConnections()).containsExactly("main");
        }
    }

    @Test
    void aMisfitThatTheSchemaDoesNotExplainIsNewsOnceADay() throws SQLException {
        try (var pulls = new PlannedFixture(ORDERS)) {
            pulls.plan();
            assertThat(isNews(pulls)).isTrue();
            pulls.plan(true);
            assertThat(isNews(pulls)).as("the schema was read for it").isFalse();
            pulls.passed += Duration.ofDays(1).toNanos();
            assertThat(isNews(pulls)).isFalse();
            pulls.plan();
            assertThat(isNews(pulls)).isTrue();
        }
    }

    private static boolean isNews(PlannedFixture pulls) {
        var ready = (PullPlans.Ready) pulls.plans.of("orders").orElseThrow();
        pulls.plans.met(ready.plan(), Set.of(new MismatchedColumn("external_id", "it is no number")));
        return pulls.plans.takeLookAgain("main");
    }

    @Test
    void aCompanyThatComesIsDeclaredAndOneThatGoesIsAwayUntilItIsBack() throws SQLException {
        try (var pulls = new PlannedFixture(ORDERS)) {
            pulls.sandbox.list(PlannedFixture.COMPANY, false);
            pulls.plan();
            assertThat(companies(pulls)).containsExactly("5280002 ok", "5280003 ok");
            pulls.sandbox.list(PlannedFixture.COMPANY, true);
            pulls.sandbox.list(5_280_002, false);
            pulls.plan();
            assertThat(companies(pulls)).containsExactly("5280001 ok", "5280002 away", "5280003 ok");
            assertThat(pulls.database.number("select count(*) from nxt_sync.job where kind = 'load'")).isEqualTo(3);
            assertThat(pulls.plans.of("main", Tenant.company(5_280_002))).isEmpty();
            assertThat(pulls.plans.of("main", Tenant.company(PlannedFixture.COMPANY))).containsOnlyKeys("orders");
            pulls.sandbox.list(5_280_002, true);
            pulls.plan();
            assertThat(companies(pulls)).containsExactly("5280001 ok", "5280002 ok", "5280003 ok");
        }
    }

    @Test
    void whereThereIsNoCompanyNothingCanBePulled() throws SQLException {
        try (var pulls = new PlannedFixture(ORDERS)) {
            pulls.sandbox.listCustomers(false);
            assertThat(pulls.plan()).isFalse();
            assertThat(pulls.plans.troubles().values()).extracting(Problem::errorCode)
                    .containsExactly(ErrorCode.NO_COMPANY);
            pulls.sandbox.listCustomers(true);
            assertThat(pulls.plan()).isTrue();
        }
    }

    @Test
    void whoHasConfiguredNoPullIsToldWhatThereIs() throws SQLException {
        try (var pulls = new PlannedFixture(Map.of())) {
            assertThat(pulls.plan()).isTrue();
            assertThat(pulls.asked()).containsExactly("customers", "companies", "tables");
            assertThat(pulls.plans.plannedConnections()).isEmpty();
        }
    }

    @Test
    void aCommandPlansOnePullAndIsToldWhyItCannotRun() throws SQLException {
        try (var pulls = new PlannedFixture(Map.of("NXT_PULLS_ORDERS_TABLE", "order", "NXT_PULLS_ODD_TABLE", "ordr"))) {
            var configured = pulls.settings.pulls();
            assertThat(pulls.planner.plan(Objects.requireNonNull(configured.get("orders")))).isEmpty();
            assertThat(pulls.plans.of("odd")).as("only that one").isEmpty();
            assertThat(pulls.planner.plan(Objects.requireNonNull(configured.get("odd")))).get()
                    .extracting(Problem::errorCode).isEqualTo(ErrorCode.TABLE_UNKNOWN);
            pulls.database.execute("drop table nxt.\"order\"; create view nxt.\"order\" as select 1 as one");
            assertThat(pulls.planner.plan(Objects.requireNonNull(configured.get("orders")))).get()
                    .extracting(Problem::errorCode).isEqualTo(ErrorCode.TARGET_UNUSABLE);
        }
    }

    private static List<String> companies(PlannedFixture pulls) {
        return pulls.database.rows("select company || ' ' || state as it from nxt_sync.pull_state order by company")
                .stream().map(row -> row.get("it")).toList();
    }

    private static long wanted(PlannedFixture pulls) {
        return pulls.database.number("select sum(wanted) from nxt_sync.job where kind = 'poll'");
    }
}
