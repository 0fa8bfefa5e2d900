package dev.nxtsync.operate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

import org.jspecify.annotations.Nullable;

import io.smallrye.common.annotation.Blocking;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.push.Acceptance;
import dev.nxtsync.push.PayloadMemory;
import dev.nxtsync.store.OutboxEntries;
import dev.nxtsync.store.OutboxEntries.Conflict;
import dev.nxtsync.store.OutboxEntries.Taken;
import dev.nxtsync.store.OutboxEntries.TooLarge;
import dev.nxtsync.store.OutboxEntries.Unfit;

/** The way into the outbox for those who do not write SQL. Closed without an operator key. */
@Singleton
@Blocking
@Path("/api/pushes/{name}")
@Produces(MediaType.APPLICATION_JSON)
public class PushResource {
    private static final JsonFactory JSON = JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Acceptance acceptance;
    private final OutboxEntries entries;
    private final PayloadMemory memory;
    private final OperatorKey operator;

    PushResource(Acceptance acceptance, OutboxEntries entries, PayloadMemory memory, OperatorKey operator) {
        this.acceptance = acceptance;
        this.entries = entries;
        this.memory = memory;
        this.operator = operator;
    }

    /** What a body asks for; the payload as it was written. */
    private record Body(String key, String payload, Optional<Integer> company, Optional<String> group) {}

    @POST
    public Response post(@PathParam("name") String name, @HeaderParam(OperatorKey.HEADER) @Nullable String key,
            byte[] bytes) {
        var refusal = refusal(name, key);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        try {
            Body body = read(bytes);
            var taking = acceptance.take(name, body.key(), body.payload(), body.company(), body.group());
            if (taking instanceof Taken taken) {
                var answer = MAPPER.createObjectNode().put("id", taken.id()).put("key", body.key());
                return Response.status(taken.isNew() ? 202 : 200).entity(answer.toString()).build();
            }
            return taking instanceof Conflict conflict
                    ? Answers.error(409, conflict.why())
                    : taking instanceof TooLarge large
                            ? Answers.error(413, large.why())
                            : Answers.error(422, ((Unfit) taking).why());
        } catch (JsonProcessingException e) {
            return Answers.error(422, "The body is not what is expected: "
                    + e.getOriginalMessage().lines().findFirst().orElse("").replaceAll(", from `[^`]*`", "")
                    + ". Write {\"key\": \"…\", \"payload\": {…}, \"company\": 1234567, \"grp\": \"…\"}; the last two may be left out.");
        } catch (CharacterCodingException e) {
            return Answers.error(422, "The body is not UTF-8.");
        } catch (IOException e) {
            return Answers.error(422, String.valueOf(e.getMessage()));
        } catch (SQLException e) {
            return Answers.away();
        }
    }

    @GET
    @Path("/{key}")
    public Response get(@PathParam("name") String name, @PathParam("key") String entry,
            @HeaderParam(OperatorKey.HEADER) @Nullable String key) {
        var refusal = refusal(name, key);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        try {
            var found = entries.find(name, entry, memory.together());
            int bytes = found.map(OutboxEntries.Entry::payloadBytes).orElse(0);
            if (bytes <= memory.together() || bytes > memory.most() || !memory.take(bytes)) {
                return found.map(row -> Response.ok(json(row)).build()).orElseGet(
                        () -> Answers.error(404, "Nothing was pushed to " + name + " with this key."));
            }
            try {
                return Response.ok(json(entries.find(name, entry, bytes).or(() -> found).orElseThrow())).build();
            } finally {
                memory.giveBack(bytes);
            }
        } catch (SQLException e) {
            return Answers.away();
        }
    }

    private Optional<Response> refusal(String name, @Nullable String key) {
        return operator.refusal(key).or(() -> acceptance.isKnown(name)
                ? Optional.empty()
                : Optional.of(Answers.error(404, "There is no push of this name.")));
    }

    private static Body read(byte[] bytes) throws IOException {
        String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        String key = null;
        String payload = null;
        Optional<Integer> company = Optional.empty();
        Optional<String> group = Optional.empty();
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("The body is not a JSON object.");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (name) {
                    case "key" -> key = text(parser, value, name);
                    case "grp" -> group = value == JsonToken.VALUE_NULL
                            ? Optional.empty()
                            : Optional.of(text(parser, value, name));
                    case "company" -> company = value == JsonToken.VALUE_NULL
                            ? Optional.empty()
                            : Optional.of(number(parser, value));
                    case "payload" -> payload = raw(parser, text);
                    default -> throw new IOException("The body has a member \"" + name
                            + "\", which is none of key, payload, company and grp.");
                }
            }
            if (parser.nextToken() != null) {
                throw new IOException("The body goes on after its end.");
            }
        }
        if (key == null || payload == null) {
            throw new IOException("The body lacks " + (key == null ? "key" : "payload") + ".");
        }
        return new Body(key, payload, company, group);
    }

    private static String text(JsonParser parser, JsonToken value, String name) throws IOException {
        if (value != JsonToken.VALUE_STRING) {
            throw new IOException("The member " + name + " is not a text.");
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

    private static String json(OutboxEntries.Entry entry) {
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
        return row.toString();
    }
}
