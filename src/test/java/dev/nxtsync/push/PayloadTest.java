package dev.nxtsync.push;

import static dev.nxtsync.push.PushFixture.plan;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.config.Settings.Operation;

class PayloadTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{\"customer\": 1} | customer: there is no such field; did you mean customerNo?",
            "{\"customerNo\": 1.5} | customerNo: is a number that is no Int",
            "{\"customerNo\": true} | customerNo: is true or false that is no Int",
            "{\"amount\": \"x\"} | amount: is a text that is no Decimal",
            "{\"urgent\": 1} | urgent: is a number that is no Boolean",
            "{\"kind\": \"normal\"} | did you mean Normal?",
            "{\"orderLines\": [{}]} | orderLines[0].quantity: is missing",
            "{\"orderLines\": [{\"quantity\": null}]} | orderLines[0].quantity: must not be null",
            "{\"orderLines\": [7]} | orderLines[0]: is a number, not an object",
            "{\"customerNo\": 1, \"customerNo\": 2} | cannot be read as JSON: Duplicate",
            "{\"customerNo\": 1 | cannot be read as JSON",
            "{\"yourReference\": \"b\"} | carries the key, and is another value here"})
    void whatDoesNotFitIsNamedWithItsPath(String payload, String why) {
        var reading = Payload.read(plan(Operation.CREATE, "yourReference"), "a", payload);
        assertThat(reading).isInstanceOf(Payload.Flawed.class);
        assertThat(((Payload.Flawed) reading).why()).contains(why);
    }

    @Test
    void fieldsAndDigitsStayAsTheyWereWrittenAndTheKeyComesLast() {
        assertThat(sound(Operation.CREATE, "yourReference", "a",
                "{\"urgent\": true, \"amount\": 12.500, \"customerNo\": 1}").values().toString())
                .isEqualTo("{\"urgent\":true,\"amount\":12.500,\"customerNo\":1,\"yourReference\":\"a\"}");
        assertThat(sound(Operation.CREATE, "yourReference", "a", "{\"yourReference\": \"a\", \"customerNo\": 1}")
                .values().toString())
                .as("or where the user has put it").isEqualTo("{\"yourReference\":\"a\",\"customerNo\":1}");
        assertThat(sound(Operation.CREATE, "customerNo", "17", "{}").values().toString())
                .isEqualTo("{\"customerNo\":17}");
    }

    @Test
    void aRecordIsFoundByItsKeyColumnsWhichAreNotAmongTheChanges() {
        var payload = sound(Operation.UPDATE, "orderNo", "any", "{\"customerNo\": 2, \"orderNo\": 9}");
        assertThat(payload.identity().asKey().toString()).isEqualTo("{\"orderNo\":9}");
        assertThat(payload.changes().toString()).isEqualTo("{\"customerNo\":2}");
        assertThat(((Payload.Flawed) Payload.read(plan(Operation.UPDATE, "orderNo"), "a", "{\"customerNo\": 1}")).why())
                .contains("orderNo: is missing");
        assertThat(((Payload.Flawed) Payload.read(plan(Operation.DELETE, "orderNo"), "a", "{\"orderNo\": 1, \"x\": 1}"))
                .why())
                .contains("a delete takes only the columns");
    }

    @Test
    void rowsThatNameOneRecordHaveOneNameHoweverTheNumberIsWritten() {
        var one = sound(Operation.UPDATE, "amount", "a", "{\"amount\": 1.0, \"customerNo\": 1}").identity();
        var same = sound(Operation.UPDATE, "amount", "b", "{\"customerNo\": 2, \"amount\": 1.00}").identity();
        var text = sound(Operation.UPDATE, "amount", "c", "{\"customerNo\": 2, \"amount\": \"1\"}").identity();
        assertThat(one.record("order", 7)).isEqualTo(same.record("order", 7)).isNotEqualTo(one.record("order", 8))
                .isNotEqualTo(text.record("order", 7));
    }

    private static Payload sound(Operation operation, String keyColumn, String key, String payload) {
        return ((Payload.Sound) Payload.read(plan(operation, keyColumn), key, payload)).payload();
    }
}
