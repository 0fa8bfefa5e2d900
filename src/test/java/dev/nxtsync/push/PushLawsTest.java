package dev.nxtsync.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import dev.nxtsync.support.Size;

class PushLawsTest {

    /** A seed for each core at a time. */
    @Test
    void sendsOfAGroupFollowItsIdsAndNoRowIsSentTwiceLostOrDeadWithoutAnError() {
        int seeds = Size.of(5, 1000);
        long begun = System.nanoTime();
        assertThat(IntStream.range(0, seeds).parallel().mapToObj(PushLawsTest::flaw).flatMap(Optional::stream))
                .isEmpty();
        Size.figure("%d seeds in %d s", seeds, Duration.ofNanos(System.nanoTime() - begun).toSeconds());
    }

    /** How a seed breaks the laws; empty if they hold. */
    private static Optional<String> flaw(int seed) {
        try (var laws = new PushLaws()) {
            laws.hold(seed);
            return Optional.empty();
        } catch (Exception | AssertionError e) {
            return Optional.of("seed " + seed + ": " + e);
        }
    }
}
