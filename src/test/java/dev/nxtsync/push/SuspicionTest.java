package dev.nxtsync.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;

import dev.nxtsync.graphql.Failure;

class SuspicionTest {
    private static final Failure FAILURE = new Failure.InDoubt("gone", "", true, false);
    private final Suspicion suspicion = new Suspicion();

    @Test
    void halvesFindOneRowOfFourHundredAndTheRestGrowsAgain() {
        int requests = 0;
        for (int rows = suspicion.together(); rows > 1; rows = suspicion.together()) {
            suspicion.split(rows);
            requests++;
        }
        assertThat(requests).isEqualTo(8);
        suspicion.worked(1);
        suspicion.worked(2);
        assertThat(suspicion.together()).isEqualTo(4);
        suspicion.worked(300);
        assertThat(suspicion.together()).as("no more than are ever read").isEqualTo(400);
    }

    @Test
    void aLimitThatWasMetLastsUntilARunInWhichAllWasAnswered() {
        suspicion.tooMany(100);
        suspicion.worked(50);
        assertThat(suspicion.together()).isEqualTo(50);
        suspicion.eased();
        suspicion.worked(50);
        assertThat(suspicion.together()).isEqualTo(100);
    }

    @Test
    void duringAnOutageOneRowIsAskedForAndAfterItManyAtOnce() {
        suspicion.probe();
        assertThat(suspicion.together()).isEqualTo(1);
        suspicion.worked(1);
        assertThat(suspicion.together()).isEqualTo(2);
    }

    @Test
    void aRowIsConvictedOnlyOnceSomethingWasAnsweredAfterIt() {
        suspicion.suspect(1, new Suspicion.Suspect(FAILURE, 5));
        suspicion.suspect(2, new Suspicion.Suspect(FAILURE, 6));
        assertThat(suspicion.convicted(5)).isEmpty();
        assertThat(suspicion.convicted(6)).containsOnlyKeys(1L);
        assertThat(suspicion.convicted(7)).containsOnlyKeys(1L, 2L);
        suspicion.pardon(List.of(1L));
        assertThat(suspicion.suspects()).isEqualTo(Set.of(2L));
        assertThat(suspicion.convicted(7)).containsOnlyKeys(2L);
    }

    @Test
    void triesOfARowAreCountedUntilItIsAnswered() {
        assertThat(suspicion.tried(1)).isEqualTo(1);
        assertThat(suspicion.tried(1)).isEqualTo(2);
        suspicion.pardon(List.of(1L));
        assertThat(suspicion.tried(1)).as("still the same row").isEqualTo(3);
        assertThat(suspicion.tried(2)).isEqualTo(1);
        suspicion.clear(List.of(1L));
        assertThat(suspicion.tried()).containsExactly(2L);
        assertThat(suspicion.tried(1)).isEqualTo(1);
    }
}
