package dev.nxtsync.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;

class AnsweredRequestsTest {
    private final AnsweredRequests answered = new AnsweredRequests();

    @Test
    void aFailureIsARowsOwnOnlyIfSomethingWasAnsweredSinceTheLastOne() {
        assertThat(answered.failed()).as("nothing was ever answered").isFalse();
        answered.answered();
        assertThat(answered.failed()).isTrue();
        assertThat(answered.failed()).as("the second in a row").isFalse();
        answered.answered();
        answered.answered();
        assertThat(answered.answers()).isEqualTo(3);
        assertThat(answered.failed()).isTrue();
    }

    @Test
    void aRowOfOneLaneThatIsTriedAgainIsSeenByAll() {
        assertThat(answered.isSuspected()).isFalse();
        answered.unanswered(3).tried(17);
        assertThat(answered.unanswered(3)).isSameAs(answered.unanswered(3)).isNotSameAs(answered.unanswered(4));
        assertThat(answered.isSuspected()).isTrue();
        answered.unanswered(3).clear(List.of(17L));
        assertThat(answered.isSuspected()).isFalse();
    }
}
