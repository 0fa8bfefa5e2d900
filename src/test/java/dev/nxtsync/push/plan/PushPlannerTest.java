package dev.nxtsync.push.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.NxtClientFixture;
import dev.nxtsync.graphql.schema.SchemaFixture;
import dev.nxtsync.jobs.OutageLog;
import dev.nxtsync.jobs.PlanFixture;
import dev.nxtsync.push.outbox.PushStore;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;

class PushPlannerTest {
    private static final PushStore STORE = PushStore.migrated();

    private final Sandbox sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true));
    private final List<String> asked = new ArrayList<>();
    private boolean silent;
    private final NxtClient nxt = NxtClientFixture.at(sandbox.url() + "/api/graphql", question -> {
        asked.add(question.operation());
        return silent ? Optional.of(new Failure.Unreachable(ErrorCode.UNREACHABLE, "nobody")) : Optional.empty();
    });
    private final PushPlans plans = new PushPlans();

    @AfterEach
    void close() {
        sandbox.close();
    }

    @Test
    void aPushThatCannotBePlannedStopsOnlyItselfAndGoesOnOnceItCan() throws SQLException {
        var planner = planner(Map.of("NXT_PUSHES_ORDERS_TABLE", "order", "NXT_PUSHES_ORDERS_KEY_COLUMN",
                "yourReference", "NXT_PUSHES_ODD_TABLE", "ordr", "NXT_PUSHES_ODD_KEY_COLUMN", "yourReference"));
        assertThat(planner.plan(main(), false)).as("it is to be planned again soon").isFalse();
        assertThat(plans.ready("orders")).isPresent();
        assertThat(plans.stopped("odd")).get().extracting(Problem::errorCode).isEqualTo(ErrorCode.PUSH_FLAWED);
        assertThat(plans.troubles()).containsOnlyKeys("push odd");
        assertThat(plans.connections()).containsOnlyKeys("orders");
        planner = planner(Map.of("NXT_PUSHES_ODD_TABLE", "order", "NXT_PUSHES_ODD_KEY_COLUMN", "yourReference"));
        assertThat(planner.plan(main(), false)).isTrue();
        assertThat(plans.connections()).containsOnlyKeys("odd", "orders");
    }

    @Test
    void theSchemaIsReadEachTime() throws SQLException {
        var planner = planner(
                Map.of("NXT_PUSHES_ORDERS_TABLE", "order", "NXT_PUSHES_ORDERS_KEY_COLUMN", "yourReference"));
        planner.plan(main(), false);
        var first = List.copyOf(asked);
        asked.clear();
        planner.plan(main(), false);
        assertThat(asked).isEqualTo(first).isNotEmpty();
        silent = true;
        assertThatThrownBy(() -> planner.plan(main(), true)).isInstanceOf(FailedAnswer.class);
        assertThat(plans.ready("orders")).as("the last good plan").isPresent();
    }

    @Test
    void aConnectionWithoutPushesIsAskedNothing() throws SQLException {
        assertThat(planner(Map.of()).plan(main(), false)).isTrue();
        assertThat(asked).isEmpty();
    }

    @Test
    void untilAPersonHasSignedInNothingIsReady() throws SQLException {
        var planner = planner(
                Map.of("NXT_PUSHES_ORDERS_TABLE", "order", "NXT_PUSHES_ORDERS_KEY_COLUMN", "yourReference"));
        planner.plan(main(), false);
        planner.forget("main");
        assertThat(plans.ready("orders")).isEmpty();
        planner.plan(main(), false);
        assertThat(plans.ready("orders")).isPresent();
    }

    @Test
    void aCommandPlansOnePushAndIsToldWhyItCannotRun() throws SQLException {
        var environment = Map.of("NXT_PUSHES_ORDERS_TABLE", "order", "NXT_PUSHES_ORDERS_KEY_COLUMN", "yourReference",
                "NXT_PUSHES_ODD_TABLE", "ordr", "NXT_PUSHES_ODD_KEY_COLUMN", "yourReference");
        var planner = planner(environment);
        var pushes = SettingsFixture.of(environment).pushes();
        assertThat(planner.plan(Objects.requireNonNull(pushes.get("orders")))).isEmpty();
        assertThat(plans.stopped("odd")).as("only that one").isEmpty();
        assertThat(planner.plan(Objects.requireNonNull(pushes.get("odd")))).get().extracting(Problem::errorCode)
                .isEqualTo(ErrorCode.PUSH_FLAWED);
        assertThat(planner.check(main())).as("changes nothing").hasSize(2);
    }

    private PushPlanner planner(Map<String, String> environment) {
        sandbox.acceptAnyToken();
        return new PushPlanner(SettingsFixture.of(environment), SchemaFixture.introspection(nxt),
                SchemaFixture.mutations(nxt), plans, PlanFixture.lostCalls(STORE.store()), new OutageLog());
    }

    private static Settings.Connection main() {
        return Objects.requireNonNull(SettingsFixture.defaults().connections().get("main"));
    }
}
