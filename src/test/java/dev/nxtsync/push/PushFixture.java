package dev.nxtsync.push;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.config.Settings;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.Column.Companion;
import dev.nxtsync.graphql.schema.InputType;
import dev.nxtsync.graphql.schema.MutationField;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.graphql.schema.TypeRef;
import dev.nxtsync.push.outbox.MutationKind;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.OutboxRow.RowState;
import dev.nxtsync.push.outbox.OutboxRow.Step;
import dev.nxtsync.push.plan.PushPlan;
import dev.nxtsync.push.plan.PushPlan.Child;
import dev.nxtsync.push.plan.PushPlan.Following;
import dev.nxtsync.tenant.Scope;

/** A push of orders with their lines, and its rows. */
final class PushFixture {
    static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    static final InDoubtTimes LIMITS = new InDoubtTimes(Duration.ofSeconds(59), Duration.ofMinutes(31));

    private PushFixture() {}

    static PushPlan plan(Settings.Operation operation, String keyColumn) {
        return plan("orders", 7, operation, keyColumn);
    }

    static PushPlan plan(String name, int company, Settings.Operation operation, String keyColumn) {
        var push = new Settings.Push(name, "order", "main", Optional.of(company), operation, List.of(keyColumn),
                Optional.empty(), Optional.empty(), List.of(), Settings.Mode.LIVE, Duration.ofDays(90));
        Map<String, Column> columns = new LinkedHashMap<>();
        for (String each : List.of("orderNo Int", "customerNo Int", "yourReference String", "amount Decimal",
                "urgent Boolean", "createdByUser String", "changedTimestamp DateTime")) {
            String[] parts = each.split(" ", 2);
            columns.put(parts[0], new Column(parts[0], parts[1], Companion.NONE));
        }
        var table = new Table("order", "Order", Scope.COMPANY, columns, List.of("joindown_OrderLine_via_Order"),
                Map.of(), true);
        var values = Map.of("values", ref("[Order_Input!]!", "Order_Input", true), "filters",
                ref("[FilterExpression_Order]", "FilterExpression_Order", true), "filter",
                ref("FilterExpression_Order", "FilterExpression_Order", false));
        Map<MutationKind, MutationField> fields = new java.util.EnumMap<>(MutationKind.class);
        if (operation != Settings.Operation.UPDATE && operation != Settings.Operation.DELETE) {
            fields.put(MutationKind.CREATE, new MutationField("order_create", "R", values));
        }
        if (operation == Settings.Operation.UPDATE || operation == Settings.Operation.UPSERT) {
            fields.put(MutationKind.UPDATE, new MutationField("order_update", "R", values));
        }
        if (operation == Settings.Operation.DELETE) {
            fields.put(MutationKind.DELETE, new MutationField("order_delete", "R", values));
        }
        var inputs = Map.<String, InputType>of("Order_Input",
                new InputType.Members(Map.of("customerNo", ref("Int", "Int", false), "yourReference",
                        ref("String", "String", false), "amount", ref("Decimal", "Decimal", false), "urgent",
                        ref("Boolean", "Boolean", false), "orderLines",
                        ref("[OrderLine_Input]", "OrderLine_Input", true), "kind", ref("Kind", "Kind", false))),
                "OrderLine_Input",
                new InputType.Members(Map.of("quantity", new TypeRef("Decimal!", "Decimal", false, true))), "Kind",
                new InputType.Names(java.util.Set.of("Normal", "Credit")));
        return new PushPlan(push, table, fields, inputs,
                Map.of("orderLines", new Child(Optional.of("joindown_OrderLine_via_Order"), List.of("lineNo"))),
                List.of("orderNo"), List.of(), Optional.empty(), Optional.of("isv_x"));
    }

    /** The same, with a processing that follows. */
    static PushPlan processed(PushPlan plan, Optional<String> doneWhen) {
        var then = new Following("order_processings",
                new MutationField("finishOrder", "R",
                        Map.of("filter", ref("FilterExpression_Order", "FilterExpression_Order", false))),
                Optional.empty(), doneWhen.map(filter -> (ObjectNode) Filters.parse(filter)));
        return new PushPlan(plan.push(), plan.table(), plan.fields(), plan.inputs(), plan.children(), plan.key(),
                plan.returning(), Optional.of(then), plan.creator());
    }

    static OutboxRow row(long id, String key, String payload, String group) {
        return new OutboxRow(id, key, payload, Optional.ofNullable(group), RowState.WAITING, 0, Step.RECORD,
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), false, Optional.empty(), false, 0, Optional.empty(), Optional.empty());
    }

    /** The same, sent so often, at noon the last time. */
    static OutboxRow sent(OutboxRow row, int times) {
        return new OutboxRow(row.id(), row.key(), row.payload(), row.group(), RowState.IN_DOUBT, times, row.step(),
                row.act(), row.record(), row.stamp(), Optional.of(NOON), Optional.empty(), Optional.empty(), false,
                row.atMost(), times > 1, 0, Optional.empty(), Optional.empty());
    }

    private static TypeRef ref(String text, String name, boolean list) {
        return new TypeRef(text, name, list, false);
    }
}
