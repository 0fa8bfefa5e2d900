package dev.nxtsync.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import dev.nxtsync.bench.Listening;
import dev.nxtsync.support.Size;

class WebhookIsFastIT {

    @Test
    void fiftyChangesASecondArriveWithAtMost120RequestsAMinute() {
        var figures = Listening.measure(Size.of(Duration.ofSeconds(8), Duration.ofMinutes(5)), true);
        Size.figure("%s", figures);
        assertThat(figures.seen()).as("each is seen, as no row changes twice in between").isEqualTo(figures.changes());
        assertThat(figures.perMinute()).isLessThanOrEqualTo(120);
    }
}
