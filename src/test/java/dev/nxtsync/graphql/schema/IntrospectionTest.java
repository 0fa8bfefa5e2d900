package dev.nxtsync.graphql.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;

class IntrospectionTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ObjectNode data = JSON.createObjectNode();
    private final HashMap<String, Table> known = new HashMap<>();
    private final HashMap<String, Problem> refused = new HashMap<>();

    @ParameterizedTest
    @ValueSource(strings = {"orderNo } } mutation { order_delete(filter", "order-no", "1st", "", "a b", "\u00e5r",
            "a\nb", "x\u0000"})
    void aTableWithAFieldThatIsNoGraphQlNameIsRefusedByItsNameAndTheOthersAreKnown(String name) {
        table(0, "orderNo", name);
        table(1, "productNo", "description");
        read();
        assertThat(known).containsOnlyKeys("product");
        assertThat(refused).containsOnlyKeys("order");
        assertThat(refused.get("order").errorCode()).isEqualTo(ErrorCode.SCHEMA_REFUSED);
        assertThat(refused.get("order").message()).contains("The table order is not used").doesNotContain("mutation");
    }

    @Test
    void whatAFilterNamesIsAName() {
        table(0, "orderNo");
        table(1, "productNo");
        data.withObject("/filter1").putArray("inputFields").addObject().put("name", "a: {_eq: 1} }");
        read();
        assertThat(known).containsOnlyKeys("order");
        assertThat(refused).containsOnlyKeys("product");
    }

    @Test
    void aTableHasOnlySoManyFieldsAndANameOnlySoManyCharacters() {
        var names = new String[20_000];
        java.util.Arrays.setAll(names, i -> "column" + i);
        table(0, names);
        table(1, "c".repeat(256));
        read();
        assertThat(refused).containsOnlyKeys("order", "product");
        assertThat(refused.get("order").message()).contains("more than 10000 fields");
    }

    private void read() {
        Introspection.read(List.of("order", "product"), data, known, refused);
    }

    private void table(int index, String... names) {
        var fields = data.withObject("/row" + index).putArray("fields");
        for (String name : names) {
            fields.addObject().put("name", name).putObject("type").put("kind", "SCALAR").put("name", "Int");
        }
        data.withObject("/company" + index).put("name", "x");
    }
}
