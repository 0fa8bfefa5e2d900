package dev.nxtsync.push.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.Settings.Operation;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.Column.Companion;
import dev.nxtsync.graphql.schema.InputType;
import dev.nxtsync.graphql.schema.MutationField;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.graphql.schema.TypeRef;
import dev.nxtsync.push.outbox.MutationKind;
import dev.nxtsync.tenant.Scope;

/** What a connection may change decides whether a push is sound. */
class PushValidatorTest {

    /** What the push says, and what of its connection's schema is missing. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
            "ordr | CREATE | yourReference | - | - | - | There is no table ordr; did you mean order?",
            "order | CREATE | yourRef | - | - | - | NXT_PUSHES_ORDERS_KEY_COLUMN names yourRef, which is not a readable column",
            "order | CREATE | changedTimestamp | - | - | - | NXT_PUSHES_ORDERS_KEY_COLUMN names changedTimestamp, which is of type DateTime",
            "order | CREATE | yourReference | - | - | order_create | there is no order_create for this client id; its access group",
            "order | UPDATE | orderNo | - | - | order_update | there is no order_update for this client id",
            "order | DELETE | orderNo | - | - | order_delete | there is no order_delete for this client id",
            "order | UPSERT | yourReference | - | - | order_update | there is no order_update for this client id",
            "order | CREATE | yourReference | - | - | createdByUser | the column createdByUser cannot be read",
            "order | UPDATE | orderNo | - | - | changedTimestamp | the column changedTimestamp cannot be read",
            "order | CREATE | yourReference | - | amont | - | NXT_PUSHES_ORDERS_RETURNING names amont, which is not a readable column; did you mean amount?",
            "order | CREATE | yourReference | - | orderLine.lineNo | - | NXT_PUSHES_ORDERS_RETURNING names orderLine.lineNo, but a record of this table is created without orderLine",
            "order | CREATE | yourReference | finshOrder | - | - | NXT_PUSHES_ORDERS_THEN names finshOrder, which is not a processing of this table",
            "order | CREATE | yourReference | finishAll | - | - | NXT_PUSHES_ORDERS_THEN names finishAll, which has no filter",
            "order | CREATE | yourReference | finishOrder [1] | - | - | which is not a JSON object",
            "order | CREATE | yourReference | finishOrder {\"a\": 1} | - | - | NXT_PUSHES_ORDERS_THEN gives arguments to finishOrder, which has none",
            "country | CREATE | yourReference | - | - | - | belongs to the customer"})
    void aFlawIsNamedWithTheSettingAndTheName(String table, Operation operation, String keyColumn, String then,
            String returning, String missing, String why) {
        var validated = validate(table, operation, keyColumn, then, returning, missing);
        assertThat(validated).isInstanceOf(PushValidator.FlawedPush.class);
        assertThat(((PushValidator.FlawedPush) validated).reason().coded())
                .contains(why.replace("table ordr;", "table ordr that this client id can read;"))
                .contains("(push_flawed)");
    }

    @Test
    void allFlawsAreNamedTogether() {
        var flawed = (PushValidator.FlawedPush) validate("order", Operation.CREATE, "yourRef", "finshOrder", "amont",
                null);
        assertThat(flawed.reason().message()).contains("KEY_COLUMN").contains("RETURNING").contains("THEN");
    }

    @ParameterizedTest
    @CsvSource({"CREATE, 'CREATE'", "UPDATE, 'UPDATE'", "UPSERT, 'CREATE UPDATE'", "DELETE, 'DELETE'"})
    void aSoundPushHasAFieldForEachKindOfMutation(Operation operation, String kinds) {
        var plan = sound(operation, null, null);
        assertThat(plan.fields().keySet().stream().map(MutationKind::name).reduce((a, b) -> a + " " + b))
                .hasValue(kinds);
        assertThat(plan.creates()).isEqualTo(kinds.startsWith("CREATE"));
    }

    @Test
    void childrenAreReadBackByTheirKeysAndWhatIsToBeReturned() {
        var plan = sound(Operation.CREATE, "finishOrder", "orderLines.quantity");
        assertThat(plan.children().get("orderLines")).isNotNull()
                .satisfies(child -> assertThat(child.columns()).contains("quantity"));
        assertThat(plan.then().orElseThrow().processings()).isEqualTo("order_processings");
        assertThat(plan.creator()).hasValue("isv_x");
    }

    @Test
    void aTableThatIsRefusedStopsThePushWithItsReason() {
        var reason = new Problem(ErrorCode.FORBIDDEN_COMPANY, "no right");
        var schema = schema("");
        var refused = new PushSchema(schema.mutations(), schema.inputs(), schema.tables(), Map.of("order", reason),
                schema.processings(), schema.names());
        assertThat(PushValidator.validate(push("order", Operation.CREATE, "yourReference", null, null), refused,
                Optional.empty())).isEqualTo(new PushValidator.FlawedPush(reason));
    }

    private static PushPlan sound(Operation operation, String then, String returning) {
        return ((PushValidator.SoundPush) validate("order", operation, "yourReference", then, returning, null)).plan();
    }

    private static PushValidator.ValidatedPush validate(String table, Operation operation, String keyColumn,
            String then, String returning, String missing) {
        return PushValidator.validate(push(table, operation, keyColumn, then, returning),
                schema(missing == null ? "" : missing), Optional.of("isv_x"));
    }

    private static Settings.Push push(String table, Operation operation, String keyColumn, String then,
            String returning) {
        return new Settings.Push("orders", table, "main", Optional.of(7), operation, List.of(keyColumn),
                Optional.ofNullable(then), Optional.empty(), returning == null ? List.of() : List.of(returning),
                Settings.Mode.LIVE, Duration.ofDays(90));
    }

    private static PushSchema schema(String missing) {
        Map<String, TypeRef> arguments = Map.of("values", ref("Order_Input", true), "filters",
                ref("FilterExpression_Order", true), "filter", ref("FilterExpression_Order", false));
        var mutations = new HashMap<String, MutationField>();
        for (MutationKind kind : MutationKind.values()) {
            String name = "order_" + kind.name().toLowerCase(Locale.ROOT);
            mutations.put(name, new MutationField(name, "R", arguments));
        }
        mutations.remove(missing);
        var inputs = Map.<String, InputType>of("Order_Input", new InputType.Members(
                Map.of("customerNo", ref("Int", false), "orderLines", ref("OrderLine_Input", true))));
        var processings = Map.of("order",
                Map.of("finishOrder",
                        new MutationField("finishOrder", "R", Map.of("filter", ref("FilterExpression_Order", false))),
                        "finishAll", new MutationField("finishAll", "R", Map.of())));
        return new PushSchema(mutations, inputs,
                Map.of("order",
                        table("order", "Order", Scope.COMPANY, missing, "orderNo Int", "yourReference String",
                                "amount Decimal", "createdByUser String", "changedTimestamp DateTime"),
                        "orderLine",
                        table("orderLine", "OrderLine", Scope.COMPANY, "", "lineNo Int", "quantity Decimal"), "country",
                        table("country", "Country", Scope.CUSTOMER, "", "yourReference String")),
                Map.of(), processings, List.of("order", "orderLine", "country"));
    }

    private static Table table(String name, String type, Scope scope, String missing, String... columns) {
        var all = new LinkedHashMap<String, Column>();
        for (String each : columns) {
            String[] parts = each.split(" ", 2);
            all.put(parts[0], new Column(parts[0], parts[1], Companion.NONE));
        }
        all.remove(missing);
        return new Table(name, type, scope, all, List.of("joindown_OrderLine_via_Order"), Map.of(), true);
    }

    private static TypeRef ref(String name, boolean list) {
        return new TypeRef(name, name, list, false);
    }
}
