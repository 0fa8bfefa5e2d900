package dev.nxtsync.story.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.bench.Listening;
import dev.nxtsync.support.Size;

@Tag("webhook")
class WebhookIsFastIT {

    @Test
    void fiftyChangesASecondArriveWithAtMost120RequestsAMinute() {
        var figures = Listening.measure(Size.of(Duration.ofSeconds(8), Duration.ofMinutes(5)), true);
        Size.figure("%s", figures);
        assertThat(figures.seen()).as("each is seen, as no row changes twice in between").isEqualTo(figures.changes());
        if (Size.full()) {
            Size.figure("one at a time: %s", Listening.measureSingle(150, Duration.ofSeconds(3)));
            Size.figure("one after the other: %s", Listening.measureSingle(150, Duration.ZERO));
        }
        assertThat(figures.perMinute()).isLessThanOrEqualTo(120);
    }
}
