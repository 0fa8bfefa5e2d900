package dev.nxtsync.pull.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.schedule.Replica;

class TargetsTest {
    private static final Map<String, String> PULLS = Map.of("NXT_PULLS_ORDERS_TABLE", "order",
            "NXT_PULLS_ORDERS_TARGET", "orders", "NXT_PULLS_GOODS_TABLE", "product");

    @Test
    void whatAUserDoesToATargetStopsItsPullOnlyUntilItIsUndone() throws SQLException {
        try (var pulls = new PlannedFixture(PULLS)) {
            pulls.plan();
            pulls.database.execute("alter table nxt.orders rename to mine; create view nxt.orders as table nxt.mine");
            look(pulls);
            assertThat(pulls.plans.troubles()).containsOnlyKeys("pull orders");
            assertThat(pulls.plans.troubles().values()).extracting(Problem::errorCode)
                    .containsExactly(ErrorCode.TARGET_UNUSABLE);
            assertThat(pulls.state("orders")).isEqualTo("stopped target_unusable");
            assertThat(pulls.plans.of("goods")).containsInstanceOf(PullPlans.Ready.class);
            assertThat(pulls.plans.plannedConnections()).as("the others run").containsExactly("main");
            pulls.database.execute("drop view nxt.orders; alter table nxt.mine rename to orders");
            look(pulls);
            assertThat(pulls.plans.troubles()).isEmpty();
            assertThat(pulls.state("orders")).isEqualTo("ok ");
        }
    }

    @Test
    void aTargetThatIsGoneIsMadeAnew() throws SQLException {
        try (var pulls = new PlannedFixture(PULLS)) {
            pulls.plan();
            pulls.database.execute("drop table nxt.orders");
            look(pulls);
            assertThat(pulls.database.count("nxt.orders")).isZero();
        }
    }

    @Test
    void itIsLookedAtNowAndThenAndAtOnceWhenSomebodyHasMetSomething() throws SQLException {
        try (var pulls = new PlannedFixture(PULLS)) {
            pulls.plan();
            pulls.targets.look("main");
            pulls.database.execute("drop table nxt.orders");
            pulls.targets.look("main");
            assertThat(pulls.database.value("select to_regclass('nxt.orders')")).as("a moment later").isNull();
            look(pulls);
            assertThat(pulls.database.value("select to_regclass('nxt.orders')")).isNotNull();
        }
    }

    @Test
    void aPullOfWhichAnotherLivingProcessHasAnotherKeyIsLeftToItUntilThatIsGone() throws SQLException {
        try (var pulls = new PlannedFixture(PULLS)) {
            pulls.plan();
            var other = new Replica(pulls.store);
            other.beat();
            pulls.database.execute("update nxt_sync.pull_key set key = '{order_no,text}', replica = '" + other.id()
                    + "', started_at = clock_timestamp() + interval '1 h' where pull = 'orders'");
            look(pulls);
            assertThat(pulls.plans.of("orders")).containsInstanceOf(PullPlans.LeftToOther.class);
            assertThat(pulls.plans.troubles().values()).extracting(Problem::errorCode)
                    .containsExactly(ErrorCode.KEY_DIFFERS);
            assertThat(pulls.plans.plannedConnections()).as("units are shared by the pulls of a connection").isEmpty();
            assertThat(pulls.state("orders")).as("the pull is well where it runs").isEqualTo("ok ");
            other.leave();
            look(pulls);
            assertThat(pulls.plans.of("orders")).containsInstanceOf(PullPlans.Ready.class);
            assertThat(pulls.plans.plannedConnections()).containsExactly("main");
        }
    }

    private static void look(PlannedFixture pulls) {
        pulls.plans.lookAtTargets("main");
        pulls.targets.look("main");
        pulls.targets.change();
    }
}
