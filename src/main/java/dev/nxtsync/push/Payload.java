package dev.nxtsync.push;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.config.NameSuggestion;
import dev.nxtsync.config.Settings;
import dev.nxtsync.database.Numeral;
import dev.nxtsync.error.QuotedText;
import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.InputType.Members;
import dev.nxtsync.push.outbox.MutationKind;
import dev.nxtsync.push.plan.PushPlan;

/**
 * The record that an outbox row asks for. Fields stay in the order in which they were written, since assigning one may set others.
 *
 * @param values of the whole record, with the key in its column
 * @param changes the values without the columns by which the record is found
 */
record Payload(RecordKey identity, ObjectNode values, ObjectNode changes) {
    /** Of which the nearest to a missing one is looked for. */
    private static final int MOST_NAMES = 1_000;

    /** A payload that can be sent, or why not. */
    sealed interface PayloadReading {}

    record SoundPayload(Payload payload) implements PayloadReading {}

    /** @param why everything that is wrong, with its path */
    record FlawedPayload(String why) implements PayloadReading {}

    /** Checks a row against the types of what is sent. */
    static PayloadReading read(PushPlan plan, String key, String text) {
        PayloadReading reading = identify(plan, key, text);
        if (!(reading instanceof SoundPayload sound)) {
            return reading;
        }
        var flaws = new PayloadFlaws();
        Payload payload = sound.payload();
        PayloadText.unholdable(payload.values()).ifPresent(flaws::add);
        plan.fields().forEach((act, field) -> {
            if (act == MutationKind.DELETE) {
                payload.changes().fieldNames()
                        .forEachRemaining(name -> flaws.add(QuotedText.name(name)
                                + ": not expected, because a delete takes only the columns that find the record ("
                                + plan.keyColumn() + ")"));
                return;
            }
            var type = field.arguments().get("values");
            if (type != null && plan.inputs().get(type.name()) instanceof Members members) {
                new PayloadCheck(plan.inputs(), flaws)
                        .check(act == MutationKind.CREATE ? payload.values() : payload.changes(), members);
            }
            if (act == MutationKind.UPDATE && payload.changes().isEmpty()) {
                flaws.add("it has nothing to change besides " + plan.keyColumn());
            }
        });
        return flaws.isEmpty() ? reading : new FlawedPayload(flaws.why());
    }

    /** As {@link #read}, but only as far as is needed to find the record. */
    static PayloadReading identify(PushPlan plan, String key, String text) {
        var parsed = PayloadText.parse(text);
        if (parsed instanceof PayloadText.PayloadUnreadable unreadable) {
            return new FlawedPayload(unreadable.why());
        }
        ObjectNode values = ((PayloadText.ReadText) parsed).values();
        var flaws = new PayloadFlaws();
        if (plan.push().operation() == Settings.Operation.CREATE) {
            carryKey(plan, key, values, flaws);
        }
        var identity = new LinkedHashMap<String, JsonNode>();
        ObjectNode changes = JsonNodeFactory.instance.objectNode().setAll(values);
        for (String column : plan.keyColumns()) {
            JsonNode value = values.get(column);
            if (value == null || value.isNull()) {
                flaws.add(column + ": is missing, but the record is found by it"
                        + NameSuggestion.hint(column, names(values)));
            } else {
                PayloadCheck.scalarFlaw(value, scalar(plan, column)).ifPresent(flaw -> flaws.add(column + ": " + flaw));
                identity.put(column, value);
                changes.remove(column);
            }
        }
        return flaws.isEmpty()
                ? new SoundPayload(new Payload(new RecordKey(identity), values, changes))
                : new FlawedPayload(flaws.why());
    }

    /** What is wrong with a payload whatever the schema says; empty if nothing is. */
    static Optional<FlawedPayload> flaw(String text) {
        var parsed = PayloadText.parse(text);
        var why = parsed instanceof PayloadText.ReadText read
                ? PayloadText.unholdable(read.values()).map(flaw -> new PayloadFlaws(flaw).why())
                : Optional.of(((PayloadText.PayloadUnreadable) parsed).why());
        return why.map(FlawedPayload::new);
    }

    /** Puts the key into its column, behind what the user wrote, so that nothing that is assigned later changes it. */
    private static void carryKey(PushPlan plan, String key, ObjectNode values, PayloadFlaws flaws) {
        String column = plan.keyColumns().get(0);
        String scalar = scalar(plan, column);
        JsonNode carried = JsonNodeFactory.instance.textNode(key);
        if (!scalar.equals("String")) {
            var number = Numeral.of(key).flatMap(Numeral::value);
            if (number.isEmpty()) {
                flaws.add("the key is not " + PayloadCheck.expected(scalar) + ", as the column " + column + " needs");
                return;
            }
            carried = number.get().stripTrailingZeros().scale() <= 0
                    ? JsonNodeFactory.instance.numberNode(number.get().toBigInteger())
                    : DecimalNode.valueOf(number.get());
        }
        JsonNode written = values.get(column);
        if (written == null) {
            values.set(column, carried);
        } else if (!new RecordKey(Map.of(column, carried)).isOf(values)) {
            flaws.add(column + ": carries the key, but has another value here; leave it out");
        }
    }

    private static String scalar(PushPlan plan, String column) {
        return Optional.ofNullable(plan.table().columns().get(column)).map(Column::scalar).orElse("String");
    }

    private static List<String> names(ObjectNode object) {
        return object.properties().stream().limit(MOST_NAMES).map(Map.Entry::getKey).toList();
    }
}
