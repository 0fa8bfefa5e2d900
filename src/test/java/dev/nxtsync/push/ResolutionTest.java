package dev.nxtsync.push;

import static dev.nxtsync.push.PushFixture.LIMITS;
import static dev.nxtsync.push.PushFixture.NOON;
import static dev.nxtsync.push.PushFixture.plan;
import static dev.nxtsync.push.PushFixture.row;
import static dev.nxtsync.push.PushFixture.sent;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.config.Settings.Operation;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.push.outbox.MutationKind;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.OutboxRow.RowState;

class ResolutionTest {
    private static final String ORDER = "{\"customerNo\": 5, \"orderLines\": [{\"quantity\": 1}, {\"quantity\": 2}]}";
    private static final String WHOLE = "{'orderNo': 9, 'yourReference': 'a', 'createdByUser': 'isv_x', 'orderLines': {'items': [{'lineNo': 1}, {'lineNo': 2}]}}";

    @Test
    void aCreateInDoubtThatIsFoundWholeIsAdoptedWithItsNumbers() {
        OutboxRow done = create(sent(row(1, "a", ORDER, null), 1), at(60), WHOLE);
        assertThat(done.state()).isEqualTo(RowState.DONE);
        assertThat(done.result())
                .hasValue("{\"orderNo\":9,\"yourReference\":\"a\",\"orderLines\":[{\"lineNo\":1},{\"lineNo\":2}]}");
        assertThat(done.nextAt()).as("sent once, so that there is nothing to count").isEmpty();
    }

    @Test
    void aRecordOfSomebodyElseOrWithAnotherKeyOrWithTooFewChildrenIsAPersonsMatter() {
        OutboxRow doubtful = sent(row(1, "a", ORDER, null), 1);
        assertThat(create(doubtful, at(60), WHOLE.replace("isv_x", "ola")).error())
                .hasValueSatisfying(why -> assertThat(why).contains("created by \"ola\""));
        assertThat(create(doubtful, at(60), WHOLE.replace("'a'", "'A'")).error())
                .hasValueSatisfying(why -> assertThat(why).contains("not exactly the same"));
        assertThat(create(doubtful, at(60), WHOLE.replace("{'lineNo': 1}, ", "")).error())
                .hasValueSatisfying(why -> assertThat(why).contains("1 of the 2 orderLines"));
        assertThat(create(doubtful, at(60), WHOLE, WHOLE.replace("9", "10")).error())
                .hasValueSatisfying(why -> assertThat(why).contains("There are 2 records"));
        Stream.of(WHOLE.replace("isv_x", "ola"), WHOLE.replace("'a'", "'A'"))
                .forEach(record -> assertThat(create(doubtful, at(60), record).state()).isEqualTo(RowState.DEAD));
    }

    @Test
    void whatDoesNotFitIntoMemoryStaysInDoubtAsLongAsItsRequestMayBeCarriedOut() {
        var verdict = new Resolution(plan(Operation.CREATE, "yourReference"), Optional.of("isv_x"), 7, LIMITS);
        OutboxRow doubtful = sent(row(1, "a", ORDER, null), 1);
        OutboxRow kept = verdict.unreadable(doubtful, "Too large.", at(60));
        assertThat(kept.state()).isEqualTo(RowState.IN_DOUBT);
        assertThat(kept.error()).hasValueSatisfying(why -> assertThat(why).contains("too_large_for_memory"));
        Instant last = LIMITS.last(doubtful.sentAt().orElseThrow());
        assertThat(kept.nextAt()).hasValue(last);
        assertThat(verdict.unreadable(kept, "Too large.", last).state()).isEqualTo(RowState.DEAD);
    }

    @Test
    void aProcessingThatCannotBeSeenStaysInDoubtAsLongAsItMayStillRun() {
        var verdict = new Resolution(PushFixture.processed(plan(Operation.CREATE, "yourReference"), Optional.empty()),
                Optional.of("isv_x"), 7, LIMITS);
        OutboxRow doubtful = sent(row(1, "a", ORDER, null), 1);
        Instant last = NOON.plus(LIMITS.repeatAfter());
        OutboxRow kept = verdict.unseen(doubtful, at(60));
        assertThat(kept.state()).isEqualTo(RowState.IN_DOUBT);
        assertThat(kept.nextAt()).hasValue(last);
        assertThat(kept.error())
                .hasValueSatisfying(why -> assertThat(why).contains("finishOrder").contains("processing_failed"));
        assertThat(verdict.unseen(kept, last).state()).isEqualTo(RowState.DEAD);
        OutboxRow answered = doubtful.answered("No.", false, 1, at(1));
        assertThat(verdict.unseen(answered, at(60)).state()).as("the server is done with it").isEqualTo(RowState.DEAD);
    }

    @Test
    void aRowThatIsDeadForItsProcessingStaysDeadThoughItsRecordIsThere() {
        var verdict = new Resolution(PushFixture.processed(plan(Operation.CREATE, "yourReference"), Optional.empty()),
                Optional.of("isv_x"), 7, LIMITS);
        OutboxRow created = row(1, "a", ORDER, null).about(MutationKind.CREATE, "r", Optional.empty());
        OutboxRow dead = sent(created.then("{}"), 1).dead(ErrorCode.PROCESSING_FAILED, "It failed.",
                Optional.of(at(1860)));
        OutboxRow looked = verdict.after(dead, payload(verdict, created), List.of(json(WHOLE)), at(1860));
        assertThat(looked.state()).isEqualTo(RowState.DEAD);
        assertThat(looked.error()).isEqualTo(dead.error());
        assertThat(looked.nextAt()).as("looked at for the last time").isEmpty();
        OutboxRow refused = sent(created, 1).dead(ErrorCode.RECORD_REFUSED, "No.", Optional.of(at(1860)));
        assertThat(verdict.after(refused, payload(verdict, created), List.of(json(WHOLE)), at(1860)).state())
                .as("a record that was refused, and is there").isNotEqualTo(RowState.DEAD);
    }

    /** What the server may still be at work on when it is dead waits when it is retried. */
    @Test
    void aRowThatIsRetriedWaitsOnlyIfTheServerMayStillBeAtWorkOnIt() {
        OutboxRow create = row(1, "a", ORDER, null).about(MutationKind.CREATE, "r", Optional.empty());
        OutboxRow update = create.about(MutationKind.UPDATE, "r", Optional.of("2026-11-24 12:00:00.1"));
        OutboxRow bare = create.about(MutationKind.UPDATE, "r", Optional.of(""));
        assertThat(retriedWaits(sent(create, 1), at(60))).hasValue(at(118));
        assertThat(retriedWaits(sent(create, 1), at(1800))).hasValue(at(1860));
        assertThat(retriedWaits(sent(create, 1), at(1860))).as("nothing is expected any more").isEmpty();
        assertThat(retriedWaits(sent(create, 1).answered("No.", true, 1, at(1)), at(60))).as("answered").isEmpty();
        assertThat(retriedWaits(sent(update, 1), at(60))).as("guarded by its stamp").isEmpty();
        assertThat(retriedWaits(sent(bare, 1), at(60))).as("without a stamp").isPresent();
        assertThat(retriedWaits(sent(create, 1).waiting(), at(60))).as("never in doubt").isEmpty();
        assertThat(retriedWaits(create, at(60))).as("never sent").isEmpty();
    }

    /** As the database has it after a person's retry. */
    private static Optional<Instant> retriedWaits(OutboxRow row, Instant now) {
        OutboxRow dead = row.dead(ErrorCode.RECORD_DIFFERENT, "no", Optional.empty());
        OutboxRow retried = new OutboxRow(dead.id(), dead.key(), dead.payload(), dead.group(), RowState.WAITING,
                dead.attempts(), dead.step(), dead.act(), dead.record(), Optional.empty(), dead.sentAt(),
                Optional.empty(), Optional.empty(), false, Optional.empty(), dead.repeated(), dead.looks(),
                dead.result(), Optional.empty());
        return verdict(Operation.UPSERT, "yourReference").notBefore(retried, now);
    }

    @Test
    void whatIsNotFoundIsLookedForAtGrowingIntervalsUntilItIsSentAgainAndNeverBefore() {
        OutboxRow row = sent(row(1, "a", ORDER, null), 1);
        var looks = new ArrayList<Long>();
        Instant now = at(59);
        while (row.state() == RowState.IN_DOUBT) {
            looks.add(Duration.between(NOON, now).toSeconds());
            row = create(row, now);
            now = row.nextAt().orElse(now);
        }
        assertThat(looks).containsExactly(59L, 118L, 236L, 472L, 944L, 1860L);
        assertThat(row.state()).isEqualTo(RowState.WAITING);
        assertThat(now).isEqualTo(NOON.plus(LIMITS.repeatAfter()));
    }

    @Test
    void aRowThatIsNeverFoundIsSentSoManyTimesAndThenAPersonIsTold() {
        assertThat(create(sent(row(1, "a", ORDER, null), InDoubtTimes.MOST_SENDS - 1), at(1861)).state())
                .isEqualTo(RowState.WAITING);
        assertThat(create(sent(row(1, "a", ORDER, null), InDoubtTimes.MOST_SENDS), at(1861)).state())
                .isEqualTo(RowState.DEAD);
    }

    @Test
    void anErrorThatCanOnlyBeAboutTheRowMakesItDeadAtOnceAndItIsLookedForOnceMore() {
        OutboxRow blamed = sent(row(1, "a", ORDER, null), 1).answered("Customer no. 5 does not exist.", true, 1, at(1));
        OutboxRow dead = create(blamed, at(1));
        assertThat(dead.state()).isEqualTo(RowState.DEAD);
        assertThat(dead.error()).hasValue("Customer no. 5 does not exist. (record_refused)");
        assertThat(dead.nextAt()).hasValue(NOON.plus(LIMITS.repeatAfter()));
        assertThat(create(dead, at(1860)).nextAt()).as("not there").isEmpty();
        assertThat(create(dead, at(1860), WHOLE).state()).as("there after all").isEqualTo(RowState.DONE);
        assertThat(create(blamed, at(1), WHOLE).state()).as("there in spite of the error").isEqualTo(RowState.DONE);
    }

    @Test
    void theOthersOfARequestThatWasAnsweredWithAnErrorAreLookedForTwiceAndSentAgainInHalves() {
        OutboxRow other = sent(row(1, "a", ORDER, null), 1).answered("One of them is wrong.", false, 8, at(1));
        OutboxRow once = create(other, at(1));
        assertThat(once.state()).isEqualTo(RowState.IN_DOUBT);
        assertThat(once.nextAt()).hasValue(at(60));
        OutboxRow twice = create(once, at(60));
        assertThat(twice.state()).isEqualTo(RowState.WAITING);
        assertThat(twice.atMost()).hasValue(8);
    }

    @Test
    void aKeyThatWasSentTwiceIsCountedTwiceAndTwoRecordsAreADuplicate() {
        OutboxRow done = create(sent(row(1, "a", ORDER, null), 2), at(60), WHOLE);
        assertThat(done.nextAt()).hasValue(NOON.plus(LIMITS.repeatAfter()).plus(LIMITS.timeLimit()));
        OutboxRow again = create(done, done.nextAt().orElseThrow(), WHOLE);
        assertThat(again.nextAt()).hasValue(NOON.plus(LIMITS.repeatAfter().plus(LIMITS.timeLimit()).multipliedBy(2)));
        assertThat(create(again, again.nextAt().orElseThrow(), WHOLE).nextAt()).isEmpty();
        OutboxRow two = create(again, again.nextAt().orElseThrow(), WHOLE, WHOLE.replace("9", "10"));
        assertThat(two.state()).isEqualTo(RowState.DONE);
        assertThat(two.error()).hasValueSatisfying(why -> assertThat(why).startsWith("duplicate: there are 2 records")
                .contains("\"a\"").contains("orderNo 9, orderNo 10"));
        assertThat(two.nextAt()).isEmpty();
    }

    @Test
    void beforeTheFirstSendARecordThatIsThereGoesToAPersonAndBeforeALaterOneItIsAdopted() {
        var verdict = verdict(Operation.CREATE, "yourReference");
        OutboxRow fresh = row(1, "a", ORDER, null);
        assertThat(verdict.before(fresh, payload(verdict, fresh), List.of(json(WHOLE))).state())
                .isEqualTo(RowState.DEAD);
        OutboxRow sent = sent(fresh, 1).waiting();
        assertThat(verdict.before(sent, payload(verdict, sent), List.of(json(WHOLE))).state()).isEqualTo(RowState.DONE);
        assertThat(verdict.before(fresh, payload(verdict, fresh), List.of()).act()).hasValue(MutationKind.CREATE);
    }

    @Test
    void anUpdateIsRepeatedOnlyWhileTheStampIsStillTheOneThatWasRead() {
        var verdict = verdict(Operation.UPDATE, "orderNo");
        OutboxRow row = row(1, "u", "{\"orderNo\": 9, \"customerNo\": 6, \"yourReference\": \"\"}", null);
        String record = "{'orderNo': 9, 'customerNo': 5, 'yourReference': null, 'changedTimestamp': '2026-11-24 12:00:00.1'}";
        OutboxRow ready = verdict.before(row, payload(verdict, row), List.of(json(record)));
        assertThat(ready.stamp()).hasValue("2026-11-24 12:00:00.1");
        OutboxRow doubtful = sent(ready, 1);
        assertThat(verdict.after(doubtful, payload(verdict, row), List.of(json(record)), at(60)).state())
                .isEqualTo(RowState.IN_DOUBT);
        assertThat(verdict.after(doubtful, payload(verdict, row), List.of(json(record)), at(1861)).state())
                .isEqualTo(RowState.WAITING);
        String done = record.replace("'customerNo': 5", "'customerNo': 6").replace(".1'", ".2'");
        assertThat(verdict.after(doubtful, payload(verdict, row), List.of(json(done)), at(60)).state())
                .isEqualTo(RowState.DONE);
        String others = record.replace("'customerNo': 5", "'customerNo': 7").replace(".1'", ".2'");
        assertThat(verdict.after(doubtful, payload(verdict, row), List.of(json(others)), at(1861)).state())
                .isEqualTo(RowState.DEAD);
        assertThat(verdict.before(row, payload(verdict, row), List.of()).error())
                .hasValueSatisfying(why -> assertThat(why).contains("no record with orderNo 9"));
    }

    @Test
    void whatGoesToAPersonHasItsCodeInTheCatalogueOfErrors() {
        var create = verdict(Operation.CREATE, "yourReference");
        OutboxRow fresh = row(1, "a", ORDER, null);
        assertThat(create.before(fresh, payload(create, fresh), List.of(json(WHOLE))).error().orElse(""))
                .contains("(record_exists)");
        assertThat(create(sent(fresh, 1), at(60), WHOLE, WHOLE.replace("9", "10")).error().orElse(""))
                .contains("(record_ambiguous)");
        assertThat(create(sent(fresh, InDoubtTimes.MOST_SENDS), at(1861)).error().orElse("")).contains("(never_found)");
        var delete = verdict(Operation.DELETE, "orderNo");
        OutboxRow row = row(1, "d", "{\"orderNo\": 9}", null);
        assertThat(delete.before(row, payload(delete, row), List.of()).error().orElse("")).contains("(record_missing)");
        assertThat(create(sent(fresh, 1), at(60), WHOLE.replace("isv_x", "somebody")).error().orElse(""))
                .contains("(record_different)");
    }

    @Test
    void aDeleteInDoubtIsDoneOnceTheRecordIsGone() {
        var verdict = verdict(Operation.DELETE, "orderNo");
        OutboxRow row = row(1, "d", "{\"orderNo\": 9}", null);
        assertThat(verdict.before(row, payload(verdict, row), List.of()).state()).as("never was there")
                .isEqualTo(RowState.DEAD);
        OutboxRow ready = verdict.before(row, payload(verdict, row), List.of(json("{'orderNo': 9}")));
        assertThat(verdict.after(sent(ready, 1), payload(verdict, row), List.of(), at(60)).state())
                .isEqualTo(RowState.DONE);
        assertThat(
                verdict.after(sent(ready, 1), payload(verdict, row), List.of(json("{'orderNo': 9}")), at(1861)).state())
                .isEqualTo(RowState.WAITING);
        assertThat(verdict.before(sent(ready, 1).waiting(), payload(verdict, row), List.of()).state())
                .isEqualTo(RowState.DONE);
    }

    private static OutboxRow create(OutboxRow row, Instant now, String... found) {
        var verdict = verdict(Operation.CREATE, "yourReference");
        OutboxRow create = row.act().isPresent() ? row : row.about(MutationKind.CREATE, "r", Optional.empty());
        return verdict.after(create, payload(verdict, row), Stream.of(found).map(ResolutionTest::json).toList(), now);
    }

    private static Resolution verdict(Operation operation, String keyColumn) {
        return new Resolution(plan(operation, keyColumn), Optional.of("isv_x"), 7, LIMITS);
    }

    private static Payload payload(Resolution verdict, OutboxRow row) {
        return ((Payload.SoundPayload) Payload.read(verdict.plan(), row.key(), row.payload())).payload();
    }

    private static Instant at(long seconds) {
        return NOON.plusSeconds(seconds);
    }

    private static JsonNode json(String text) {
        return Filters.parse(text.replace('\'', '"'));
    }
}
