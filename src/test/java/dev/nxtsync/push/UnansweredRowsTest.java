package dev.nxtsync.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;

import dev.nxtsync.graphql.Failure;

class UnansweredRowsTest {
    private static final Failure FAILURE = new Failure.InDoubt("gone", "", true, false);
    private final UnansweredRows unanswered = new UnansweredRows();

    @Test
    void halvesFindOneRowOfFourHundredAndTheRestGrowsAgain() {
        int requests = 0;
        for (int rows = unanswered.together(); rows > 1; rows = unanswered.together()) {
            unanswered.split(rows);
            requests++;
        }
        assertThat(requests).isEqualTo(8);
        unanswered.worked(1);
        unanswered.worked(2);
        assertThat(unanswered.together()).isEqualTo(4);
        unanswered.worked(300);
        assertThat(unanswered.together()).as("no more than are ever read").isEqualTo(400);
    }

    @Test
    void aLimitThatWasMetLastsUntilARunInWhichAllWasAnswered() {
        unanswered.tooMany(100);
        unanswered.worked(50);
        assertThat(unanswered.together()).isEqualTo(50);
        unanswered.eased();
        unanswered.worked(50);
        assertThat(unanswered.together()).isEqualTo(100);
    }

    @Test
    void duringAnOutageOneRowIsAskedForAndAfterItManyAtOnce() {
        unanswered.probe();
        assertThat(unanswered.together()).isEqualTo(1);
        unanswered.worked(1);
        assertThat(unanswered.together()).isEqualTo(2);
    }

    @Test
    void aRowIsConvictedOnlyOnceSomethingWasAnsweredAfterIt() {
        unanswered.suspect(1, new UnansweredRows.Suspect(FAILURE, 5));
        unanswered.suspect(2, new UnansweredRows.Suspect(FAILURE, 6));
        assertThat(unanswered.proven(5)).isEmpty();
        assertThat(unanswered.proven(6)).containsOnlyKeys(1L);
        assertThat(unanswered.proven(7)).containsOnlyKeys(1L, 2L);
        unanswered.forget(List.of(1L));
        assertThat(unanswered.suspects()).isEqualTo(Set.of(2L));
        assertThat(unanswered.proven(7)).containsOnlyKeys(2L);
    }

    @Test
    void triesOfARowAreCountedUntilItIsAnswered() {
        assertThat(unanswered.tried(1)).isEqualTo(1);
        assertThat(unanswered.tried(1)).isEqualTo(2);
        unanswered.forget(List.of(1L));
        assertThat(unanswered.tried(1)).as("still the same row").isEqualTo(3);
        assertThat(unanswered.tried(2)).isEqualTo(1);
        unanswered.clear(List.of(1L));
        assertThat(unanswered.tried()).containsExactly(2L);
        assertThat(unanswered.tried(1)).isEqualTo(1);
    }
}
