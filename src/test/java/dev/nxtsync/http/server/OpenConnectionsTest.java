package dev.nxtsync.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.process.MemoryBudget;

class OpenConnectionsTest {
    private static final long BYTES = 1_000;

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final OpenConnections open = new OpenConnections(MemoryBudget.ofHeap(Integer.MAX_VALUE, BYTES), metrics);
    private final List<One> dismissed = new ArrayList<>();

    /** One who is connected since a time. */
    private final class One implements OpenConnections.TrackedConnection {
        private final long since;
        private boolean owes = true;
        private boolean known;
        private boolean late;
        private boolean leaving;
        private long memory;
        private int ended;

        One(long since) {
            this.since = since;
        }

        boolean takes(long bytes) {
            boolean taken = open.takeMemory(bytes, this);
            memory += taken ? bytes : 0;
            return taken;
        }

        @Override
        public boolean owes() {
            return owes;
        }

        @Override
        public long since() {
            return since;
        }

        @Override
        public boolean isLate(long now) {
            return late;
        }

        @Override
        public boolean isLeaving() { return leaving; }

        @Override
        public boolean isServed() { return !owes; }

        @Override
        public boolean isKnown() { return known; }

        @Override
        public boolean holdsMemory() {
            return memory > 0;
        }

        @Override
        public void endLate() {
            ended++;
        }

        @Override
        public void dismiss() {
            dismissed.add(this);
            open.giveBackMemory(memory);
            memory = 0;
            close();
        }

        @Override
        public void close() {
            open.leave(this);
        }
    }

    private One admitted(long since) {
        var one = new One(since);
        assertThat(open.admit(one)).isTrue();
        return one;
    }

    @Test
    void whoHasOwedForLongestGivesWayToOneMore() {
        var slowest = new One(-5);
        for (int i = 1; i < OpenConnections.MOST; i++) {
            admitted(i);
        }
        open.admit(slowest);
        admitted(OpenConnections.MOST);
        assertThat(dismissed).containsExactly(slowest);
        assertThat(metrics.get("nxt_connections").gauge().value()).isEqualTo(OpenConnections.MOST);
    }

    @Test
    void whoHasShownWhoItIsGivesWayLast() {
        var known = admitted(-5);
        known.known = true;
        for (int i = 1; i < OpenConnections.MOST; i++) {
            admitted(i);
        }
        admitted(OpenConnections.MOST);
        assertThat(dismissed).hasSize(1).doesNotContain(known);
    }

    @Test
    void nobodyWhomWeOweAnAnswerGivesWay() {
        for (int i = 0; i < OpenConnections.MOST; i++) {
            admitted(i).owes = false;
        }
        assertThat(open.admit(new One(1))).isFalse();
        assertThat(dismissed).isEmpty();
        assertThat(open.isServing()).isTrue();
    }

    @Test
    void aStrangerGetsMemoryOnlyFromSlowerStrangers() {
        var slow = admitted(1);
        var quick = admitted(3);
        assertThat(slow.takes(600)).isTrue();
        assertThat(quick.takes(600)).as("from the slower").isTrue();
        assertThat(dismissed).containsExactly(slow);
        var slower = admitted(2);
        assertThat(slower.takes(600)).as("from the quicker").isFalse();
        assertThat(dismissed).containsExactly(slow);
    }

    @Test
    void whoIsKnownGetsMemoryFromAnyStrangerAndFromNoneWhoIsKnown() {
        var stranger = admitted(9);
        assertThat(stranger.takes(BYTES)).isTrue();
        var known = admitted(1);
        known.known = true;
        assertThat(known.takes(BYTES)).isTrue();
        assertThat(dismissed).containsExactly(stranger);
        var other = admitted(2);
        other.known = true;
        assertThat(other.takes(1)).isFalse();
        assertThat(dismissed).containsExactly(stranger);
    }

    @Test
    void whatCannotBeThereIsNotTakenFromThoseWhoHaveIt() {
        var one = admitted(1);
        assertThat(one.takes(BYTES + 1)).isFalse();
        assertThat(one.takes(BYTES)).as("nothing is lost by asking").isTrue();
        assertThat(open.largestBody()).isEqualTo(BYTES / MemoryBudget.COST_OF_JSON);
    }

    @Test
    void whoIsLateIsEndedAndCountedUnlessItHasHadItsAnswer() {
        var late = admitted(1);
        late.late = true;
        var leaving = admitted(2);
        leaving.late = true;
        leaving.leaving = true;
        var inTime = admitted(3);
        open.look(4);
        assertThat(List.of(late.ended, leaving.ended, inTime.ended)).containsExactly(1, 1, 0);
        assertThat(metrics.get("nxt_connections_closed").tag("reason", "late").counter().count()).isEqualTo(1);
    }
}
