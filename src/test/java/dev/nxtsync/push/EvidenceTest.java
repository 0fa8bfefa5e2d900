package dev.nxtsync.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;

class EvidenceTest {
    private final Evidence evidence = new Evidence();

    @Test
    void aFailureIsARowsOwnOnlyIfSomethingWasAnsweredSinceTheLastOne() {
        assertThat(evidence.failed()).as("nothing was ever answered").isFalse();
        evidence.answered();
        assertThat(evidence.failed()).isTrue();
        assertThat(evidence.failed()).as("the second in a row").isFalse();
        evidence.answered();
        evidence.answered();
        assertThat(evidence.answers()).isEqualTo(3);
        assertThat(evidence.failed()).isTrue();
    }

    @Test
    void aRowOfOneLaneThatIsTriedAgainIsSeenByAll() {
        assertThat(evidence.isSuspected()).isFalse();
        evidence.suspicion(3).tried(17);
        assertThat(evidence.suspicion(3)).isSameAs(evidence.suspicion(3)).isNotSameAs(evidence.suspicion(4));
        assertThat(evidence.isSuspected()).isTrue();
        evidence.suspicion(3).clear(List.of(17L));
        assertThat(evidence.isSuspected()).isFalse();
    }
}
