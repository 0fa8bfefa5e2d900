package dev.nxtsync.push;

import static dev.nxtsync.push.PushFixture.plan;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.config.Settings.Operation;

class PayloadTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{\"customer\": 1} | customer: there is no such field; did you mean customerNo?",
            "{\"customerNo\": 1.5} | customerNo: is a number; a whole number (Int) is expected",
            "{\"customerNo\": true} | customerNo: is true or false; a whole number (Int) is expected",
            "{\"amount\": \"x\"} | amount: is text; a number (Decimal) is expected",
            "{\"urgent\": 1} | urgent: is a number; true or false (Boolean) is expected",
            "{\"kind\": \"normal\"} | did you mean Normal?",
            "{\"orderLines\": [{}]} | orderLines[0].quantity: is missing",
            "{\"orderLines\": [{\"quantity\": null}]} | orderLines[0].quantity: must not be null",
            "{\"orderLines\": [7]} | orderLines[0]: is a number; an object is expected",
            "{\"customerNo\": 1, \"customerNo\": 2} | cannot be read as JSON: Duplicate",
            "{\"customerNo\": 1 | cannot be read as JSON",
            "{\"yourReference\": \"b\"} | carries the key, but has another value here",
            "{\"amount\": 1e200000000} | amount: is a number of more than 200 digits",
            "{\"amount\": 1e99999999999} | amount: is a number of more than 200 digits",
            "{\"amount\": -1e-99999999999} | amount: is a number of more than 200 digits",
            "{\"orderLines\": [{\"quantity\": 1}, {\"quantity\": 1e400}]} | orderLines[1].quantity: is a number of more than 200",
            "{\"unknown\": [[1e2147483648]]} | unknown[0][0]: is a number of more than 200 digits",
            "{\"amount\": \"NaN\"} | amount: is text; a number (Decimal) is expected",
            "{\"amount\": NaN} | cannot be read as JSON",
            "{\"customerNo\": -2147483649} | customerNo: is a number; a whole number (Int) is expected",
            "{\"customerNo\": 2147483648} | customerNo: is a number; a whole number (Int) is expected",
            "{\"customerNo\": -0.0} | customerNo: is a number; a whole number (Int) is expected",
            "{\"amount\": \"-1e-200000000\"} | amount: is text; a number (Decimal) is expected",
            "{\"customerNo\": 1e3} | customerNo: is a number; a whole number (Int) is expected",
            "{\"customerNo\": -9223372036854775808} | customerNo: is a number; a whole number (Int) is expected",
            "{\"customerNo\": 9223372036854775808} | customerNo: is a number; a whole number (Int) is expected",
            "{\"amount\": \"x\\u0000\"} | amount: has the character U+0000",
            "{\"orderLines\": [{\"quantity\": 1}, {\"quantity\": \"\\ud800\"}]} | orderLines[1].quantity: has a lone surrogate",
            "{\"x\\udc00y\": 1} | x?y: its name has a lone surrogate"})
    void whatDoesNotFitIsNamedWithItsPath(String payload, String why) {
        var reading = Payload.read(plan(Operation.CREATE, "yourReference"), "a", payload);
        assertThat(reading).isInstanceOf(Payload.FlawedPayload.class);
        assertThat(((Payload.FlawedPayload) reading).why()).contains(why);
    }

    @Test
    void fieldsAndDigitsStayAsTheyWereWrittenAndTheKeyComesLast() {
        assertThat(sound(Operation.CREATE, "yourReference", "a",
                "{\"urgent\": true, \"amount\": 12.500, \"customerNo\": 1}").values().toString())
                .isEqualTo("{\"urgent\":true,\"amount\":12.500,\"customerNo\":1,\"yourReference\":\"a\"}");
        assertThat(sound(Operation.CREATE, "yourReference", "a", "{\"yourReference\": \"a\", \"customerNo\": 1}")
                .values().toString()).as("or where the user has put it")
                .isEqualTo("{\"yourReference\":\"a\",\"customerNo\":1}");
        assertThat(sound(Operation.CREATE, "customerNo", "17", "{}").values().toString())
                .isEqualTo("{\"customerNo\":17}");
    }

    @Test
    void noNumberIsTooLargeToBeRefusedAtOnce() {
        for (String bomb : List.of("1e200000000", "1e-200000000", "9".repeat(300_000), "1e" + "9".repeat(300_000),
                "0." + "0".repeat(3_000_000) + "1")) {
            assertThat(flaw("customerNo", bomb, "{}"))
                    .contains("the key is not a whole number (Int), as the column customerNo needs");
            assertThat(flaw("amount", bomb, "{}"))
                    .contains("the key is not a number (Decimal), as the column amount needs");
            assertThat(flaw("yourReference", "a", "{\"amount\": \"" + bomb + "\"}"))
                    .contains("text; a number (Decimal) is expected");
            assertThat(flaw("yourReference", "a", "{\"amount\": " + bomb + "}"))
                    .contains("amount: is a number of more than 200 digits");
        }
        assertThat(flaw("yourReference", "a", "{\"x\": [" + "9".repeat(14_900_000) + "]}"))
                .contains("x[0]: is a number of more than 200 digits");
        assertThat(sound(Operation.CREATE, "amount", "1e3", "{}").values().toString()).isEqualTo("{\"amount\":1000}");
        assertThat(sound(Operation.CREATE, "amount", "1.50", "{}").values().toString()).isEqualTo("{\"amount\":1.50}");
        assertThat(sound(Operation.CREATE, "yourReference", "a", "{\"amount\": \"" + "9".repeat(200) + "\"}").values())
                .isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"-2147483648 | -2147483648", "2147483647 | 2147483647",
            "-0 | 0", "0 | 0"})
    void everyNumberThatAnIntHoldsIsSent(String written, String sent) {
        assertThat(sound(Operation.CREATE, "yourReference", "a", "{\"customerNo\": " + written + "}").values()
                .path("customerNo").toString()).isEqualTo(sent);
    }

    @ParameterizedTest
    @CsvSource({"1e199, 1E+199", "-0.0, 0.0", "1.0e-100, 1.0E-100", "12.500, 12.500"})
    void everyNumberOf200DigitsIsSent(String written, String sent) {
        assertThat(sound(Operation.CREATE, "yourReference", "a", "{\"amount\": " + written + "}").values()
                .path("amount").toString()).isEqualTo(sent);
    }

    @Test
    void whatIsWrongWithAPayloadWhateverTheSchemaSaysIsKnownBeforeIt() {
        assertThat(Payload.flaw("{\"a\": [{\"b\": \"\\ud83d\"}]}").orElseThrow().why())
                .contains("a[0].b: has a lone surrogate");
        assertThat(Payload.flaw("{\"a\": ").orElseThrow().why()).contains("cannot be read as JSON");
        assertThat(Payload.flaw("{\"a\": \"\\ud83d\\ude00\", \"anything\": 1}")).isEmpty();
    }

    @Test
    void whatATreeTakesIsKnownBeforeItIsBuilt() {
        assertThat(PayloadText.structure("{\"x\": \"" + "y".repeat(1_000_000) + "\"}")).as("a long text")
                .isLessThan(200);
        assertThat(PayloadText.structure("{\"x\": [" + "[],".repeat(1_000_000) + "[]]}")).as("lists")
                .isGreaterThan(20_000_000);
        assertThat(PayloadText.structure("{\"x\": [" + "[],".repeat(1_000_000) + "oh")).as("also of what ends badly")
                .isGreaterThan(20_000_000);
        assertThat(PayloadText.structure(names(1_000_000))).as("names").isGreaterThan(30_000_000);
    }

    @Test
    void aNameThatComesTwiceIsRefusedAndNamed() {
        assertThat(flaw("yourReference", "a", "{\"customerNo\": 1, \"customerNo\": 2}"))
                .isEqualTo("The payload cannot be read as JSON: Duplicate field 'customerNo'.");
        assertThat(flaw("yourReference", "a", "{\"orderLines\": [{\"quantity\": 1, \"quantity\": 2}]}"))
                .contains("Duplicate field 'quantity'");
    }

    @Test
    void ofAMillionFlawsSomeAreToldWithoutWorkOnTheOthers() {
        assertThat(flaw("yourReference", "a", names(1_000_000))).hasSizeLessThan(1_000)
                .contains("n0: there is no such field").contains("; and more");
        assertThat(flaw("yourReference", "a", "{\"" + "n".repeat(49_000) + "\": 1}")).hasSizeLessThan(1_000)
                .contains("nnn…: there is no such field");
    }

    private static String names(int many) {
        return IntStream.range(0, many).mapToObj(i -> "\"n" + i + "\":1").collect(joining(",", "{", "}"));
    }

    @Test
    void aRecordIsFoundByItsKeyColumnsWhichAreNotAmongTheChanges() {
        var payload = sound(Operation.UPDATE, "orderNo", "any", "{\"customerNo\": 2, \"orderNo\": 9}");
        assertThat(payload.identity().asKey().toString()).isEqualTo("{\"orderNo\":9}");
        assertThat(payload.changes().toString()).isEqualTo("{\"customerNo\":2}");
        assertThat(((Payload.FlawedPayload) Payload.read(plan(Operation.UPDATE, "orderNo"), "a", "{\"customerNo\": 1}"))
                .why()).contains("orderNo: is missing");
        assertThat(((Payload.FlawedPayload) Payload.read(plan(Operation.DELETE, "orderNo"), "a",
                "{\"orderNo\": 1, \"x\": 1}")).why()).contains("a delete takes only the columns");
    }

    @Test
    void rowsThatNameOneRecordHaveOneNameHoweverTheNumberIsWritten() {
        var one = sound(Operation.UPDATE, "amount", "a", "{\"amount\": 1.0, \"customerNo\": 1}").identity();
        var same = sound(Operation.UPDATE, "amount", "b", "{\"customerNo\": 2, \"amount\": 1.00}").identity();
        var text = sound(Operation.UPDATE, "amount", "c", "{\"customerNo\": 2, \"amount\": \"1\"}").identity();
        assertThat(one.record("order", 7)).isEqualTo(same.record("order", 7)).isNotEqualTo(one.record("order", 8))
                .isNotEqualTo(text.record("order", 7));
    }

    private static String flaw(String keyColumn, String key, String payload) {
        return ((Payload.FlawedPayload) Payload.read(plan(Operation.CREATE, keyColumn), key, payload)).why();
    }

    private static Payload sound(Operation operation, String keyColumn, String key, String payload) {
        return ((Payload.SoundPayload) Payload.read(plan(operation, keyColumn), key, payload)).payload();
    }
}
