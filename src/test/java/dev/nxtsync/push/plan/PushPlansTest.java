package dev.nxtsync.push.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.tenant.Scope;

class PushPlansTest {
    private static final Problem FLAW = new Problem(ErrorCode.PUSH_FLAWED, "no");
    private final PushPlans plans = new PushPlans();

    @Test
    void aPushIsReadyOrStoppedAndTheLastPlanCounts() {
        assertThat(plans.ready("orders")).isEmpty();
        assertThat(plans.stopped("orders")).isEmpty();
        plans.put("orders", new PushPlans.StoppedPush(FLAW));
        assertThat(plans.stopped("orders")).hasValue(FLAW);
        assertThat(plans.troubles()).isEqualTo(Map.of("push orders", FLAW));
        plans.put("orders", ready("orders", "main"));
        assertThat(plans.stopped("orders")).isEmpty();
        assertThat(plans.ready("orders")).isPresent();
        assertThat(plans.troubles()).isEmpty();
        assertThat(plans.planned()).isEqualTo(2);
    }

    @Test
    void onlyConnectionsOfPushesThatAreReadyAreWorkedOn() {
        plans.put("orders", ready("orders", "main"));
        plans.put("sales", ready("sales", "main"));
        plans.put("stock", ready("stock", "other"));
        plans.put("broken", new PushPlans.StoppedPush(FLAW));
        assertThat(plans.connections()).isEqualTo(Map.of("orders", "main", "sales", "main", "stock", "other"));
        assertThat(plans.plannedConnections()).containsExactly("main", "other");
    }

    @Test
    void ofAConnectionThatWaitsForAPersonNothingIsReadyOrInTrouble() {
        plans.put("orders", ready("orders", "main"));
        plans.put("stock", ready("stock", "other"));
        plans.trouble("main", FLAW);
        assertThat(plans.troubles()).containsKey("pushes of connection main");
        plans.undone("main");
        assertThat(plans.ready("orders")).isEmpty();
        assertThat(plans.ready("stock")).isPresent();
        assertThat(plans.troubles()).isEmpty();
    }

    static PushPlans.ReadyPush ready(String name, String connection) {
        var push = new Settings.Push(name, "order", connection, Optional.empty(), Settings.Operation.CREATE,
                List.of("yourReference"), Optional.empty(), Optional.empty(), List.of(), Settings.Mode.LIVE,
                Duration.ofDays(90));
        var table = new Table("order", "Order", Scope.COMPANY, Map.of(), List.of(), Map.of(), true);
        return new PushPlans.ReadyPush(new PushPlan(push, table, Map.of(), Map.of(), Map.of(), List.of(), List.of(),
                Optional.empty(), Optional.empty()));
    }
}
