package dev.nxtsync.pull.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.graphql.NxtClientFixture;
import dev.nxtsync.graphql.schema.SchemaFixture;
import dev.nxtsync.pull.key.KeyChoice;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.tenant.Tenant;

class PullPlansTest {
    @Test
    void aProcessWithAnotherKeyTakesNoUnitsOfThatConnectionUntilTheKeysAgree() {
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true))) {
            sandbox.acceptAnyToken();
            var settings = SettingsFixture
                    .of(Map.of("NXT_PULLS_ORDERS_TABLE", "order", "NXT_PULLS_GOODS_TABLE", "product"));
            var designs = PullValidator.validate(List.copyOf(settings.pulls().values()),
                    SchemaFixture.tables(
                            NxtClientFixture.at(sandbox.url() + "/api/graphql", question -> Optional.empty()),
                            List.of("order", "product")),
                    KeyChoice::known, settings);
            var plans = new PullPlans();
            designs.forEach((pull, design) -> plans.put(pull,
                    new PullPlans.Ready(((PullValidator.Sound) design).plan(), List.of(Tenant.company(1)))));
            plans.done("main");
            assertThat(plans.plannedConnections()).containsExactly("main");
            var orders = (PullPlans.Ready) plans.of("orders").orElseThrow();
            plans.put("orders", new PullPlans.WithoutTarget(orders, new Problem(ErrorCode.TARGET_UNUSABLE, "locked")));
            assertThat(plans.plannedConnections()).as("the others run").containsExactly("main");
            plans.put("orders", new PullPlans.LeftToOther(orders, new Problem(ErrorCode.KEY_DIFFERS, "id, not code")));
            assertThat(plans.plannedConnections()).isEmpty();
            plans.put("orders", orders);
            assertThat(plans.plannedConnections()).containsExactly("main");
        }
    }
}
