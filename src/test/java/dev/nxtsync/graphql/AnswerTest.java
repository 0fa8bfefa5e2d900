package dev.nxtsync.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;

/** How answers are read, and what each means. */
class AnswerTest {
    private static final String WHOLE = """
            {"data":{"useCompany":{"order":{"totalCount":2,"items":[{"orderNo":1,"name":"a","x":{"y":[1]}},{"orderNo":2,"name":null}],\
            "pageInfo":{"hasNextPage":true}}}},"extensions":{"vbnxt-trace-id":"abc","warnings":[{"message":"old"}]}}""";

    @Test
    void rowsAreHandedOnOneByOneAndTheRestIsKept() throws IOException {
        var rows = new ArrayList<String>();
        var envelope = read(WHOLE, rows);
        assertThat(rows).containsExactly("{\"orderNo\":1,\"name\":\"a\",\"x\":{\"y\":[1]}}",
                "{\"orderNo\":2,\"name\":null}");
        var table = envelope.data().path("useCompany").path("order");
        assertThat(table.path("items").asInt()).isEqualTo(2);
        assertThat(table.path("pageInfo").path("hasNextPage").asBoolean()).isTrue();
        assertThat(envelope.traceId()).isEqualTo("abc");
        assertThat(envelope.warnings()).hasSize(1);
    }

    @Test
    void anAnswerThatIsCutAtAnyByteIsNeverTakenForAWholeOne() {
        byte[] bytes = WHOLE.getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < bytes.length; length++) {
            var cut = new ByteArrayInputStream(bytes, 0, length);
            assertThatThrownBy(() -> Envelope.read(cut, Map.of("order", (RowSink) parser -> parser.skipChildren())))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void errorsCountWhetherTheyStandBeforeOrAfterTheData() throws IOException {
        String data = "\"data\":{\"useCompany\":{\"order\":{\"items\":[{\"orderNo\":1}]}}}";
        String errors = "\"errors\":[{\"message\":\"broken\"}]";
        assertThat(read("{" + data + "," + errors + "}", new ArrayList<>()).errors()).hasSize(1);
        assertThat(read("{" + errors + "," + data + "}", new ArrayList<>()).errors()).hasSize(1);
    }

    @Test
    void anAnswerOfMoreValuesThanThereIsMemoryForIsNotReadToItsEnd() {
        String lists = "[],".repeat(2_600_000);
        assertThatThrownBy(() -> read("{\"data\": {}, \"errors\": [" + lists + "[]]}", new ArrayList<>()))
                .isInstanceOf(BadAnswer.class).hasMessageContaining("more values beside its rows");
    }

    @Test
    void whatTheServerSaysOfErrorsIsCutAndInOneLine() throws IOException {
        String much = "one\\ntwo\\u001b[2J\\u2029" + "x".repeat(1_000_000);
        String error = "{\"message\": \"" + much + "\", \"path\": [\"useCompany\", \"" + much + "\", 3]}";
        var failure = FailureReader.ofErrors(new ObjectMapper().readTree("[" + error + "," + error + "]"),
                MissingNode.getInstance(), "", "t\u001b" + "x".repeat(1_000_000));
        assertThat(failure.traced(failure.message())).startsWith("one two [2J xxx").hasSizeLessThan(1_200)
                .doesNotContain("\u001b");
        assertThat(((Failure.Rejected) failure).faults()).allMatch(fault -> fault.message().length() <= 1_001)
                .allMatch(fault -> fault.alias().orElseThrow().length() <= 101);
        String answer = "{\"data\": {}, \"extensions\": {\"vbnxt-trace-id\": \"" + much + "\"}}";
        assertThat(read(answer, new ArrayList<>()).traceId()).startsWith("one two").hasSizeLessThan(102);
    }

    @ParameterizedTest
    @CsvSource({"401, unauthorized, RETRY", "429, throttled, WAIT", "500, in_doubt, LOOK_FIRST",
            "502, in_doubt, LOOK_FIRST", "504, in_doubt, LOOK_FIRST", "302, invalid_request, FIX",
            "404, invalid_request, FIX", "413, invalid_request, FIX"})
    void aStatusHasItsMeaning(int status, String code, Recovery next) {
        var failure = FailureReader.ofStatus(status, Optional.empty(), "trace");
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.next()).isEqualTo(next);
        assertThat(failure.traceId()).isEqualTo("trace");
    }

    @Test
    void aWaitThatTheServerAsksForIsKept() {
        var asked = Optional.of(Duration.ofSeconds(17));
        assertThat(FailureReader.ofStatus(429, asked, "").atLeast()).isEqualTo(asked.get());
        assertThat(FailureReader.ofStatus(503, asked, "").atLeast()).isEqualTo(asked.get());
        assertThat(FailureReader.ofStatus(429, Optional.empty(), "").atLeast()).isEqualTo(Duration.ofSeconds(5));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "[{\"message\":\"Company 1 has 60 requests in progress. Limit is 60.\",\"extensions\":{\"code\":\"OUTSTANDING_LIMIT_EXCEEDED\",\"limit\":60}}] | busy | WAIT",
            "[{\"message\":\"Error: Could not get authorize user using VismaNetCompanyId: 7. Description: External integration error. Status: 18.\"}] | forbidden_company | STOP",
            "[{\"message\":\"GraphQL.Validation.Errors.FieldsOnCorrectTypeError: Cannot query field 'x'\",\"extensions\":{\"code\":\"FIELDS_ON_CORRECT_TYPE\"}}] | invalid_request | FIX",
            "[{\"message\":\"something new\"}] | rejected | LOOK_FIRST",
            "[{\"message\":\"something new\"},{\"message\":\"x\",\"extensions\":{\"code\":\"OUTSTANDING_LIMIT_EXCEEDED\"}}] | busy | WAIT",
            "[{}] | rejected | LOOK_FIRST"})
    void anErrorHasItsMeaning(String errors, String code, Recovery next) throws IOException {
        var failure = FailureReader.ofErrors(new ObjectMapper().readTree(errors), MissingNode.getInstance(), "",
                "trace");
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.next()).isEqualTo(next);
        assertThat(failure.message()).isNotBlank();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "[{\"message\":\"x\",\"path\":[\"useCompany\",\"t1\",\"items\",0]}] | t1",
            "[{\"message\":\"GraphQL.Validation.\",\"locations\":[{\"line\":2,\"column\":9}]},{\"message\":\"x\",\"path\":[\"useCompany\",\"t1\"]}] | t0,t1",
            "[{\"message\":\"x\",\"path\":[\"useCompany\",\"t1\"]},{\"message\":\"who knows\"}] | ``",
            "[{\"message\":\"x\",\"locations\":[{\"line\":1,\"column\":9}]}] | ``",
            "[{\"message\":\"x\",\"locations\":[{\"line\":99,\"column\":9}]}] | ``"})
    void errorsNameTheTablesThatTheyAreAboutByPathOrLineOrNotAtAll(String errors, String aliases) throws IOException {
        var failure = FailureReader.ofErrors(new ObjectMapper().readTree(errors), MissingNode.getInstance(),
                "query q { useCompany(no: 1) {\nt0: order { items { x } }\nt1: product { items { x } }\n} }", "");
        assertThat(String.join(",", failure.aliases())).isEqualTo(aliases == null ? "" : aliases);
    }

    @Test
    void packedAnswersAreUnpackedAndTheirBytesOnTheWireCounted() throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(WHOLE.getBytes(StandardCharsets.UTF_8));
        }
        byte[] bytes = packed.toByteArray();
        var wire = new CountingBody(new ByteArrayInputStream(bytes));
        assertThat(Envelope.read(wire.unpacked("gzip"), Map.of()).traceId()).isEqualTo("abc");
        assertThat(wire.bytes()).isEqualTo(bytes.length);
        // behind the object itself come two bytes at most, and the sum
        for (int length = 0; length < bytes.length - 10; length++) {
            var cut = new CountingBody(new ByteArrayInputStream(bytes, 0, length));
            assertThatThrownBy(() -> Envelope.read(cut.unpacked("gzip"), Map.of())).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> new CountingBody(new ByteArrayInputStream(bytes)).unpacked("zstd"))
                .hasMessageContaining("not asked for");
    }

    @Test
    void allButTheRowsOfAnAnswerMayHaveEightMegabytesWhereverItStandsAndHoweverItIsPacked() throws IOException {
        String filling = "x".repeat(1000);
        for (String place : List.of("{\"errors\": [", "{\"extensions\": {\"warnings\": [", "{\"other\": [",
                "{\"data\": {\"useCompany\": {\"other\": [")) {
            var packed = new ByteArrayOutputStream();
            try (var gzip = new GZIPOutputStream(packed)) {
                gzip.write(place.getBytes(StandardCharsets.UTF_8));
                for (int i = 0; i < 9_000; i++) {
                    gzip.write(("{\"message\": \"" + filling + "\"},").getBytes(StandardCharsets.UTF_8));
                }
            }
            assertThat(packed.size()).as("a little that unpacks to much").isLessThan(100_000);
            var wire = new CountingBody(new ByteArrayInputStream(packed.toByteArray()));
            assertThatThrownBy(() -> Envelope.read(wire.unpacked("gzip"), Map.of())).isInstanceOf(BadAnswer.class)
                    .hasMessageContaining("longer than 8388608 bytes");
        }
        var taken = new int[1];
        String rows = String.join(",", java.util.Collections.nCopies(20_000, "{\"a\": \"" + filling + "\"}"));
        var envelope = Envelope.read(
                new ByteArrayInputStream(("{\"data\": {\"useCompany\": {\"order\": {\"items\": [" + rows + "]}}}}")
                        .getBytes(StandardCharsets.UTF_8)),
                Map.of("order", (RowSink) parser -> {
                    parser.skipChildren();
                    taken[0]++;
                }));
        assertThat(taken[0]).isEqualTo(20_000);
        assertThat(envelope.data().path("useCompany").path("order").path("items").asInt()).isEqualTo(20_000);
    }

    private static Envelope read(String text, List<String> rows) throws IOException {
        return Envelope.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                Map.of("order", (RowSink) parser -> rows.add(parser.readValueAsTree().toString())));
    }
}
