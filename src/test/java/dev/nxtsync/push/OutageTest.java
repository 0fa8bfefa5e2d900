package dev.nxtsync.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Question;

/** Nothing is answered, which is no row's fault: it costs little while it lasts, and nothing when it is over. */
class OutageTest {
    private static final int ROWS = 100;
    private final PushedLane lane = new PushedLane();

    static Stream<Failure> outages() {
        return Stream.of(new Failure.InDoubt("Business NXT answered HTTP 503.", "", false, false),
                new Failure.InDoubt("No whole answer within 88 s.", "", true, true),
                new Failure.InDoubt("The connection broke.", "", true, false),
                new Failure.InDoubt("Later.", "", false, false, Duration.ofSeconds(30)),
                new Failure.InvalidRequest("Business NXT answered HTTP 404.", "", Set.of(), false),
                new Failure.InvalidRequest("no such table", "", Set.of(), true),
                new Failure.Rejected("internal error", "", List.of()),
                new Failure.Rejected("no", "", List.of(new Failure.Fault("no", Optional.empty(), OptionalInt.of(3)))),
                new Failure.Unreadable("cut off", "", true, true, Set.of()),
                new Failure.Unreadable("is HTML", "", false, false, Set.of()));
    }

    @ParameterizedTest
    @MethodSource("outages")
    void costsOneRequestForEachBackOffAndNoRow(Failure outage) throws Exception {
        lane.create(ROWS);
        lane.work(question -> outage, 20);
        assertThat(lane.requests).as("requests in 20 back-offs").isLessThanOrEqualTo(20);
        assertThat(lane.inTheWay()).contains(outage.code());
        assertAllAreDoneSoon();
    }

    @ParameterizedTest
    @MethodSource("outages")
    void costsAlmostAsLittleIfItBeginsInTheMiddleOfATurn(Failure outage) throws Exception {
        lane.create(ROWS);
        int most = 3;
        lane.work(question -> lane.requests > most ? outage : lane.erp.answer(question), 20);
        assertThat(lane.requests).as("requests after %d that were answered, in 20 back-offs", most)
                .isLessThanOrEqualTo(most + 21);
        assertThat(lane.inTheWay()).contains(outage.code());
        assertAllAreDoneSoon();
    }

    /** They are answered in between, and what was thought of them is forgotten. */
    @Test
    void thatIsOneOfManyKillsNoRow() throws Exception {
        lane.create(ROWS);
        Function<Question, Answer> full = question -> question.changes()
                ? new Failure.Busy("full", "", Duration.ZERO)
                : lane.erp.answer(question);
        for (int i = 0; i < 12; i++) {
            lane.work(question -> new Failure.InDoubt("gone", "", false, false), 3);
            lane.work(full, 3);
        }
        assertAllAreDoneSoon();
    }

    /** Of a lane with one row nobody else can be asked whether anything is answered. */
    @Test
    void ofALaneWithOneRowIsToldFromARowThatIsNeverAnswered() throws Exception {
        lane.create(1);
        lane.work(question -> new Failure.InDoubt("gone", "", true, false), 20);
        assertThat(lane.count("state = 'waiting'")).isEqualTo(1);
        assertThat(lane.requests).isLessThanOrEqualTo(20);
        lane.work(question -> question.variables().toString().contains("k0")
                ? new Failure.InDoubt("gone", "", true, false)
                : lane.erp.answer(question), 20);
        assertThat(lane.of("k0", "state")).isEqualTo("dead");
        assertThat(lane.of("k0", "error")).contains("gone").contains("(in_doubt)");
    }

    @Test
    void ofARowWhoseSendingAlwaysBreaksTheConnectionLeavesItAloneInTheEnd() throws Exception {
        lane.create(30);
        lane.work(lane.erp::answer, 1);
        for (int i = 30; i < 60; i++) {
            lane.take("k" + i, "{\"customerNo\": " + i + "}", PushedLane.GROUPS.get(i));
        }
        Function<Question, Answer> breaking = question -> question.changes()
                && question.variables().toString().contains("\"customerNo\":45") && question.guard().open()
                        ? new Failure.InDoubt("gone", "", true, false)
                        : lane.erp.answer(question);
        lane.turn(breaking);
        assertThat(lane.inTheWay()).contains("in_doubt");
        lane.work(breaking, 12);
        assertThat(lane.count("state = 'done'")).as("its neighbours, after three of its requests").isEqualTo(59);
        lane.work(breaking, 60);
        assertThat(lane.of("k45", "error")).contains("(never_found)");
        assertThat(lane.erp.done.values()).hasSize(59).containsOnly(1);
    }

    private void assertAllAreDoneSoon() throws Exception {
        lane.work(lane.erp::answer, 5);
        assertThat(lane.count("state = 'done'")).isEqualTo(ROWS);
        assertThat(lane.inTheWay()).isEmpty();
        assertThat(lane.erp.done.values()).hasSize(ROWS).containsOnly(1);
    }
}
