package dev.nxtsync.push;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.config.Nearest;
import dev.nxtsync.config.Settings;
import dev.nxtsync.database.Characters;
import dev.nxtsync.database.Numeral;
import dev.nxtsync.error.Quoted;
import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.InputType;
import dev.nxtsync.graphql.schema.InputType.Members;
import dev.nxtsync.graphql.schema.TypeRef;
import dev.nxtsync.process.JsonTree;
import dev.nxtsync.process.MemoryBudget;
import dev.nxtsync.push.outbox.MutationKind;
import dev.nxtsync.push.plan.PushPlan;

/**
 * What an outbox row asks for. Fields stay in the order in which they were written, since assigning one may set others.
 *
 * @param values of the whole record, with the key in its column
 * @param changes the values without the columns by which the record is found
 */
record Payload(Identity identity, ObjectNode values, ObjectNode changes) {
    private static final JsonMapper JSON = JsonMapper.builder(JsonTree.parsers().streamReadConstraints(
            StreamReadConstraints.builder().maxNumberLength(2 * Numeral.MOST_DIGITS).build()).build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES).build();
    private static final int MOST_FLAWS = 5;
    /** Of which the nearest to a missing one is looked for. */
    private static final int MOST_NAMES = 1_000;

    /** A payload that can be sent, or why not. */
    sealed interface Reading {}

    record Sound(Payload payload) implements Reading {}

    /** @param why everything that is wrong, with its path */
    record Flawed(String why) implements Reading {}

    /** What a payload takes in a request at most, its key included: what is not ASCII is escaped. */
    static int bytes(String text) {
        return 2000 + text.length()
                + 5 * (int) Math.min(Integer.MAX_VALUE / 10, text.chars().filter(c -> c > 127).count());
    }

    /** What the tree of a payload takes in memory beside its bytes, as so many bytes more. */
    static int structure(String text) {
        return (int) Math.min(Integer.MAX_VALUE / 2, JsonTree.cost(text) / MemoryBudget.COST_OF_JSON);
    }

    /** Checks a row against the types of what is sent. */
    static Reading read(PushPlan plan, String key, String text) {
        Reading reading = identify(plan, key, text);
        if (!(reading instanceof Sound sound)) {
            return reading;
        }
        var flaws = new Flaws();
        Payload payload = sound.payload();
        unholdable(payload.values()).ifPresent(flaws::add);
        plan.fields().forEach((act, field) -> {
            if (act == MutationKind.DELETE) {
                payload.changes().fieldNames().forEachRemaining(
                        name -> flaws.add(
                                Quoted.name(name) + ": a delete takes only the columns by which the record is found ("
                                        + plan.keyColumn() + ")"));
                return;
            }
            var type = field.arguments().get("values");
            if (type != null && plan.inputs().get(type.name()) instanceof Members members) {
                check(act == MutationKind.CREATE ? payload.values() : payload.changes(), members, "", plan, flaws);
            }
            if (act == MutationKind.UPDATE && payload.changes().isEmpty()) {
                flaws.add("it has nothing to change beside " + plan.keyColumn());
            }
        });
        return flaws.isEmpty() ? reading : flaws.flawed();
    }

    /** As {@link #read}, but only as far as is needed to find the record. */
    static Reading identify(PushPlan plan, String key, String text) {
        var unreadable = new ArrayList<Flawed>();
        var parsed = parse(text, unreadable);
        if (parsed.isEmpty()) {
            return unreadable.get(0);
        }
        ObjectNode values = parsed.get();
        var flaws = new Flaws();
        if (plan.push().operation() == Settings.Operation.CREATE) {
            carryKey(plan, key, values, flaws);
        }
        var identity = new LinkedHashMap<String, JsonNode>();
        ObjectNode changes = JsonNodeFactory.instance.objectNode().setAll(values);
        for (String column : plan.keyColumns()) {
            JsonNode value = values.get(column);
            if (value == null || value.isNull()) {
                flaws.add(column + ": is missing, and the record is found by it"
                        + Nearest.hint(column, names(values)));
            } else {
                scalarFlaw(value, scalar(plan, column)).ifPresent(flaw -> flaws.add(column + ": " + flaw));
                identity.put(column, value);
                changes.remove(column);
            }
        }
        return flaws.isEmpty() ? new Sound(new Payload(new Identity(identity), values, changes)) : flaws.flawed();
    }

    /** What is wrong with a payload whatever the schema says; empty if nothing is. */
    static Optional<Flawed> flaw(String text) {
        var flaws = new ArrayList<Flawed>();
        parse(text, flaws).flatMap(Payload::unholdable).ifPresent(flaw -> flaws.add(new Flaws(flaw).flawed()));
        return flaws.stream().findFirst();
    }

    private static Optional<ObjectNode> parse(String text, List<Flawed> flaws) {
        try {
            var number = Numbers.flaw(text);
            if (number.isPresent()) {
                flaws.add(new Flaws(number.get()).flawed());
            } else if (JSON.readTree(text) instanceof ObjectNode values) {
                return Optional.of(values);
            } else {
                flaws.add(new Flawed("The payload is not a JSON object with the columns of one record."));
            }
        } catch (JsonProcessingException e) {
            flaws.add(new Flawed(
                    "The payload cannot be read as JSON: " + Quoted.message(e.getOriginalMessage().lines().findFirst()
                            .orElse("").replaceAll(", from `[^`]*`| for `ObjectNode`.*", "")) + "."));
        }
        return Optional.empty();
    }

    /** Puts the key into its column, behind what the user wrote, so that nothing that is assigned later changes it. */
    private static void carryKey(PushPlan plan, String key, ObjectNode values, Flaws flaws) {
        String column = plan.keyColumns().get(0);
        String scalar = scalar(plan, column);
        JsonNode carried = JsonNodeFactory.instance.textNode(key);
        if (!scalar.equals("String")) {
            var number = Numeral.of(key).flatMap(Numeral::value);
            if (number.isEmpty()) {
                flaws.add("the key is no " + scalar + ", which the column " + column + " holds");
                return;
            }
            carried = number.get().stripTrailingZeros().scale() <= 0
                    ? JsonNodeFactory.instance.numberNode(number.get().toBigInteger())
                    : DecimalNode.valueOf(number.get());
        }
        JsonNode written = values.get(column);
        if (written == null) {
            values.set(column, carried);
        } else if (!new Identity(Map.of(column, carried)).isOf(values)) {
            flaws.add(column + ": carries the key, and is another value here; leave it out");
        }
    }

    private static String scalar(PushPlan plan, String column) {
        return Optional.ofNullable(plan.table().columns().get(column)).map(Column::scalar).orElse("String");
    }

    /** What is wrong, each once; of a million that would be, some are enough. */
    private static final class Flaws {
        private final Set<String> some = new LinkedHashSet<>();

        Flaws(String... known) {
            some.addAll(List.of(known));
        }

        void add(String flaw) {
            if (!isFull()) {
                some.add(flaw);
            }
        }

        boolean isEmpty() { return some.isEmpty(); }

        /** Whether no more are looked for. */
        boolean isFull() { return some.size() > MOST_FLAWS; }

        Flawed flawed() {
            return new Flawed("The payload is not what Business NXT takes: "
                    + some.stream().limit(MOST_FLAWS).map(Quoted::message).collect(Collectors.joining("; "))
                    + (isFull() ? "; and more" : "") + ".");
        }
    }

    private static void check(ObjectNode value, Members type, String path, PushPlan plan, Flaws flaws) {
        for (var member : value.properties()) {
            if (flaws.isFull()) {
                return;
            }
            String name = member.getKey();
            TypeRef field = type.fields().get(name);
            if (field == null) {
                flaws.add(path + Quoted.name(name) + ": there is no such field"
                        + Nearest.hint(name, type.fields().keySet()));
            } else {
                check(member.getValue(), field, path + name, plan, flaws);
            }
        }
        type.fields().forEach((name, field) -> {
            if (field.required() && !value.has(name)) {
                flaws.add(path + name + ": is missing");
            }
        });
    }

    private static void check(JsonNode value, TypeRef type, String path, PushPlan plan, Flaws flaws) {
        if (value.isNull()) {
            if (type.required()) {
                flaws.add(path + ": must not be null");
            }
        } else if (type.list()) {
            if (!value.isArray()) {
                flaws.add(path + ": is " + kind(value) + ", not a list; write [ … ]");
                return;
            }
            for (int i = 0; i < value.size() && !flaws.isFull(); i++) {
                checkOne(value.get(i), type, path + "[" + i + "]", plan, flaws);
            }
        } else {
            checkOne(value, type, path, plan, flaws);
        }
    }

    private static void checkOne(JsonNode value, TypeRef type, String path, PushPlan plan, Flaws flaws) {
        InputType input = plan.inputs().get(type.name());
        if (input instanceof Members members) {
            if (value instanceof ObjectNode object) {
                check(object, members, path + ".", plan, flaws);
            } else {
                flaws.add(path + ": is " + kind(value) + ", not an object");
            }
        } else if (input instanceof InputType.Names names) {
            if (!value.isTextual() || !names.values().contains(value.textValue())) {
                flaws.add(path + ": is none of " + String.join(", ", names.values())
                        + Nearest.hint(value.asText(), names.values()));
            }
        } else {
            scalarFlaw(value, type.name()).ifPresent(flaw -> flaws.add(path + ": " + flaw));
        }
    }

    /** The scalars whose encoding is known; others are left to the server. */
    private static Optional<String> scalarFlaw(JsonNode value, String scalar) {
        if (value.isContainerNode()) {
            return Optional.of("is " + kind(value) + ", not a single value of type " + scalar);
        }
        boolean fits = switch (scalar) {
            case "Short" -> isWhole(value, Short.MIN_VALUE, Short.MAX_VALUE);
            case "Int" -> isWhole(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case "Long" -> isWhole(value, Long.MIN_VALUE, Long.MAX_VALUE);
            case "Decimal" -> (value.isNumber() || value.isTextual())
                    && Numeral.of(value.asText()).flatMap(Numeral::value).isPresent();
            case "String", "Date", "DateTime", "Time" -> value.isTextual();
            case "Boolean" -> value.isBoolean();
            default -> true;
        };
        return fits ? Optional.empty() : Optional.of("is " + kind(value) + " that is no " + scalar);
    }

    private static boolean isWhole(JsonNode value, long least, long most) {
        return value.isIntegralNumber() && value.canConvertToLong() && value.longValue() <= most
                && value.longValue() >= least;
    }

    /**
     * The first name or text that PostgreSQL cannot hold, with its path, and why. What is sent must be what the row shows, and
     * half a character would be sent as a question mark.
     */
    private static Optional<String> unholdable(ObjectNode values) {
        return unholdable((JsonNode) values).map(flaw -> flaw.substring(1));
    }

    private static Optional<String> unholdable(JsonNode value) {
        if (value.isTextual()) {
            return Characters.flaw(value.textValue()).map(flaw -> ": has " + flaw);
        }
        for (var member : value.properties()) {
            var flaw = Characters.flaw(member.getKey()).map(name -> ": its name has " + name)
                    .or(() -> unholdable(member.getValue()));
            if (flaw.isPresent()) {
                return flaw.map(why -> "." + Characters.shown(member.getKey()) + why);
            }
        }
        for (int i = 0; value.isArray() && i < value.size(); i++) {
            var flaw = unholdable(value.get(i));
            if (flaw.isPresent()) {
                return Optional.of("[" + i + "]" + flaw.get());
            }
        }
        return Optional.empty();
    }

    private static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "a text";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            default -> "null";
        };
    }

    private static List<String> names(ObjectNode object) {
        return object.properties().stream().limit(MOST_NAMES).map(Map.Entry::getKey).toList();
    }
}
