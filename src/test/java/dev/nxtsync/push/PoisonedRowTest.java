package dev.nxtsync.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.Random;
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
import dev.nxtsync.push.outbox.PushStore;
import dev.nxtsync.schedule.StaleClaim;

/** A row that cannot be worked on stands in the middle of a lane, pushed by SQL: it stops itself, and nothing beside it. */
class PoisonedRowTest {
    private static final PushStore STORE = PushedLane.STORE;

    private final PushedLane lane = new PushedLane();
    private final String push = lane.push;
    private final Erp erp = lane.erp;

    static Stream<Arguments> payloads() {
        return Stream.of(Arguments.of("{\"amount\": 1e99999999999}", "amount: is a number of more than 200 digits"),
                Arguments.of("{\"amount\": -1e-99999999999}", "amount: is a number of more than 200 digits"),
                Arguments.of("{\"amount\": 1e400}", "amount: is a number of more than 200 digits"),
                Arguments.of("{\"amount\": " + "9".repeat(201) + "}", "amount: is a number of more than 200 digits"),
                Arguments.of("{\"amount\": 0." + "0".repeat(2_000_000) + "1}", "amount: is a number of more than 200"),
                Arguments.of("{\"x\": {\"y\": [0, 1e2147483648]}}", "x.y[1]: is a number of more than 200 digits"),
                Arguments.of("{\"amount\": \"NaN\"}", "amount: is text; a number (Decimal) is expected"),
                Arguments.of("{\"amount\": \"1e999999999\"}", "amount: is text; a number (Decimal) is expected"),
                Arguments.of("{\"customerNo\": -0.5}", "customerNo: is a number; a whole number (Int) is expected"),
                Arguments.of("{\"customerNo\": -9223372036854775809}",
                        "customerNo: is a number; a whole number (Int) is expected"),
                Arguments.of("{\"information\": \"a\\u0000\"}", "information: has the character U+0000"),
                Arguments.of("{\"a\\u0000b\": 1}", "a?b: its name has the character U+0000"),
                Arguments.of("{\"information\": \"\\ud83d\"}", "information: has a lone surrogate"),
                Arguments.of("{\"x\": " + "[".repeat(3_000) + "]".repeat(3_000) + "}", "cannot be read as JSON"),
                Arguments.of("{\"" + "k".repeat(60_000) + "\": 1}", "cannot be read as JSON"),
                Arguments.of("{\"customerNo\": 1, \"customerNo\": 2}", "Duplicate field"));
    }

    @ParameterizedTest
    @MethodSource("payloads")
    void isDeadWithItsPathWhateverItsPayloadIs(String payload, String why) throws Exception {
        push(payload);
        lane.work(erp::answer, 1);
        assertThat(error()).contains(why).contains("(payload_invalid)");
        assertOthersAreDone();
    }

    static Stream<String> keys() {
        return Stream.of("1e999999999", "1e99999999999", "9".repeat(199), "-1e-999999999", "NaN", "Infinity", "0x10",
                "1.5", "2147483648", " 1", "", "1e").filter(key -> !key.isEmpty());
    }

    @ParameterizedTest
    @MethodSource("keys")
    void isDeadWhateverItsKeyIsThatMustBeANumber(String key) throws Exception {
        var numbered = new Erp(new Random(1), "customerNo", rows -> {
        });
        numbered.trouble = 0;
        lane.plan(Operation.CREATE, "customerNo");
        for (int i = 0; i < 9; i++) {
            lane.take(i == 4 ? key : Integer.toString(-2147483648 + i), "{}", PushedLane.GROUPS.get(i));
        }
        lane.work(numbered::answer, 1);
        assertThat(STORE.database()
                .value("select error from nxt_sync.outbox where state = 'dead' and push = '" + push + "'"))
                .contains("customerNo").contains("whole number (Int)").contains("(payload_invalid)");
        assertOthersAreDone();
    }

    /** What is thrown stands for a fault of ours. */
    @Test
    void isDeadWithACodeIfLookingForItThrows() throws Exception {
        push("{\"customerNo\": 666}");
        lane.work(question -> raising(question, "look", "\"poison\""), 1);
        assertThat(error()).contains("(unexpected)").contains("ArithmeticException");
        assertOthersAreDone();
    }

    @Test
    void isDeadWithACodeIfLookingForItThrowsAfterItsAnswerWasLost() throws Exception {
        push("{\"customerNo\": 666}");
        var lost = new boolean[1];
        lane.work(question -> {
            if (question.operation().startsWith("look") && lost[0]) {
                return raising(question, "look", "\"poison\"");
            }
            Answer answer = erp.answer(question);
            if (question.changes() && question.variables().toString().contains("666")) {
                lost[0] = true;
                return new Failure.InDoubt("gone", "", true, false);
            }
            return answer;
        }, 3);
        assertThat(error()).contains("It was sent, but cannot be looked for").contains("(unexpected)");
        assertOthersAreDone();
    }

    @Test
    void isLookedForAndDoneIfItsAnswerCannotBeRead() throws Exception {
        push("{\"customerNo\": 666}");
        lane.work(question -> {
            Answer answer = erp.answer(question);
            if (question.changes() && question.variables().toString().contains("666")) {
                throw new ArithmeticException("an answer");
            }
            return answer;
        }, 3);
        assertThat(state()).isEqualTo("done");
        assertOthersAreDone();
    }

    /** Of a look-up that is not answered nobody knows whose fault it is, as long as no other one is. */
    @Test
    void isDeadOnlyAfterSeveralLookUpsWithoutAnAnswerWhileOthersAreAnswered() throws Exception {
        push("{\"customerNo\": 666}");
        var all = new boolean[]{true};
        Function<Question, Answer> cut = question -> question.operation().startsWith("look")
                && (all[0] || question.variables().toString().contains("\"poison\""))
                        ? new Failure.InDoubt("The answer is cut off or is not JSON.", "", true, false)
                        : erp.answer(question);
        lane.work(cut, 10);
        assertThat(STORE.database()
                .number("select count(*) from nxt_sync.outbox where state = 'waiting' and push = '" + push + "'"))
                .as("while nobody is answered, all wait").isEqualTo(9);
        all[0] = false;
        lane.work(cut, 2);
        assertThat(state()).as("it is tried again").isEqualTo("waiting");
        assertThat(STORE.database().value("select code from nxt_sync.push_state where push = '" + push + "'"))
                .as("and that is shown").isEqualTo("in_doubt");
        assertOthersAreDone();
        lane.work(cut, 10);
        assertThat(error()).contains("cut off").contains("(in_doubt)");
    }

    @Test
    void isTriedAgainThoughItsLaneIsLostEachTimeThatItIsPutOff() throws Exception {
        push("{\"customerNo\": 666}");
        STORE.database().execute(
                """
                        create function lose_%1$s() returns trigger language plpgsql as $$
                        begin
                            update nxt_sync.job set fence = nextval('nxt_sync.fence') where kind = 'push' and pull = '%1$s';
                            return new;
                        end
                        $$;
                        create trigger lose_%1$s before update on nxt_sync.outbox for each row
                            when (new.push = '%1$s' and new.key = 'poison' and new.state = 'waiting' and new.next_at is not null)
                            execute function lose_%1$s()"""
                        .formatted(push));
        Function<Question, Answer> cut = question -> question.operation().startsWith("look")
                && question.variables().toString().contains("\"poison\"")
                        ? new Failure.InDoubt("The answer is cut off or is not JSON.", "", true, false)
                        : erp.answer(question);
        int turns = 1;
        while (!loses(cut)) {
            assertThat(++turns).as("turns until it is to be put off").isLessThan(5);
        }
        for (int turn = 0; turn < 8; turn++) {
            loses(erp::answer);
        }
        assertThat(state()).as("it was not answered once").isEqualTo("done");
        assertOthersAreDone();
    }

    /** A turn, after which the lane is free. Says whether it was lost. */
    private boolean loses(Function<Question, Answer> server) throws SQLException {
        try {
            lane.work(server, 1);
            return false;
        } catch (StaleClaim e) {
            STORE.database().execute("update nxt_sync.job set holder = null where pull = '" + push + "'");
            return true;
        }
    }

    @Test
    void isDeadWithACodeIfWhatHasBecomeOfItCannotBeKept() throws Exception {
        push("{\"customerNo\": 666}");
        STORE.database().execute("""
                create function %1$s() returns trigger language plpgsql as $$
                begin
                    raise exception using errcode = '22P05', message = 'no';
                end
                $$;
                create trigger %1$s before update on nxt_sync.outbox for each row
                    when (new.push = '%1$s' and new.key = 'poison' and new.state = 'done') execute function %1$s()"""
                .formatted(push));
        lane.work(erp::answer, 3);
        assertThat(error()).contains("Its new state (done) cannot be stored").contains("SQLSTATE 22P05")
                .contains("(unexpected)");
        assertOthersAreDone();
    }

    @Test
    void aFaultOfTheWholeUnitIsShownWithACodeAndMakesNoDeadLetters() throws Exception {
        push("{\"customerNo\": 1}");
        STORE.database().execute("alter table nxt_sync.push_state rename to push_state_gone");
        try {
            assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> lane.work(erp::answer, 1))).isNotNull();
        } finally {
            STORE.database().execute("alter table nxt_sync.push_state_gone rename to push_state");
        }
        assertThat(STORE.database()
                .number("select count(*) from nxt_sync.outbox where state = 'dead' and push = '" + push + "'"))
                .isZero();
    }

    private Answer raising(Question question, String operation, String what) {
        if (question.operation().startsWith(operation) && question.variables().toString().contains(what)) {
            throw new ArithmeticException("overflow");
        }
        return erp.answer(question);
    }

    /** The fifth of nine rows, each in a group of its own. */
    private void push(String payload) throws SQLException {
        lane.plan(Operation.CREATE, "yourReference");
        for (int i = 0; i < 9; i++) {
            lane.take(i == 4 ? "poison" : "k" + i, i == 4 ? payload : "{\"customerNo\": " + i + "}",
                    PushedLane.GROUPS.get(i));
        }
    }

    private String state() {
        return lane.of("poison", "state");
    }

    private String error() {
        assertThat(state()).isEqualTo("dead");
        return lane.of("poison", "error");
    }

    private void assertOthersAreDone() {
        assertThat(STORE.database().number("select count(*) from nxt_sync.outbox where state = 'done' and push = '"
                + push + "' and key <> 'poison'")).isEqualTo(8);
    }
}
