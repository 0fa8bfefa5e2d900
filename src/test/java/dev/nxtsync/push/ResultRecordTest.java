package dev.nxtsync.push;

import static dev.nxtsync.push.PushFixture.plan;
import static dev.nxtsync.push.PushFixture.row;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.config.Settings.Operation;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.plan.PushPlan;

class ResultRecordTest {
    private static final PushPlan PLAN = plan(Operation.CREATE, "yourReference");

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{\"orderNo\": 9, \"yourReference\": \"a\", \"amount\": 3} | {\"orderNo\":9,\"yourReference\":\"a\"}",
            "{\"yourReference\": \"a\"} | {\"yourReference\":\"a\"}",
            "{\"orderNo\": 9, \"orderLines\": {\"items\": [{\"lineNo\": 1}]}} | {\"orderNo\":9,\"orderLines\":[{\"lineNo\":1}]}",
            "{\"orderNo\": 9, \"orderLines\": null} | {\"orderNo\":9}", "{} | {}"})
    void keysAndThoseOfChildrenAreKept(String record, String kept) {
        assertThat(ResultRecord.json(PLAN, Filters.parse(record))).isEqualTo(kept);
    }

    @Test
    void aPersonIsGivenTheKeysOfFiveRecords() {
        var records = IntStream.range(0, 7).mapToObj(i -> Filters.parse("{\"orderNo\": " + i + "}")).toList();
        assertThat(ResultRecord.names(PLAN, records))
                .isEqualTo("orderNo 0, orderNo 1, orderNo 2, orderNo 3, orderNo 4");
    }

    /** A result is what the server answered, or what an older version kept. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"{\"orderNo\": 9} | {orderNo=9}",
            "{\"orderNo\": null} | {orderNo=null}", "{\"lineNo\": 9} | {yourReference=\"k\"}",
            "{} | {yourReference=\"k\"}"})
    void aProcessingFindsTheRecordByItsPrimaryKeyOnceThatIsKnown(String result, String key) {
        OutboxRow row = row(1, "k", "{}", null).done(result, Optional.empty(), Optional.empty());
        var payload = ((Payload.SoundPayload) Payload.identify(PLAN, "k", "{}")).payload();
        assertThat(ResultRecord.key(PLAN, row, payload)).hasToString(key);
    }
}
