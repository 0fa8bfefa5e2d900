package dev.nxtsync.http;

import static dev.nxtsync.http.DatabaseAway.unlessAway;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import jakarta.inject.Singleton;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.config.NameSuggestion;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.QuotedText;
import dev.nxtsync.http.server.Endpoint;
import dev.nxtsync.http.server.Endpoint.BodyLimit;
import dev.nxtsync.http.server.HttpAnswer;
import dev.nxtsync.http.server.HttpCall;
import dev.nxtsync.http.server.HttpResource;
import dev.nxtsync.http.server.Refusal;
import dev.nxtsync.process.JsonTree;
import dev.nxtsync.push.OutboxIntake;
import dev.nxtsync.push.PayloadMemory;
import dev.nxtsync.push.outbox.OutboxApi;
import dev.nxtsync.push.outbox.OutboxApi.Conflict;
import dev.nxtsync.push.outbox.OutboxApi.PayloadTooLarge;
import dev.nxtsync.push.outbox.OutboxApi.Queued;
import dev.nxtsync.push.outbox.OutboxApi.Unfit;

/** The way into the outbox for those who do not write SQL. Closed without an operator key. */
@Singleton
class PushResource implements HttpResource {
    /** A payload as large as Business NXT takes, and what is around it; a line of a megabit a second needs two minutes for that. */
    private static final BodyLimit BODY = new BodyLimit(15_000_000, Duration.ofMinutes(3));
    private static final JsonFactory JSON = JsonTree.parsers().build();
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final OutboxIntake intake;
    private final OutboxApi entries;
    private final PayloadMemory memory;
    private final OperatorKey operator;

    PushResource(OutboxIntake intake, OutboxApi entries, PayloadMemory memory, OperatorKey operator) {
        this.intake = intake;
        this.entries = entries;
        this.memory = memory;
        this.operator = operator;
    }

    @Override
    public List<Endpoint> addresses() {
        return operator.those(
                operator.address("POST", "/api/pushes/{name}", BODY, this::unknown, unlessAway(this::post)),
                operator.address("GET", "/api/pushes/{name}/{key}", BodyLimit.NONE, this::unknown,
                        unlessAway(this::get)));
    }

    private Optional<Refusal> unknown(HttpCall call) {
        String name = call.parameter("name");
        return intake.pushes().contains(name)
                ? Optional.empty()
                : Optional.of(new Refusal(Refusal.RefusalReason.UNKNOWN,
                        "There is no push of this name" + NameSuggestion.among(name, intake.pushes())));
    }

    /** What a body asks for; the payload as it was written. */
    private record Body(String key, String payload, Optional<Integer> company, Optional<String> group) {}

    private record Taken(long id, String key) {}

    private HttpAnswer post(HttpCall call) throws SQLException {
        Body body;
        try {
            body = read(call.body());
        } catch (JsonProcessingException e) {
            return invalid("The body is not valid JSON: "
                    + QuotedText.message(
                            e.getOriginalMessage().lines().findFirst().orElse("").replaceAll(", from `[^`]*`", "")
                                    .replaceAll("\\[Source: [^;]*; (line: \\d+, column: \\d+)]", "$1"))
                    + ". Write {\"key\": \"…\", \"payload\": {…}, \"company\": 1234567, \"grp\": \"…\"}; the last two may be left out.");
        } catch (CharacterCodingException e) {
            return invalid("The body is not UTF-8.");
        } catch (IOException e) {
            return invalid(String.valueOf(e.getMessage()));
        }
        var taking = intake.take(call.parameter("name"), body.key(), body.payload(), body.company(), body.group());
        if (taking.isEmpty()) {
            return HttpAnswer
                    .problem(503, ErrorCode.TOO_BUSY,
                            "Nothing was done, because there is no memory for this now. Try again.")
                    .with("Retry-After", "2");
        }
        if (taking.get() instanceof Queued taken) {
            return HttpAnswer.json(taken.isNew() ? 202 : 200, new Taken(taken.id(), body.key()));
        }
        return taking.get() instanceof Conflict conflict
                ? HttpAnswer.problem(409, ErrorCode.KEY_CONFLICT, conflict.why())
                : taking.get() instanceof PayloadTooLarge large
                        ? HttpAnswer.problem(413, ErrorCode.BODY_TOO_LARGE, large.why())
                        : invalid(((Unfit) taking.get()).why());
    }

    private static HttpAnswer invalid(String why) {
        return HttpAnswer.problem(422, ErrorCode.BODY_INVALID, why);
    }

    private HttpAnswer get(HttpCall call) throws SQLException {
        String push = call.parameter("name");
        String key = call.parameter("key");
        var found = entries.find(push, key, memory.together());
        int bytes = found.map(OutboxApi.Entry::payloadBytes).orElse(0);
        if (bytes <= memory.together() || bytes > memory.most() || !memory.take(bytes)) {
            return found.map(row -> HttpAnswer.json(200, json(row))).orElseGet(() -> HttpAnswer.problem(404,
                    ErrorCode.NOT_FOUND, "Nothing was pushed to " + push + " with this key."));
        }
        try {
            return HttpAnswer.json(200, json(entries.find(push, key, bytes).or(() -> found).orElseThrow()));
        } finally {
            memory.giveBack(bytes);
        }
    }

    private static Body read(byte[] bytes) throws IOException {
        String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        String key = null;
        String payload = null;
        Optional<Integer> company = Optional.empty();
        Optional<String> group = Optional.empty();
        var seen = new HashSet<String>();
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("The body is not a JSON object.");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (!seen.add(QuotedText.name(name))) {
                    throw new IOException("The body has the member " + QuotedText.name(name) + " twice.");
                }
                JsonToken value = parser.nextToken();
                switch (name) {
                    case "key" -> key = text(parser, value, name);
                    case "grp" -> group = value == JsonToken.VALUE_NULL
                            ? Optional.empty()
                            : Optional.of(text(parser, value, name));
                    case "company" ->
                        company = value == JsonToken.VALUE_NULL ? Optional.empty() : Optional.of(number(parser, value));
                    case "payload" -> payload = raw(parser, text);
                    default -> throw new IOException("The body has a member \"" + QuotedText.name(name)
                            + "\"; only key, payload, company and grp are expected.");
                }
            }
            if (parser.nextToken() != null) {
                throw new IOException("The body has more text after its end.");
            }
        }
        if (key == null || payload == null) {
            throw new IOException("The body lacks " + (key == null ? "key" : "payload") + ".");
        }
        return new Body(key, payload, company, group);
    }

    private static String text(JsonParser parser, JsonToken value, String name) throws IOException {
        if (value != JsonToken.VALUE_STRING) {
            throw new IOException("The member " + name + " is not a string.");
        }
        return parser.getText();
    }

    private static int number(JsonParser parser, JsonToken value) throws IOException {
        if (value != JsonToken.VALUE_NUMBER_INT || !parser.getNumberType().equals(JsonParser.NumberType.INT)) {
            throw new IOException("The member company is not the number of a company.");
        }
        return parser.getIntValue();
    }

    /** A value as it was written. */
    private static String raw(JsonParser parser, String text) throws IOException {
        int from = (int) parser.currentTokenLocation().getCharOffset();
        if (parser.currentToken().isScalarValue()) {
            throw new IOException("The payload is not a JSON object.");
        }
        parser.skipChildren();
        return text.substring(from, (int) parser.currentLocation().getCharOffset());
    }

    private static ObjectNode json(OutboxApi.Entry entry) {
        ObjectNode row = MAPPER.createObjectNode();
        Map<String, Optional<String>> columns = new LinkedHashMap<>(entry.columns());
        if (entry.get("payload").isEmpty()) {
            row.put("payload_bytes", entry.payloadBytes());
        }
        columns.forEach((name, value) -> {
            switch (name) {
                case "id", "company", "attempts", "payload", "result" ->
                    row.putRawValue(name, new com.fasterxml.jackson.databind.util.RawValue(value.orElse("null")));
                default -> row.put(name, value.orElse(null));
            }
        });
        return row;
    }
}
