package dev.nxtsync.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;

class IssuerDiscoveryTest {
    private final List<Duration> reads = new ArrayList<>();
    private long now = 5;
    private String there = "first";
    private boolean down;

    private final IssuerDiscovery discovery = new IssuerDiscovery(atMost -> {
        reads.add(atMost);
        if (down) {
            throw new ConnectUnreachable(new Problem(ErrorCode.UNREACHABLE, "down"));
        }
        return new Endpoints(URI.create("https://connect.example/" + there), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(), false);
    }, () -> now);

    @Test
    void theEndpointsAreReadOnceADayAndTheOldOnesStayWhileThatFails() throws Exception {
        assertThat(token()).isEqualTo("first");
        there = "second";
        pass(Duration.ofHours(23));
        assertThat(token()).isEqualTo("first");
        down = true;
        pass(Duration.ofHours(2));
        assertThat(token()).isEqualTo("first");
        assertThat(token()).isEqualTo("first");
        assertThat(reads).as("not with each request, and in little time").containsExactly(Duration.ofSeconds(10),
                Duration.ofSeconds(2));
        down = false;
        pass(Duration.ofHours(1));
        assertThat(token()).isEqualTo("second");
    }

    @Test
    void doubtfulOnesAreReadBeforeTheyAreUsedAgain() throws Exception {
        assertThat(token()).isEqualTo("first");
        discovery.doubt();
        down = true;
        assertThat(token()).isEqualTo("first");
        down = false;
        there = "second";
        pass(Duration.ofMinutes(1));
        assertThat(token()).isEqualTo("second");
        assertThat(token()).isEqualTo("second");
        assertThat(reads).hasSize(3);
    }

    @Test
    void aVainLookAtDoubtfulOnesTakesTheTimeOfOneRequestAMinute() throws Exception {
        assertThat(token()).isEqualTo("first");
        down = true;
        for (int second = 0; second < 150; second++) {
            // each request fails, and doubts them again
            discovery.doubt();
            assertThat(token()).isEqualTo("first");
            pass(Duration.ofSeconds(1));
        }
        assertThat(reads).as("the first, and at 0, 60 and 120 s").hasSize(4);
        discovery.doubt();
        there = "second";
        down = false;
        pass(Duration.ofSeconds(31));
        assertThat(token()).isEqualTo("second");
        discovery.doubt();
        there = "third";
        assertThat(token()).as("what was good meanwhile is looked at at once").isEqualTo("third");
    }

    @Test
    void whereNoneWereEverReadThereIsAReason() {
        down = true;
        discovery.doubt();
        assertThatThrownBy(discovery::endpoints).isInstanceOf(ConnectUnreachable.class).hasMessage("down");
    }

    private String token() throws ConnectUnreachable {
        return discovery.endpoints().token().getPath().substring(1);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }
}
