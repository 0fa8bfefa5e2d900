package dev.nxtsync.push;

import static dev.nxtsync.push.PushFixture.plan;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.config.Settings.Operation;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.push.plan.PushPlan;
import dev.nxtsync.push.plan.PushPlan.Child;

class RecordComparisonTest {
    private static final PushPlan PLAN = plan(Operation.CREATE, "yourReference");

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"1 | 1 | true", "1.50 | 1.5 | true",
            "1.5 | \"1.50\" | true", "1 | 2 | false", "\"a\" | \"a\" | true", "\"a\" | \"A\" | false",
            "null | 0 | true", "null | \"\" | true", "\"\" | null | true", "0 | null | true", "0.00 | \"\" | true",
            "0 | \"0\" | false", "true | true | true", "true | false | false", "1 | null | false",
            "\"x\" | null | false"})
    void aValueIsAsItWasSentAlsoIfItIsWrittenOtherwise(String sent, String there, boolean isAsSent) {
        var payload = payload("{\"amount\": " + sent + "}", Operation.UPDATE);
        assertThat(RecordComparison.isAsSent(payload, Filters.parse("{\"amount\": " + there + ", \"orderNo\": 5}")))
                .isEqualTo(isAsSent);
        assertThat(RecordComparison.isAsSent(payload, Filters.parse("{\"orderNo\": 5}"))).as("not read").isFalse();
    }

    @ParameterizedTest
    @CsvSource({"isv_x, isv_x, true", "isv_x, ISV_X, true", "isv_x, ola, false", "isv_x, '', false",
            "'', isv_x, false"})
    void aRecordIsOursOnlyIfItSaysSo(String creator, String by, boolean isOurs) {
        var why = new RecordComparison(PLAN, Optional.of(creator).filter(name -> !name.isEmpty())).unlike(
                payload("{\"customerNo\": 5}", Operation.CREATE),
                Filters.parse("{\"yourReference\": \"k\", \"createdByUser\": \"" + by + "\"}"));
        assertThat(why.isEmpty()).isEqualTo(isOurs);
        assertThat(why.orElse("created by")).contains("created by");
    }

    @ParameterizedTest
    @CsvSource({"2, 2, ''", "2, 1, 'it has 1 of the 2 orderLines'", "1, 2, 'it has 2 of the 1 orderLines'",
            "2, 0, 'it has 0 of the 2 orderLines'", "0, 3, ''"})
    void aRecordIsWholeIfItHasAsManyChildrenAsWereSent(int sent, int there, String why) {
        var payload = payload("{\"orderLines\": [" + list("{\"quantity\": 1}", sent) + "]}", Operation.CREATE);
        var record = Filters.parse("{\"orderLines\": {\"items\": [" + list("{\"lineNo\": 1}", there) + "]}}");
        assertThat(new RecordComparison(PLAN, Optional.empty()).incomplete(payload, record).orElse("")).startsWith(why)
                .matches(text -> !text.isEmpty() || why.isEmpty());
    }

    @Test
    void childrenThatCannotBeReadBackAreNeverTakenForWhole() {
        var blind = new PushPlan(PLAN.push(), PLAN.table(), PLAN.fields(), PLAN.inputs(),
                java.util.Map.of("orderLines", new Child(Optional.empty(), java.util.List.of("__typename"))),
                PLAN.key(), PLAN.returning(), PLAN.then(), PLAN.creator());
        var payload = payload("{\"orderLines\": [{\"quantity\": 1}]}", Operation.CREATE);
        assertThat(new RecordComparison(blind, Optional.empty()).incomplete(payload, Filters.parse("{}")))
                .hasValue("it cannot be read whether all of its orderLines are there");
    }

    private static String list(String item, int times) {
        return String.join(", ", java.util.Collections.nCopies(times, item));
    }

    private static Payload payload(String text, Operation operation) {
        var plan = operation == Operation.CREATE ? PLAN : plan(operation, "orderNo");
        String whole = operation == Operation.CREATE ? text : text.replaceFirst("\\{", "{\"orderNo\": 5, ");
        return ((Payload.SoundPayload) Payload.identify(plan, "k", whole)).payload();
    }
}
