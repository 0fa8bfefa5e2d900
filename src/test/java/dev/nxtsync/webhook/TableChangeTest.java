package dev.nxtsync.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.nxtsync.inbox.EventKey;
import dev.nxtsync.inbox.RowChange;
import dev.nxtsync.tenant.Scope;
import dev.nxtsync.tenant.Tenant;

class TableChangeTest {

    @Test
    void aDocumentedEventIsReadWithSmallFirstLetters() {
        assertThat(read("""
                {"tableIdentifier": "OrderLine", "customerNo": 1111222, "companyNo": 1234567,
                 "primaryKeys": [{"OrderNo": 77}, {"LineNo": 2}], "event": "UPDATE",
                 "timestamp": "2026-09-07T08:17:38.3221987Z", "changedByUser": "isv_acme_sync"}"""))
                .contains(new TableChange("orderLine", Tenant.company(1234567),
                        new EventKey(List.of("orderNo", "lineNo"), "{\"lineNo\":2,\"orderNo\":77}"), RowChange.UPDATE,
                        true));
    }

    @Test
    void oneObjectOrSeveralAndAnyOrderAreTheSameKey() {
        String key = "{\"lineNo\":2,\"orderNo\":77}";
        assertThat(read(event("[{\"OrderNo\": 77, \"LineNo\": 2}]")).orElseThrow().key().json()).isEqualTo(key);
        assertThat(read(event("[{\"LineNo\": 2}, {\"OrderNo\": 77}]")).orElseThrow().key().json()).isEqualTo(key);
        assertThat(read(event("{\"lineNo\": 2, \"orderNo\": 77}")).orElseThrow().key().json()).isEqualTo(key);
    }

    @Test
    void largeNumbersAndAnyTextKeepTheirValue() {
        assertThat(read(event("[{\"Id\": 9223372036854775807}, {\"Text\": \"A'\\\"\\u0000å\\ud83d\"}]")).orElseThrow()
                .key().json()).isEqualTo("{\"id\":9223372036854775807,\"text\":\"A'\\\"\\u0000\\u00E5\\uD83D\"}");
    }

    @Test
    void tablesOfNoCompanyBelongToTheCustomer() {
        TableChange change = read(
                "{\"tableIdentifier\":\"User\",\"customerNo\":7,\"companyNo\":0,\"primaryKeys\":[{\"UserName\":\"kari\"}],\"event\":\"DELETE\"}")
                .orElseThrow();
        assertThat(change.tenant()).isEqualTo(new Tenant(Scope.CUSTOMER, 7));
        assertThat(change.stamped()).isFalse();
        assertThat(
                read("{\"tableIdentifier\":\"Order\",\"companyNo\":8,\"primaryKeys\":[{\"OrderNo\":1}]}").orElseThrow())
                .isEqualTo(new TableChange("order", Tenant.company(8),
                        new EventKey(List.of("orderNo"), "{\"orderNo\":1}"), RowChange.OTHER, false));
    }

    @Test
    void whatWouldBecomeALargeTreeIsNoEvent() {
        String event = event("[{\"OrderNo\": 1}]").strip();
        String begun = event.substring(0, event.length() - 1) + ", \"more\": [";
        assertThat(read(begun + "[],".repeat(1_000) + "[]]}")).isPresent();
        assertThat(read(begun + "[],".repeat(80_000) + "[]]}")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "null", "7", "\"x\"", "{}", "{\"tableIdentifier\":\"Order\"}",
            "{\"tableIdentifier\":\"Order\",\"companyNo\":1,\"primaryKeys\":[]}",
            "{\"tableIdentifier\":\"Order\",\"companyNo\":1,\"primaryKeys\":[7]}",
            "{\"tableIdentifier\":\"Order\",\"companyNo\":1,\"primaryKeys\":[{\"OrderNo\":null}]}",
            "{\"tableIdentifier\":\"Order\",\"companyNo\":1,\"primaryKeys\":[{\"OrderNo\":1.5}]}",
            "{\"tableIdentifier\":\"Order\",\"companyNo\":1,\"primaryKeys\":[{\"OrderNo\":[1]}]}",
            "{\"tableIdentifier\":\"Order\",\"companyNo\":1,\"primaryKeys\":[{\"Order No\":1}]}",
            "{\"tableIdentifier\":\"Or'der\",\"companyNo\":1,\"primaryKeys\":[{\"OrderNo\":1}]}",
            "{\"tableIdentifier\":7,\"companyNo\":1,\"primaryKeys\":[{\"OrderNo\":1}]}",
            "{\"tableIdentifier\":\"Order\",\"companyNo\":\"1\",\"primaryKeys\":[{\"OrderNo\":1}]}",
            "{\"tableIdentifier\":\"Order\",\"companyNo\":3000000000,\"primaryKeys\":[{\"OrderNo\":1}]}",
            "{\"tableIdentifier\":\"Order\",\"companyNo\":1,\"primaryKeys\":[{\"OrderNo\":1}]} {}"})
    void whatIsNoSuchEventIsNotRead(String body) {
        assertThat(read(body)).isEmpty();
    }

    @Test
    void monstersAreNotReadAndDoNoHarm() {
        assertThat(read("[".repeat(200_000))).isEmpty();
        assertThat(read(event("[{\"T\": \"" + "x".repeat(5_000) + "\"}]"))).isEmpty();
        assertThat(read(event("[{\"T\": 1" + "0".repeat(100_000) + "}]"))).isEmpty();
        assertThat(read(event("[{\"T\": 1" + "0".repeat(201) + "}]"))).isEmpty();
        assertThat(read(event("[{\"T\": \"" + "\u20ac".repeat(870) + "\"}]"))).as("longer than any key of an index")
                .isEmpty();
        assertThat(read(event("[{\"T\": \"" + "\u20ac".repeat(850) + "\"}]"))).isPresent();
        assertThat(read(event(IntStream.range(0, 1_000).mapToObj(i -> "{\"C" + i + "\": \"\"}").toList().toString())))
                .isEmpty();
        assertThat(TableChange.read(new byte[]{(byte) 0xff, (byte) 0xfe, 0, 1})).isEmpty();
    }

    private static String event(String keys) {
        return "{\"tableIdentifier\":\"Any\",\"companyNo\":1,\"event\":\"INSERT\",\"primaryKeys\":" + keys + "}";
    }

    private static Optional<TableChange> read(String body) {
        return TableChange.read(body.getBytes(StandardCharsets.UTF_8));
    }
}
