package dev.nxtsync.push;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.Question;

/**
 * A Business NXT of orders that answers at random. A row is known by its customerNo, which is another one for each; it keeps
 * what it has carried out.
 */
final class Erp {
    /** How often each row was carried out. */
    final Map<Integer, Integer> done = new HashMap<>();
    /** Rows that are always refused. */
    final Set<Integer> refused = new HashSet<>();
    private final Random random;
    private final Map<String, ObjectNode> records = new LinkedHashMap<>();
    private final String keyColumn;
    /** Told of the rows of each request that is under way. */
    private final Consumer<List<Integer>> sending;
    /** Requests that nobody has heard of again, which are carried out later. */
    private final List<Late> late = new ArrayList<>();
    private int changes;
    /** Of a hundred requests, how many are in trouble. */
    int trouble = 30;

    Erp(Random random, String keyColumn, Consumer<List<Integer>> sending) {
        this.random = random;
        this.keyColumn = keyColumn;
        this.sending = sending;
    }

    private record Late(Question question, ArrayNode values, int seconds) {}

    /** The longest that the server is at work on a request, in seconds: less than rows in doubt are looked for. */
    private static final int LONGEST = 1800;

    void pass(int seconds) {
        var before = List.copyOf(late);
        late.clear();
        for (Late each : before) {
            if (each.seconds() <= seconds) {
                execute(each.question(), each.values(), -1);
            } else {
                late.add(new Late(each.question(), each.values(), each.seconds() - seconds));
            }
        }
    }

    /** A request is lost, and carried out so many seconds later. */
    Answer carryOutLater(Question question, int seconds) {
        late.add(new Late(question, (ArrayNode) Objects.requireNonNull(question.variables().get("values")), seconds));
        return new Failure.InDoubt("gone", "", true, false);
    }

    /** Somebody removes a record. */
    void remove(String key) {
        records.remove(key);
    }

    void put(String key, String creator) {
        records.put(key, Filters.object().put(keyColumn, key).put("createdByUser", creator));
    }

    void put(int orderNo) {
        var record = Filters.object().put("orderNo", orderNo).put("customerNo", -1);
        store(Integer.toString(orderNo), record);
    }

    private void store(String key, ObjectNode record) {
        record.put("createdByUser", "isv_x").put("changedTimestamp", "t" + ++changes);
        records.put(key, record);
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    Answer answer(Question question) {
        return question.operation().startsWith("look") ? look(question) : change(question);
    }

    private Answer look(Question question) {
        if (chance(trouble / 2)) {
            return chance(50)
                    ? new Failure.Rejected("later", "", List.of())
                    : new Failure.InDoubt("cut off", "", true, chance(50));
        }
        var items = Filters.object().arrayNode();
        var filter = question.variables().get("filter") instanceof JsonNode each ? each : Filters.object();
        var keys = filter.has("_and") ? filter.path("_and").path(0) : filter;
        keys.path(keyColumn).path("_in").forEach(key -> {
            if (records.containsKey(key.asText())) {
                items.add(records.get(key.asText()).deepCopy());
            }
        });
        var page = Filters.object();
        page.putObject("pageInfo").put("hasNextPage", false);
        page.set("items", items);
        return data(page);
    }

    private static Answer data(JsonNode part) {
        ObjectNode data = Filters.object();
        data.putObject("useCompany").set("t0", part);
        return new Answer.Data(data, "", 1);
    }

    private Answer change(Question question) {
        if (chance(trouble / 3)) {
            return new Failure.Throttled("slowly", "", Duration.ZERO);
        }
        if (!question.guard().open()) {
            return new Failure.Unavailable(ErrorCode.UNAVAILABLE, "not sent");
        }
        var values = (ArrayNode) question.variables().get("values");
        var rows = new ArrayList<Integer>();
        values.forEach(each -> rows.add(each.path("customerNo").asInt()));
        sending.accept(rows);
        if (chance(trouble / 3)) {
            return new Failure.Busy("full", "", Duration.ZERO);
        }
        boolean lost = chance(trouble);
        if (lost && chance(50)) {
            return rows.stream().noneMatch(refused::contains) && chance(50)
                    ? carryOutLater(question, 1 + random.nextInt(LONGEST))
                    : new Failure.InDoubt("gone", "", true, false);
        }
        int flaw = rows.stream().filter(refused::contains).map(rows::indexOf).findFirst().orElse(-1);
        if (flaw >= 0) {
            return refuse(question, values, flaw);
        }
        Answer answer = execute(question, values, -1);
        return lost ? new Failure.InDoubt("gone", "", true, false) : answer;
    }

    /** All of it, before anything is done; or one record, and sometimes the server goes on after that. */
    private Answer refuse(Question question, ArrayNode values, int flaw) {
        if (chance(30)) {
            return new Failure.InvalidRequest("no such thing", "", Set.of(), true);
        }
        if (chance(30)) {
            execute(question, values, flaw);
        }
        return new Failure.Rejected("no", "", List.of(
                new Failure.Fault("no", Optional.empty(), chance(50) ? OptionalInt.of(flaw) : OptionalInt.empty())));
    }

    private Answer execute(Question question, ArrayNode values, int but) {
        var items = Filters.object().arrayNode();
        for (int i = 0; i < values.size(); i++) {
            if (i != but) {
                var changed = question.variables().containsKey("filters")
                        ? update(((JsonNode) question.variables().get("filters")).get(i), values.get(i))
                        : create(values.get(i));
                changed.ifPresent(record -> {
                    done.merge(record.path("customerNo").asInt(), 1, Integer::sum);
                    items.add(record.deepCopy());
                });
            }
        }
        ObjectNode part = Filters.object().put("affectedRows", items.size());
        part.set("items", items);
        return data(part);
    }

    private Optional<ObjectNode> create(JsonNode values) {
        ObjectNode record = values.deepCopy();
        record.put("orderNo", records.size() + 1);
        store(record.path(keyColumn).asText(), record);
        return Optional.of(record);
    }

    private Optional<ObjectNode> update(JsonNode filter, JsonNode values) {
        String key = "";
        String stamp = "";
        for (JsonNode each : filter.path("_and")) {
            key += each.path(keyColumn).path("_eq").asText();
            stamp += each.path("changedTimestamp").path("_eq").asText();
        }
        var record = records.get(key);
        if (record == null || !record.path("changedTimestamp").asText().equals(stamp)) {
            return Optional.empty();
        }
        record.setAll((ObjectNode) values);
        store(key, record);
        return Optional.of(record);
    }
}
