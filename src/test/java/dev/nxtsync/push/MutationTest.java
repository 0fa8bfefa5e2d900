package dev.nxtsync.push;

import static dev.nxtsync.push.PushFixture.plan;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.config.Settings.Operation;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.graphql.SendGuard;
import dev.nxtsync.push.plan.PushPlan;
import dev.nxtsync.tenant.Tenant;

/** Identifiers stand in the documents of pushes, and values are variables. */
class MutationTest {
    private static final String EVIL = "x\\\") { __typename } #";

    @Test
    void aCreateSendsAllRecordsInOneField() {
        var plan = plan(Operation.CREATE, "yourReference");
        var question = Mutation.create(plan, Tenant.company(7),
                List.of(payload(plan, "a", "{\"customerNo\": 1}"), payload(plan, EVIL, "{\"customerNo\": 2}")),
                SendGuard.ALWAYS);
        assertThat(question.document()).startsWith("mutation push_create_order($owner: Int!, $values: [Order_Input!]!)")
                .contains("t0: order_create(values: $values) { affectedRows items {").doesNotContain("t1")
                .contains("createdByUser").doesNotContain("__typename }").doesNotContain("joindown");
        assertThat(variable(question, "values")).hasSize(2);
        assertThat(variable(question, "values").get(1).path("yourReference").asText()).isEqualTo(EVIL);
        assertThat(question.changes()).isTrue();
    }

    @Test
    void childrenThatWereSentAreReadBack() {
        var plan = plan(Operation.CREATE, "yourReference");
        var question = Mutation.create(plan, Tenant.company(7),
                List.of(payload(plan, "a", "{\"orderLines\": [{\"quantity\": 1}]}")), SendGuard.ALWAYS);
        assertThat(question.document()).contains("orderLines: joindown_OrderLine_via_Order { items { lineNo } }");
    }

    @Test
    void anUpdateIsGuardedByTheStampOfEachRecordThatHasOne() {
        var plan = plan(Operation.UPDATE, "orderNo");
        var payloads = List.of(payload(plan, "a", "{\"orderNo\": 1, \"customerNo\": 5}"),
                payload(plan, "b", "{\"orderNo\": 2, \"customerNo\": 6}"),
                payload(plan, "c", "{\"orderNo\": 3, \"customerNo\": 7}"));
        var question = Mutation.update(plan, Tenant.company(7), payloads,
                List.of(Optional.of("stamp"), Optional.of(""), Optional.empty()), SendGuard.ALWAYS);
        var filters = variable(question, "filters");
        assertThat(filters).hasSize(3);
        assertThat(filters.get(0).toString()).contains("\"orderNo\":{\"_eq\":1}")
                .contains("\"changedTimestamp\":{\"_eq\":\"stamp\"}");
        assertThat(filters.get(1).toString()).contains("orderNo").doesNotContain("changedTimestamp");
        assertThat(filters.get(2).toString()).doesNotContain("changedTimestamp");
        assertThat(variable(question, "values").toString())
                .isEqualTo("[{\"customerNo\":5},{\"customerNo\":6},{\"customerNo\":7}]");
    }

    @Test
    void eachDeleteHasAPartOfItsOwnWithAFilter() {
        var plan = plan(Operation.DELETE, "orderNo");
        var question = Mutation.delete(plan, Tenant.company(7),
                List.of(payload(plan, "a", "{\"orderNo\": 1}"), payload(plan, "b", "{\"orderNo\": 2}")),
                SendGuard.ALWAYS);
        assertThat(question.document()).contains("t0: order_delete(filter: $f0) { affectedRows }")
                .contains("t1: order_delete(filter: $f1) { affectedRows }");
        assertThat(variable(question, "f1").toString()).isEqualTo("{\"orderNo\":{\"_eq\":2}}");
    }

    @Test
    void aProcessingNamesItsRecordByAFilter() {
        var plan = PushFixture.processed(plan(Operation.CREATE, "yourReference"), Optional.empty());
        Map<String, JsonNode> record = new LinkedHashMap<>(Map.of("orderNo", Filters.parse("9")));
        var question = Mutation.then(plan, Tenant.company(7), List.of(record), SendGuard.ALWAYS);
        assertThat(question.document()).contains("t0: order_processings { finishOrder(filter: $f0) { succeeded } }");
        assertThat(variable(question, "f0").toString()).isEqualTo("{\"orderNo\":{\"_eq\":9}}");
    }

    @Test
    void aLookChangesNothingAndReadsWhatTellsWhoseARecordIs() {
        PushPlan plan = plan(Operation.UPDATE, "orderNo");
        var question = Mutation.look(plan, Tenant.company(7), Optional.empty(), Set.of("customerNo"), Map.of(), 12);
        assertThat(question.changes()).isFalse();
        assertThat(question.document()).startsWith("query look_order").contains("orderBy: [{orderNo: ASC}]")
                .contains("createdByUser").contains("changedTimestamp").contains("customerNo");
        assertThat(question.variables()).hasSize(2);
        assertThat(question.variables().get("n")).isEqualTo(12);
        assertThat(question.variables().get("owner")).isEqualTo(7);
    }

    private static Payload payload(PushPlan plan, String key, String text) {
        return ((Payload.SoundPayload) Payload.identify(plan, key, text)).payload();
    }

    private static JsonNode variable(Question question, String name) {
        return (JsonNode) java.util.Objects.requireNonNull(question.variables().get(name));
    }
}
