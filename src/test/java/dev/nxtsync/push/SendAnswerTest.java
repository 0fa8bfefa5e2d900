package dev.nxtsync.push;

import static dev.nxtsync.push.PushFixture.LIMITS;
import static dev.nxtsync.push.PushFixture.NOON;
import static dev.nxtsync.push.PushFixture.plan;
import static dev.nxtsync.push.PushFixture.row;
import static dev.nxtsync.push.PushFixture.sent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.config.Settings.Operation;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.push.outbox.MutationKind;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.OutboxRow.RowState;
import dev.nxtsync.push.outbox.RowTransition;
import dev.nxtsync.push.plan.PushPlan;

/** Of three rows, a, b and c, that were sent together. */
class SendAnswerTest {
    private static final Duration SOON = Duration.ofSeconds(1);

    /** What is answered for a create, and the states that follow. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{'affectedRows': 3, 'items': [{'yourReference': 'a'}, {'yourReference': 'b'}, {'yourReference': 'c'}]} | DONE DONE DONE",
            "{'affectedRows': 3, 'items': [{'yourReference': 'c'}, {'yourReference': 'a'}, {'yourReference': 'b'}]} | DONE DONE DONE",
            "{'affectedRows': 2, 'items': [{'yourReference': 'a'}, {'yourReference': 'c'}]} | DONE IN_DOUBT DONE",
            "{'affectedRows': 0, 'items': []} | IN_DOUBT IN_DOUBT IN_DOUBT", "{} | IN_DOUBT IN_DOUBT IN_DOUBT",
            "null | IN_DOUBT IN_DOUBT IN_DOUBT", "{'affectedRows': 3} | IN_DOUBT IN_DOUBT IN_DOUBT",
            "{'affectedRows': '3', 'items': [{}, {}, {}]} | DONE DONE DONE",
            "{'affectedRows': 3, 'items': [{'yourReference': 'A'}, {'yourReference': 'b'}, {'yourReference': 'c'}]} | DONE DONE DONE"})
    void aCreateIsDoneIfItsRecordOrAllOfThemAreAnswered(String part, String states) {
        assertThat(states(answer(Operation.CREATE).executed(data(part)))).isEqualTo(states);
    }

    @Test
    void aKeyThatComesBackChangedStopsThePushAndIsRemarkedOnItsRow() {
        var result = answer(Operation.CREATE).executed(data(
                "{'affectedRows': 3, 'items': [{'yourReference': 'A'}, {'yourReference': 'b'}, {'yourReference': 'c'}]}"));
        assertThat(result.changedKey()).hasValueSatisfying(
                why -> assertThat(why).contains("The key \"a\" came back as \"A\"").contains("KEY_COLUMN"));
        assertThat(after(result)).extracting(row -> row.error().isPresent()).containsExactly(true, false, false);
        assertThat(result.creator()).as("of those that came back as they were sent").isPresent();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"{'affectedRows': 3, 'items': []} | DONE DONE DONE",
            "{'affectedRows': 1, 'items': [{'orderNo': 2}]} | WAITING DONE WAITING",
            "{'affectedRows': 0, 'items': []} | WAITING WAITING WAITING",
            "{'affectedRows': 2, 'items': [{'orderNo': 2}]} | IN_DOUBT DONE IN_DOUBT",
            "{} | IN_DOUBT IN_DOUBT IN_DOUBT"})
    void anUpdateThatMatchedNoRecordIsPreparedAgain(String part, String states) {
        assertThat(states(answer(Operation.UPDATE).executed(data(part)))).isEqualTo(states);
    }

    @Test
    void anUpdateThatNeverMatchesIsDeadInTheEnd() {
        var result = answer(Operation.UPDATE, InDoubtTimes.MOST_SENDS)
                .executed(data("{'affectedRows': 0, 'items': []}"));
        assertThat(states(result)).isEqualTo("DEAD DEAD DEAD");
        assertThat(after(result).get(0).error().orElse("")).contains("(record_different)");
    }

    @Test
    void aDeleteIsDoneIfItSaysHowManyRecordsItDeleted() {
        ObjectNode data = Filters.object();
        data.putObject("useCompany").putObject("t0").put("affectedRows", 1);
        assertThat(states(answer(Operation.DELETE).executed(new Answer.Data(data, "", 1))))
                .isEqualTo("DONE IN_DOUBT IN_DOUBT");
    }

    @Test
    void whatWasNotExecutedWaitsAsBefore() {
        var result = answer(Operation.CREATE).notExecuted(new Failure.Throttled("slowly", "", SOON), row -> true);
        assertThat(states(result)).isEqualTo("WAITING WAITING WAITING");
        assertThat(result.failure()).as("others meet it too").isPresent();
        assertThat(after(result)).allSatisfy(row -> assertThat(row.sentAt()).isEmpty());
    }

    @Test
    void ofAnInvalidRequestHalvesAreSentAgainAndARowAloneIsDeadOnceTheSchemaWasReadAgain() {
        var invalid = new Failure.InvalidRequest("no such field", "", Set.of(), true);
        var several = answer(Operation.CREATE).notExecuted(invalid, row -> true);
        assertThat(states(several)).isEqualTo("WAITING WAITING WAITING");
        assertThat(after(several)).extracting(OutboxRow::atMost).containsOnly(Optional.of(2));
        assertThat(several.failure()).as("it is a row's").isEmpty();
        assertThat(after(alone().notExecuted(invalid, row -> false)).get(0).nextAt()).isPresent();
        assertThat(states(alone().notExecuted(invalid, row -> true))).isEqualTo("DEAD");
    }

    /** So long after it was sent, the errors name the row with this index. */
    @ParameterizedTest
    @CsvSource({"1, 1, true, 'false true false'", "1, -1, true, 'false false false'", "1, 7, true, 'false false false'",
            "58, 1, false, 'false false false'"})
    void anErrorInTimeSaysThatTheServerIsDoneAndPerhapsWhoseFaultItIs(int seconds, int index, boolean isAnswered,
            String blamed) {
        var fault = new Failure.Fault("no", Optional.empty(), index < 0 ? OptionalInt.empty() : OptionalInt.of(index));
        var result = answer(Operation.CREATE).inDoubt(new Failure.Rejected("no", "", List.of(fault)),
                Duration.ofSeconds(seconds));
        assertThat(states(result)).isEqualTo("IN_DOUBT IN_DOUBT IN_DOUBT");
        assertThat(result.failure().isEmpty()).isEqualTo(isAnswered);
        assertThat(after(result)).allMatch(row -> row.answered().isPresent() == isAnswered);
        assertThat(after(result).stream().map(row -> String.valueOf(row.blamed())).reduce((a, b) -> a + " " + b))
                .hasValue(blamed);
    }

    @Test
    void withoutAnAnswerRowsAreLookedForAfterTheTimeLimitAndSentAgainInHalvesThenAlone() {
        var lost = new Failure.InDoubt("gone", "", true, false);
        assertThat(after(answer(Operation.CREATE).inDoubt(lost, SOON))).extracting(OutboxRow::atMost, OutboxRow::nextAt)
                .containsOnly(tuple(Optional.of(2), Optional.of(NOON.plus(LIMITS.timeLimit()))));
        assertThat(after(answer(Operation.CREATE, 2).inDoubt(lost, SOON))).extracting(OutboxRow::atMost)
                .containsOnly(Optional.of(1));
    }

    private static SendAnswer answer(Operation operation) {
        return answer(operation, 1);
    }

    private static SendAnswer alone() {
        var plan = plan(Operation.CREATE, "yourReference");
        return of(plan, List.of(row(1, "a", "{}", null).about(MutationKind.CREATE, "ra", Optional.empty())), 1);
    }

    private static SendAnswer answer(Operation operation, int attempts) {
        var plan = plan(operation, operation == Operation.CREATE ? "yourReference" : "orderNo");
        MutationKind act = plan.fields().keySet().iterator().next();
        return of(plan,
                IntStream.rangeClosed(1, 3)
                        .mapToObj(i -> row(i, String.valueOf((char) ('a' + i - 1)),
                                operation == Operation.CREATE ? "{}" : "{\"orderNo\": " + i + "}", null)
                                .about(act, "r" + i, Optional.empty()))
                        .toList(),
                attempts);
    }

    private static SendAnswer of(PushPlan plan, List<OutboxRow> rows, int attempts) {
        var payloads = rows.stream()
                .map(each -> ((Payload.SoundPayload) Payload.identify(plan, each.key(), each.payload())).payload())
                .toList();
        return new SendAnswer(new Resolution(plan, Optional.of("isv_x"), 7, LIMITS), rows,
                rows.stream().map(each -> sent(each, attempts)).map(SendAnswerTest::sending).toList(), payloads, NOON);
    }

    private static OutboxRow sending(OutboxRow row) {
        return new OutboxRow(row.id(), row.key(), row.payload(), row.group(), RowState.SENDING, row.attempts(),
                row.step(), row.act(), row.record(), row.stamp(), row.sentAt(), Optional.empty(), Optional.empty(),
                false, row.atMost(), row.repeated(), 0, Optional.empty(), Optional.empty());
    }

    private static Answer.Data data(String part) {
        ObjectNode data = Filters.object();
        data.putObject("useCompany").set("t0", Filters.parse(part.replace('\'', '"')));
        return new Answer.Data(data, "", 1);
    }

    private static String states(SendResult result) {
        return after(result).stream().map(row -> row.state().name()).reduce((a, b) -> a + " " + b).orElse("");
    }

    private static List<OutboxRow> after(SendResult result) {
        return result.rows().stream().map(RowTransition::after).toList();
    }
}
