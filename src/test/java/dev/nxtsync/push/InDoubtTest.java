package dev.nxtsync.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.nxtsync.config.Settings.Operation;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.push.outbox.OutboxOrigin;
import dev.nxtsync.push.outbox.RowTransition;
import dev.nxtsync.push.plan.PushPlans;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.StaleClaim;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.tenant.Tenant;

/**
 * As long as the server may still be at work on what was sent of a row, nothing that we or a person do makes a second record.
 */
class InDoubtTest {
    private static final int REPEAT_AFTER = 31;
    private final PushedLane lane = new PushedLane();

    static Stream<Arguments> lookUps() {
        return Stream.of(
                Arguments.of("in_doubt",
                        (Function<Question, Answer>) each -> new Failure.InDoubt("cut off", "", true, false)),
                Arguments.of("rejected",
                        (Function<Question, Answer>) each -> new Failure.Rejected("internal", "", List.of())),
                Arguments.of("unexpected", (Function<Question, Answer>) each -> {
                    throw new ArithmeticException("overflow");
                }));
    }

    @ParameterizedTest
    @MethodSource("lookUps")
    void aRowThatCannotBeLookedForIsDeadOnlyWhenNothingOfItIsExpectedAnyMore(String code,
            Function<Question, Answer> failing) throws Exception {
        lose();
        Function<Question, Answer> server = question -> isLookUpOfLost(question)
                ? failing.apply(question)
                : lane.erp.answer(question);
        lane.minutes(server, REPEAT_AFTER - 2);
        assertThat(lane.of("k4", "state")).isEqualTo("in_doubt");
        assertThat(inTheWay()).anyMatch(each -> each.startsWith(code) && each.contains("cannot be looked for"));
        assertThat(lane.count("state = 'done'")).as("the others").isEqualTo(8);
        lane.minutes(server, 10);
        assertThat(lane.of("k4", "state")).isEqualTo("dead");
        assertThat(inTheWay()).noneMatch(each -> each.contains("cannot be looked for"));
        lane.erp.pass(60 * REPEAT_AFTER);
        lane.retry("k4");
        lane.turn(lane.erp::answer);
        assertThat(lane.of("k4", "state")).as("found by the look before it is sent again").isEqualTo("done");
        assertOnce();
    }

    @Test
    void aRowWhoseKeyColumnWasChangedStaysInDoubt() throws Exception {
        lose();
        lane.plan(Operation.CREATE, "customerNo");
        lane.minutes(lane.erp::answer, REPEAT_AFTER - 2);
        assertThat(lane.of("k4", "state")).isEqualTo("in_doubt");
        assertThat(inTheWay()).anyMatch(each -> each.startsWith("payload_invalid"));
        lane.erp.pass(60 * REPEAT_AFTER);
        lane.plan(Operation.CREATE, "yourReference");
        lane.minutes(lane.erp::answer, REPEAT_AFTER);
        assertThat(lane.count("state = 'done'")).isEqualTo(9);
        assertThat(inTheWay()).isEmpty();
        assertOnce();
    }

    /** Somebody else's record stands there with its key; a person removes that, and retries the row. */
    @Test
    void aDeadRowThatIsRetriedWhileItsRequestMayBeCarriedOutIsNotSent() throws Exception {
        lose();
        lane.erp.put("k4", "ola");
        lane.minutes(lane.erp::answer, 2);
        assertThat(lane.of("k4", "error")).contains("(record_different)");
        lane.erp.remove("k4");
        lane.retry("k4");
        lane.minutes(lane.erp::answer, 20);
        assertThat(lane.of("k4", "state")).isEqualTo("waiting");
        assertThat(lane.erp.done).doesNotContainKey(4);
        lane.erp.pass(60 * REPEAT_AFTER);
        lane.minutes(lane.erp::answer, REPEAT_AFTER);
        assertThat(lane.of("k4", "state")).isEqualTo("done");
        assertOnce();
    }

    @Test
    void aDeadRowThatIsRetriedIsSentWhenNothingOfItIsExpectedAnyMore() throws Exception {
        lose();
        lane.erp.put("k4", "ola");
        lane.minutes(lane.erp::answer, 2);
        lane.erp.remove("k4");
        lane.retry("k4");
        lane.minutes(lane.erp::answer, REPEAT_AFTER);
        assertThat(lane.of("k4", "state")).as("the first request never came").isEqualTo("done");
        assertOnce();
    }

    /** The server was done with it when it answered. */
    @Test
    void aRefusedRowThatIsRetriedIsSentAtOnce() throws Exception {
        lane.create(9);
        lane.erp.refused.add(4);
        for (int turn = 0; turn < 4 && !lane.of("k4", "state").equals("dead"); turn++) {
            lane.minutes(lane.erp::answer, 1);
        }
        assertThat(lane.of("k4", "error")).contains("(record_refused)");
        lane.erp.refused.clear();
        lane.retry("k4");
        lane.turn(lane.erp::answer);
        assertThat(lane.of("k4", "state")).isEqualTo("done");
        assertThat(lane.erp.done).containsEntry(4, 1);
    }

    /** A person thinks that it has not run. */
    @Test
    void aProcessingThatIsRetriedIsLookedForByWhatShowsThatItHasRun() throws Exception {
        var plan = PushFixture.plan(lane.push, lane.company, Operation.CREATE, "yourReference");
        lane.plans.put(lane.push,
                new PushPlans.ReadyPush(PushFixture.processed(plan, Optional.of("{\"amount\": {\"_eq\": 9}}"))));
        lane.take("k4", "{\"customerNo\": 4}", PushedLane.GROUPS.get(4));
        PushedLane.STORE.database()
                .execute("update nxt_sync.outbox set state = 'dead', step = 'then', act = 'create', "
                        + "error = 'no', result = '{\"orderNo\": 1}', attempts = 2, sent_at = now() where push = '"
                        + lane.push + "'");
        lane.retry("k4");
        lane.erp.put("k4", "isv_x");
        lane.turn(lane.erp::answer);
        assertThat(lane.of("k4", "state")).isEqualTo("done");
        assertThat(lane.requests).as("one look and nothing else").isEqualTo(1);
    }

    /** Whoever settles a row under a claim that is gone may have sent it just now. */
    @Test
    void aDeadRowThatAStaleRunHasSentIsNotSentAgainBefore() throws Exception {
        lose();
        var id = List.of(Long.parseLong(lane.of("k4", "id")));
        PushedLane.STORE.database().execute("update nxt_sync.outbox set state = 'dead', error = 'no', next_at = null, "
                + "sent_at = sent_at - interval '1 h' where id = " + id.get(0));
        var row = PushedLane.STORE.reader().read(id).get(0);
        var gone = new Claim(-1, WorkUnit.ofLane("main", Tenant.company(lane.company), lane.push, 3), 1,
                UUID.randomUUID(), 0, 0);
        assertThatThrownBy(() -> PushedLane.STORE.outbox().settle(gone, List.of(new RowTransition(row, row))))
                .isInstanceOf(StaleClaim.class);
        lane.retry("k4");
        lane.minutes(lane.erp::answer, 5);
        assertThat(lane.of("k4", "state")).isEqualTo("waiting");
        lane.erp.pass(60 * REPEAT_AFTER);
        lane.minutes(lane.erp::answer, REPEAT_AFTER);
        assertThat(lane.of("k4", "state")).isEqualTo("done");
        assertOnce();
    }

    /** The original may have sent what was dead in the copy. */
    @Test
    void aRowThatWasDeadWhenTheOutboxWasAdoptedIsNotSentAgainBefore() throws Exception {
        lane.create(9);
        lane.erp.refused.add(4);
        lane.work(lane.erp::answer, 3);
        assertThat(lane.of("k4", "state")).isEqualTo("dead");
        new OutboxOrigin(PushedLane.STORE.store()).adopt();
        lane.erp.refused.clear();
        lane.minutes(lane.erp::answer, 1);
        lane.retry("k4");
        lane.minutes(lane.erp::answer, REPEAT_AFTER - 2);
        assertThat(lane.of("k4", "state")).isEqualTo("waiting");
        lane.minutes(lane.erp::answer, 3);
        assertThat(lane.of("k4", "state")).isEqualTo("done");
        assertOnce();
    }

    /** What is raised stands for anything that PostgreSQL cannot hold. */
    @Test
    void aRowInDoubtStaysSoIfTheAnswerCannotBeKept() throws Exception {
        PushedLane.STORE.database().execute("""
                create function %1$s() returns trigger language plpgsql as $$
                begin
                    raise exception using errcode = '22P05', message = 'no';
                end
                $$;
                create trigger %1$s before update on nxt_sync.outbox for each row
                    when (new.push = '%1$s' and new.key = 'k4' and new.answered is not null) execute function %1$s()"""
                .formatted(lane.push));
        send(question -> question.changes() && question.guard().open()
                ? new Failure.Rejected("no", "", List.of())
                : lane.erp.answer(question));
        assertThat(lane.of("k4", "state")).isEqualTo("in_doubt");
        lane.minutes(lane.erp::answer, REPEAT_AFTER + 2);
        assertThat(lane.count("state = 'done'")).isEqualTo(9);
        assertOnce();
    }

    /** Nine rows, of which the request with the fifth is lost, and carried out half an hour later. */
    private void lose() throws SQLException {
        send(question -> question.changes() && question.guard().open()
                ? lane.erp.carryOutLater(question, 60 * REPEAT_AFTER - 60)
                : lane.erp.answer(question));
        assertThat(lane.of("k4", "state")).isEqualTo("in_doubt");
    }

    /** Nine rows, of which the fifth is sent last. */
    private void send(Function<Question, Answer> lastAnswered) throws SQLException {
        lane.plan(Operation.CREATE, "yourReference");
        for (int i = 0; i < 9; i++) {
            if (i != 4) {
                lane.take("k" + i, "{\"customerNo\": " + i + "}", PushedLane.GROUPS.get(i));
            }
        }
        lane.turn(lane.erp::answer);
        assertThat(lane.count("state = 'done'")).isEqualTo(8);
        lane.take("k4", "{\"customerNo\": 4}", PushedLane.GROUPS.get(4));
        lane.turn(lastAnswered);
    }

    private static boolean isLookUpOfLost(Question question) {
        return question.operation().startsWith("look") && question.variables().toString().contains("\"k4\"");
    }

    /** What is in the way of the push in its company, as it is shown. */
    private List<String> inTheWay() throws SQLException {
        return PushedLane.STORE.tables().states().obstacles(Map.of(lane.push, "yourReference")).stream()
                .map(each -> each.reason().code() + ": " + each.reason().message()).toList();
    }

    private void assertOnce() {
        assertThat(lane.erp.done.values()).as("records by row").hasSize(9).containsOnly(1);
    }
}
