package dev.nxtsync.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.support.HostileServer;
import dev.nxtsync.tenant.Tenant;
import dev.nxtsync.token.AccessToken;
import dev.nxtsync.token.Tokens;
import dev.nxtsync.transport.HttpLine;
import dev.nxtsync.transport.NetworkFixture;

/** What becomes of an answer by its bytes on the wire. */
class ExchangeTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final String TOO_MANY = "HTTP/1.1 429 Too Many Requests\r\n";
    /** Long ago by our clock. */
    private static final String DATE = "Date: Wed, 21 Oct 2015 07:";
    private static final String JSON = "{\"data\":{\"useCompany\":{\"order\":{\"items\":[{\"orderNo\":1,\"name\":\"å€😀\"},"
            + "{\"orderNo\":2,\"name\":null}]}}},\"extensions\":{\"vbnxt-trace-id\":\"abc\"}}";
    private static final List<String> ROWS = List.of("1 å€😀", "2 null");
    private static final byte[] HANG_UP = {};
    private static final String WHOLE = "whole";
    /** The server is at work on it no more, so that no slot is kept. */
    private static final String ENDED = "in doubt, ended";
    private static final String LOST = "in doubt, lost";

    private final HostileServer server;
    private final HttpLine line;
    private final List<String> ofToken = new ArrayList<>();

    ExchangeTest() throws IOException {
        server = new HostileServer();
        line = new HttpLine(NetworkFixture.straight(), VERTX, server.url() + "/graphql", Duration.ofSeconds(10));
    }

    @AfterEach
    void close() throws IOException {
        line.close();
        server.close();
    }

    @AfterAll
    static void stop() throws Exception {
        VERTX.close().toCompletionStage().toCompletableFuture().get();
    }

    static Stream<Arguments> answers() throws IOException {
        byte[] json = bytes(JSON);
        byte[] packed = gzip(JSON);
        byte[] first = gzip(JSON.substring(0, 60));
        byte[] second = gzip(JSON.substring(60));
        return Stream.of(row("plain", WHOLE, sized(OK, json)),
                row("12 kB of headers", WHOLE, sized(OK + "X-Proxy: " + "p".repeat(12_000) + "\r\n", json)),
                row("60 kB of headers", WHOLE, sized(OK + ("X-Proxy: " + "p".repeat(5_990) + "\r\n").repeat(10), json)),
                row("more headers than we read", LOST, sized(OK + "X-Proxy: " + "p".repeat(70_000) + "\r\n", json)),
                row("a folded header", WHOLE, sized(OK + "X-Proxy: one\r\n two\r\n\tthree\r\n", json)),
                row("a header that is not ASCII", WHOLE, sized(OK + "X-Proxy: \u00e5\r\n", json)),
                row("100 before", WHOLE, interim("100 Continue"), sized(OK, json)),
                row("102 before", WHOLE, interim("102 Processing"), sized(OK, json)),
                row("102 in the same packet", WHOLE, join(interim("102 Processing"), sized(OK, json))),
                row("early hints before", WHOLE, bytes("HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"),
                        sized(OK, json)),
                row("many interim answers", WHOLE, interim("102 Processing"), interim("103 Early Hints"),
                        interim("102 Processing"), interim("199 Ours"), sized(OK, json)),
                row("an upgrade that nobody asked for", "invalid_request", bytes("HTTP/1.1 101 Switching\r\n\r\n"),
                        HANG_UP),
                row("gzip", WHOLE, sized(OK + "Content-Encoding: gzip\r\n", packed)),
                row("gzip in capitals", WHOLE, sized(OK + "Content-Encoding: GZIP\r\n", packed)),
                row("x-gzip in capitals", WHOLE, sized(OK + "Content-Encoding: X-GZip\r\n", packed)),
                row("identity", WHOLE, sized(OK + "Content-Encoding: Identity\r\n", json)),
                row("gzip in members", WHOLE, sized(OK + "Content-Encoding: gzip\r\n", join(first, second))),
                row("gzip in members with a pause between them", WHOLE,
                        bytes(OK + "Content-Encoding: gzip\r\nContent-Length: " + (first.length + second.length)
                                + "\r\n\r\n"),
                        first, second),
                row("gzip in members in chunks", WHOLE,
                        bytes(OK + "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"), chunk(first),
                        chunk(gzip("")), chunk(second), bytes("0\r\n\r\n")),
                row("gzip that is cut", ENDED,
                        sized(OK + "Content-Encoding: gzip\r\n", Arrays.copyOf(packed, packed.length / 2))),
                row("gzip of another content", ENDED, sized(OK + "Content-Encoding: gzip\r\n", damaged(packed))),
                row("gzip that is none", ENDED, sized(OK + "Content-Encoding: gzip\r\n", json)),
                row("packed as nobody asked for", ENDED, sized(OK + "Content-Encoding: zstd\r\n", packed)),
                row("in chunks", WHOLE, bytes(OK + "Transfer-Encoding: chunked\r\n\r\n"),
                        chunk(Arrays.copyOf(json, 20)), chunk(Arrays.copyOfRange(json, 20, json.length)),
                        bytes("0\r\n\r\n")),
                row("with a trailer", WHOLE, bytes(OK + "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"),
                        chunk(json), bytes("0\r\nX-Sum: 1\r\n\r\n")),
                row("chunks with extensions", WHOLE,
                        bytes(OK + "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(json.length)
                                + ";name=value\r\n"),
                        json, bytes("\r\n0\r\n\r\n")),
                row("no last chunk, but the object has ended", WHOLE, bytes(OK + "Transfer-Encoding: chunked\r\n\r\n"),
                        chunk(json), HANG_UP),
                row("broken in a chunk", LOST, bytes(OK + "Transfer-Encoding: chunked\r\n\r\n400\r\n{\"data\":"),
                        HANG_UP),
                row("a chunk of no size", LOST, bytes(OK + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"), HANG_UP),
                row("until the connection is closed", WHOLE, bytes(OK + "Connection: close\r\n\r\n"), json, HANG_UP),
                row("closed in mid-body, of no length", ENDED, bytes(OK + "Connection: close\r\n\r\n{\"data\":"),
                        HANG_UP),
                row("closed in mid-body", LOST,
                        bytes(OK + "Connection: close\r\nContent-Length: 100\r\n\r\n{\"data\":"), HANG_UP),
                row("closed behind the head", LOST, bytes(OK + "Content-Length: 100\r\n\r\n"), HANG_UP),
                row("closed in mid-head", LOST, bytes(OK + "Content-Le"), HANG_UP),
                row("closed at once", LOST, HANG_UP),
                row("longer than said", ENDED, join(bytes(OK + "Content-Length: 20\r\n\r\n"), json)),
                row("shorter than said, but the object has ended", WHOLE,
                        bytes(OK + "Content-Length: " + (json.length + 10) + "\r\n\r\n"), json, HANG_UP),
                row("a length that is none", LOST, bytes(OK + "Content-Length: many\r\n\r\n"), json),
                row("HTTP/1.0", WHOLE, bytes("HTTP/1.0 200 OK\r\n\r\n"), json, HANG_UP),
                row("HTTP/1.0 kept alive", WHOLE, sized("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n", json)),
                row("no words for the status", WHOLE, sized("HTTP/1.1 200 \r\n", json)),
                row("no HTTP at all", LOST, bytes("SSH-2.0-OpenSSH_9.9\r\n"), HANG_UP),
                row("a UTF-8 mark before it", WHOLE, sized(OK, bytes("\ufeff" + JSON))),
                row("UTF-16, big end first", WHOLE, sized(OK, JSON.getBytes(StandardCharsets.UTF_16BE))),
                row("UTF-16, little end first", WHOLE, sized(OK, JSON.getBytes(StandardCharsets.UTF_16LE))),
                row("UTF-16 with a mark", WHOLE, sized(OK, JSON.getBytes(StandardCharsets.UTF_16))),
                row("UTF-32", WHOLE, sized(OK, JSON.getBytes(Charset.forName("UTF-32BE")))),
                row("Latin-1", ENDED,
                        sized(OK, "{\"data\": {\"name\": \"\u00e5\"}}".getBytes(StandardCharsets.ISO_8859_1))),
                row("blanks around it", WHOLE, sized(OK, bytes("\r\n \t" + JSON + " \r\n\r\n"))),
                row("another object behind it", ENDED, sized(OK, bytes(JSON + "{\"errors\":[]}"))),
                row("a list", ENDED, sized(OK, bytes("[" + JSON + "]"))),
                row("HTML", ENDED, sized(OK + "Content-Type: text/html\r\n", bytes("<html>"))),
                row("nothing", ENDED, sized(OK, bytes(""))),
                row("204", ENDED, bytes("HTTP/1.1 204 No Content\r\n\r\n")),
                row("201 with an answer", WHOLE, sized("HTTP/1.1 201 Created\r\n", json)),
                row("GraphQL's own media type", WHOLE,
                        sized(OK + "Content-Type: application/graphql-response+json; charset=utf-8\r\n", json)),
                row("400 that says why", "invalid_request: no field order", sized(
                        "HTTP/1.1 400 Bad Request\r\nContent-Type: application/graphql-response+json\r\n",
                        bytes("{\"errors\":[{\"message\":\"no field order\",\"extensions\":{\"code\":\"VALIDATION\"}}]}"))),
                row("400 that says why in JSON", "invalid_request: no field order", sized(
                        "HTTP/1.1 400 Bad Request\r\nContent-Type: Application/JSON\r\n",
                        bytes("{\"errors\":[{\"message\":\"no field order\",\"extensions\":{\"code\":\"VALIDATION\"}}]}"))),
                row("400 with an object of a gateway", "invalid_request: Business NXT answered HTTP 400",
                        sized("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n",
                                bytes("{\"title\":\"no\"}"))),
                row("404 with HTML", "invalid_request: Business NXT answered HTTP 404",
                        sized("HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n", bytes("<html>"))),
                row("404 with JSON that is cut", "invalid_request: Business NXT answered HTTP 404",
                        sized("HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n", bytes("{\"err"))),
                row("429 until a date", "throttled PT7S",
                        sized(TOO_MANY + DATE + "28:00 GMT\r\nRetry-After" + DATE.substring(4) + "28:07 GMT\r\n",
                                bytes("slow down"))),
                row("429 for a fraction", "throttled PT1.5S",
                        sized(TOO_MANY + "Retry-After: 1.5\r\n", bytes("slow down"))),
                row("503 with a wait", "in_doubt PT9S",
                        sized("HTTP/1.1 503 Unavailable\r\nRetry-After: 9\r\n", bytes("back soon"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void anAnswerMeansWhatItsBytesSay(String name, String meaning, List<byte[]> parts) {
        server.answer("/graphql", parts);
        var rows = new ArrayList<String>();
        Answer answer = ask(rows, Duration.ofSeconds(10));
        if (answer instanceof Answer.Data data) {
            assertThat(meaning).isEqualTo(WHOLE);
            assertThat(ofToken).containsExactly("accepted");
            assertThat(rows).isEqualTo(ROWS);
            assertThat(data.traceId()).isEqualTo("abc");
        } else {
            var failure = (Failure) answer;
            String told = (failure instanceof Failure.InDoubt && failure.atLeast().isZero())
                    || failure instanceof Failure.Unreadable
                            ? failure.lost() ? LOST : ENDED
                            : failure.code()
                                    + (failure.atLeast().isZero() ? ": " + failure.message() : " " + failure.atLeast());
            assertThat(told).startsWith(meaning);
        }

        server.answer("/graphql", JSON);
        assertThat(ask(new ArrayList<>(), Duration.ofSeconds(10))).as("the next one").isInstanceOf(Answer.Data.class);
    }

    @Test
    void anAnswerThatFallsSilentIsLost() {
        // there is a connection then, so that the time is not over before anything is sent
        server.answer("/graphql", JSON);
        ask(new ArrayList<>(), Duration.ofSeconds(10));
        server.answer("/graphql", List.of(bytes(OK + "Content-Length: 1000\r\n\r\n"), bytes(JSON.substring(0, 40))));
        assertThat(ask(new ArrayList<>(), Duration.ofMillis(200))).isInstanceOfSatisfying(Failure.InDoubt.class,
                doubt -> assertThat(doubt.lost()).isTrue());
    }

    /** What stands in the place of the rows of one of two tables, and what is said of it. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "items: [{] | one: not JSON. It is row 1 of the page. It was being read for table order",
            "items: [{`orderNo`: 1}, {`orderNo`: 01}] | one: not JSON. It is row 2 of the page",
            "items: [{`orderNo`: 1}, {`name`: `\\x`}] | one: not JSON. It is row 2 of the page",
            "items: [{`orderNo`: 1}, {`name`: tru}] | one: not JSON",
            "items: [{`orderNo`: 1}, null, {`orderNo`: 3}] | one: something else in the place of a row. It is row 2 of the page",
            "items: [1, 2] | one: something else in the place of a row. It is row 1 of the page",
            "items: [[{`orderNo`: 1}]] | one: something else in the place of a row",
            "items: [{`orderNo`: 1}}] | one: not JSON",
            "items: [{`orderNo`: 1}], items: [{`orderNo`: 1}] | one: the rows of a table twice",
            "totalCount: 1e | one: not JSON", "totalCount: MANY | one: more values beside its rows",
            "items: [{`orderNo`: DEEP}] | one: not JSON. It is row 1 of the page"})
    void whatCannotBeReadOfAnAnswerIsOfTheTableThatItStandsIn(String place, String told) {
        String spoilt = place.replace('`', '"').replaceAll("(items|totalCount):", "\"$1\":")
                .replace("MANY", "9".repeat(5_000)).replace("DEEP", "[".repeat(5_000));
        server.answer("/graphql",
                "{\"data\":{\"useCompany\":{\"two\":{\"items\":[{\"orderNo\":7}]},\"one\":{" + spoilt + "}}}}");
        var failure = (Failure) ask(new ArrayList<>(), Duration.ofSeconds(10));
        assertThat(failure.errorCode()).isEqualTo(ErrorCode.ANSWER_UNREADABLE);
        assertThat(String.join(",", failure.aliases()) + ": " + failure.message()).contains(told.substring(0, 4))
                .contains(told.substring(5).strip());
        assertThat(failure.message()).contains("table order");
        assertThat(failure.mayBeTooLarge()).isTrue();
        assertThat(failure.lost()).isFalse();
    }

    static Stream<String> odd() {
        return Stream.of("9".repeat(5_000), "-0." + "0".repeat(1_000_000), "1e" + "9".repeat(1_001), "1E-999999999",
                "\"" + "x".repeat(1_000_000) + "\"", "\"" + "\\ud800".repeat(2_000) + "\"", nested("[", "", "]", 999),
                nested("[", "7", "]", 1_001), nested("[", "", "]", 90_000), nested("{\"a\":", "1", "}", 90_000),
                nested("[{\"a\":", "null", "}]", 40_000), "[" + "[],".repeat(200_000) + "{}]",
                "1, \"" + "n".repeat(60_000) + "\": 2");
    }

    private static String nested(String before, String middle, String behind, int times) {
        return before.repeat(times) + middle + behind.repeat(times);
    }

    @ParameterizedTest
    @MethodSource("odd")
    void aValueOfAnyShapeLeavesTheRowsAroundItReadable(String value) {
        String row = "{\"orderNo\": 1, \"odd\": " + value + "}";
        server.answer("/graphql", "{\"data\":{\"useCompany\":{\"one\":{\"items\":[" + row + ", {\"orderNo\": 2}]}}}}");
        var numbers = new ArrayList<String>();
        Answer answer = ask(parser -> {
            String no = "";
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean isNo = parser.currentName().equals("orderNo");
                parser.nextToken();
                no = isNo ? parser.getText() : no;
                parser.skipChildren();
            }
            numbers.add(no);
        }, Duration.ofSeconds(10));
        assertThat(answer).isInstanceOf(Answer.Data.class);
        assertThat(numbers).containsExactly("1", "2");
    }

    @Test
    void whatNestsDeepBesideTheRowsIsNoFaultUnlessThereIsNoMemoryForIt() {
        String rows = "{\"data\":{\"useCompany\":{\"one\":{\"items\":[{\"orderNo\": 1}], \"more\": ODD}}, \"other\": ODD}, "
                + "\"extensions\": ODD}";
        for (String part : List.of("{\"a\":", "[")) {
            String end = part.equals("[") ? "]" : "}";
            server.answer("/graphql", rows.replace("ODD", nested(part, "1", end, 20_000)));
            assertThat(ask(new ArrayList<>(), Duration.ofSeconds(10))).as(part).isInstanceOf(Answer.Data.class);
            server.answer("/graphql", rows.replace("ODD", nested(part, "1", end, 110_000)));
            assertThat(ask(new ArrayList<>(), Duration.ofSeconds(10))).as(part)
                    .isInstanceOfSatisfying(Failure.Unreadable.class, failure -> assertThat(failure.message())
                            .containsAnyOf("too long or nests too deep", "than fit into memory"));
        }
    }

    @Test
    void whatIsNoAnswerAtAllIsOfNoTableAndNotAskedForInParts() {
        for (String none : List.of("", "<html>", "[]", "null", "{\"data\": {}} {}", "{\"data\"",
                "{\"data\": {\"useCompany\": x")) {
            server.answer("/graphql", none);
            var failure = (Failure) ask(new ArrayList<>(), Duration.ofSeconds(10));
            assertThat(failure).as(none).isInstanceOf(Failure.Unreadable.class);
            assertThat(failure.aliases()).as(none).isEmpty();
            assertThat(failure.mayBeTooLarge()).as(none).isFalse();
        }
    }

    private Answer ask(List<String> rows, Duration deadline) {
        RowSink sink = parser -> {
            JsonNode row = parser.readValueAsTree();
            rows.add(row.path("orderNo").asText() + " " + row.path("name").asText());
        };
        return ask(sink, deadline);
    }

    private Answer ask(RowSink sink, Duration deadline) {
        return new Exchange(line, tokens(), deadline, new Warnings(new SimpleMeterRegistry()), false).ask(
                new AccessToken("secret", "", 0, Long.MAX_VALUE),
                Question.query("q", Tenant.company(1), false, List.of(Field.of("order", "x").as("one"))), bytes("{}"),
                Map.of("order", sink, "one", sink, "two", sink));
    }

    private Tokens tokens() {
        return new Tokens() {
            @Override
            public Current current() {
                throw new UnsupportedOperationException();
            }

            @Override
            public boolean waitsForPerson() {
                return false;
            }

            @Override
            public void rejected(AccessToken token) {
                ofToken.add("rejected");
            }

            @Override
            public void accepted(AccessToken token) {
                ofToken.add("accepted");
            }
        };
    }

    private static Arguments row(String name, String meaning, byte[]... parts) {
        return Arguments.of(name, meaning, List.of(parts));
    }

    private static byte[] interim(String status) {
        return bytes("HTTP/1.1 " + status + "\r\n\r\n");
    }

    private static byte[] sized(String head, byte[] body) {
        return join(bytes(head + "Content-Length: " + body.length + "\r\n\r\n"), body);
    }

    private static byte[] chunk(byte[] content) {
        return join(bytes(Integer.toHexString(content.length) + "\r\n"), content, bytes("\r\n"));
    }

    private static byte[] gzip(String text) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes(text));
        }
        return packed.toByteArray();
    }

    /** With another sum of its content. */
    private static byte[] damaged(byte[] packed) {
        byte[] damaged = packed.clone();
        damaged[packed.length - 8] ^= 1;
        return damaged;
    }

    private static byte[] join(byte[]... parts) {
        var joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
