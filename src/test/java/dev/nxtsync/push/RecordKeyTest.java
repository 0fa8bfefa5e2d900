package dev.nxtsync.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.graphql.Filters;

class RecordKeyTest {

    /** The server's own comparison takes more for the same than ours. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"1 | 1 | true", "1 | 1.0 | true", "1.50 | 1.5 | true",
            "1e2 | 100 | true", "1 | 2 | false", "1 | \"1\" | false", "\"a\" | \"a\" | true", "\"a\" | \"A\" | false",
            "\"a\" | \"a \" | false", "\"01\" | \"1\" | false", "\"é\" | \"e\" | false", "1 | null | false",
            "-0 | 0 | true"})
    void aRecordIsOfAKeyOnlyIfItHasExactlyThat(String sent, String there, boolean isOf) {
        var identity = identity("{\"no\": " + sent + "}");
        JsonNode record = Filters.parse("{\"no\": " + there + ", \"name\": 1}");
        assertThat(identity.isOf(record)).isEqualTo(isOf);
        assertThat(identity.in(Filters.parse("[{\"no\": \"x\"}, {\"no\": " + there + "}]")).isPresent())
                .isEqualTo(isOf);
        assertThat(identity.record("order", 7).equals(identity("{\"no\": " + there + "}").record("order", 7)))
                .as("one name").isEqualTo(isOf);
    }

    @Test
    void aRecordHasOneNameInWhateverOrderItsColumnsAreAndAnotherInEachTableAndCompany() {
        var identity = identity("{\"a\": 1, \"b\": \"x\"}");
        String name = identity.record("order", 7);
        assertThat(identity("{\"b\": \"x\", \"a\": 1}").record("order", 7)).isEqualTo(name);
        assertThat(identity.record("order", 8)).isNotEqualTo(name);
        assertThat(identity.record("product", 7)).isNotEqualTo(name);
        assertThat(identity("{\"a\": 1}").record("order", 7)).isNotEqualTo(name);
        assertThat(name).matches("[0-9a-f]{32}");
    }

    @Test
    void everyColumnOfTheKeyCounts() {
        var identity = identity("{\"a\": 1, \"b\": 2}");
        assertThat(identity.isOf(Filters.parse("{\"a\": 1, \"b\": 2}"))).isTrue();
        assertThat(identity.isOf(Filters.parse("{\"a\": 1, \"b\": 3}"))).isFalse();
        assertThat(identity.isOf(Filters.parse("{\"a\": 1}"))).isFalse();
        assertThat(identity).hasToString("a 1, b 2");
        assertThat(identity.asKey().toString()).isEqualTo("{\"a\":1,\"b\":2}");
    }

    private static RecordKey identity(String json) {
        var values = new LinkedHashMap<String, JsonNode>();
        Filters.parse(json).properties().forEach(each -> values.put(each.getKey(), each.getValue()));
        return new RecordKey(values);
    }
}
