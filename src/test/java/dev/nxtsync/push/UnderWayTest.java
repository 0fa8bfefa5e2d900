package dev.nxtsync.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;

import dev.nxtsync.config.Settings.Operation;
import dev.nxtsync.graphql.Failure;

/** Whatever becomes of a row that is under way, somebody comes back to it, and to those that wait for it. */
class UnderWayTest {
    private final PushedLane lane = new PushedLane();

    /** What is thrown stands for a fault of ours, after the row was sent and before what became of it was kept. */
    @Test
    void aRowWhoseOutcomeIsLostByAFaultOfOursIsLookedForAndDone() throws Exception {
        lane.create(9);
        var faulty = new boolean[]{true};
        lane.progress = () -> {
            if (faulty[0] && !lane.erp.done.isEmpty()) {
                faulty[0] = false;
                throw new IllegalStateException("a fault");
            }
        };
        lane.turn(lane.erp::answer);
        assertThat(faulty[0]).isFalse();
        assertThat(lane.count("state = 'sending'")).isZero();
        assertThat(lane.count("state = 'in_doubt'")).isEqualTo(1);
        lane.work(lane.erp::answer, 3);
        assertThat(lane.count("state = 'done'")).isEqualTo(9);
        assertThat(lane.erp.done.values()).hasSize(9).containsOnly(1);
    }

    @Test
    void aLaneWithARowThatWasLeftAsItWasSentIsWorkedOn() throws Exception {
        lane.create(1);
        PushedLane.STORE.database().execute(
                "update nxt_sync.outbox set state = 'sending', sent_at = now() where push = '" + lane.push + "'");
        lane.announce();
        assertThat(PushedLane.STORE.tables().lanes().dueLanes(lane.push, "main")).hasSize(1);
    }

    @Test
    void aRowThatWaitsForAnotherAboutItsRecordCostsNothingUntilThatHasEnded() throws Exception {
        lane.plan(Operation.UPDATE, "orderNo");
        var orders = new Erp(new Random(1), "orderNo", rows -> {
        });
        orders.trouble = 0;
        orders.put(1);
        lane.take("first", "{\"orderNo\": 1, \"customerNo\": 1}", PushedLane.GROUPS.get(0));
        lane.turn(question -> question.changes() && question.guard().open()
                ? new Failure.InDoubt("gone", "", true, false)
                : orders.answer(question));
        lane.take("second", "{\"orderNo\": 1, \"customerNo\": 2}", PushedLane.GROUPS.get(1));
        lane.turn(orders::answer);
        assertThat(lane.of("second", "state")).isEqualTo("waiting");
        int before = lane.requests;
        for (int i = 0; i < 3; i++) {
            lane.announce();
            assertThat(PushedLane.STORE.tables().lanes().dueLanes(lane.push, "main")).isEmpty();
            lane.turn(orders::answer);
        }
        assertThat(lane.requests).as("requests while nothing has changed").isEqualTo(before);
        lane.work(orders::answer, 6);
        assertThat(lane.count("state = 'done'")).isEqualTo(2);
        assertThat(orders.done).isEqualTo(Map.of(1, 1, 2, 1));
    }
}
