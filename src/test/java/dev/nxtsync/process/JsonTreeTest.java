package dev.nxtsync.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

class JsonTreeTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST = 10;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9, 10, 11, 12, 4_000, 100_000, 1_000_000})
    void ofALongTextTheBeginningComesToBeAndAllElseIsAsItWas(int length) throws Exception {
        for (String each : new String[]{"x", "ö", "\u2028", "\ud83d\ude00"}) {
            String text = each.repeat(length);
            byte[] json = JSON.writeValueAsBytes(
                    JSON.createObjectNode().put("first", text).put("number", 7).put("after", "short"));
            try (var parser = JsonTree.beginnings(LONGEST,
                    JSON.getFactory().createParser(new ByteArrayInputStream(json)))) {
                JsonNode tree = parser.readValueAsTree();
                assertThat(tree.path("first").asText()).isEqualTo(text.substring(0, Math.min(LONGEST, text.length())));
                assertThat(tree.path("number").asInt()).isEqualTo(7);
                assertThat(tree.path("after").asText()).isEqualTo("short");
                assertThat(parser.nextToken()).isNull();
            }
        }
    }
}
