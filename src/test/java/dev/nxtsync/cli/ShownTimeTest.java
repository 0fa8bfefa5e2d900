package dev.nxtsync.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShownTimeTest {
    private static final Instant NOW = Instant.parse("2026-11-28T14:05:12.7Z");

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"2026-11-28T14:05:12.1Z | now (14:05:12)",
            "2026-11-28T14:05:11.9Z | 1 s ago (14:05:11)", "2026-11-28T14:03:13Z | 119 s ago (14:03:13)",
            "2026-11-28T14:03:12.9Z | 2 min ago (14:03:12)", "2026-11-28T15:03:12+01:00 | 2 min ago (14:03:12)",
            "2026-11-28T12:05:12Z | 2 h ago (12:05:12)", "2026-11-27T14:03:12Z | 24 h ago (2026-11-27 14:03:12)",
            "2026-11-25T14:03:12Z | 3 days ago (2026-11-25 14:03:12)", "2026-11-28T14:05:42Z | in 30 s (14:05:42)",
            "2026-11-29T00:05:12Z | in 10 h (2026-11-29 00:05:12)"})
    void aPersonSeesHowLongAgoAndWhen(String time, String shown) {
        assertThat(new ShownTime(NOW, true).of(time)).isEqualTo(shown);
    }

    @Test
    void whatHasHappenedIsNeverAheadAlsoWhereItsClockIs() {
        var time = new ShownTime(NOW, true);
        assertThat(time.past("2026-11-28T14:05:15Z")).isEqualTo("now (14:05:15)");
        assertThat(time.past("2026-11-28T14:05:11Z")).isEqualTo("1 s ago (14:05:11)");
        assertThat(new ShownTime(NOW, false).past("2026-11-28T14:05:15Z")).isEqualTo("2026-11-28T14:05:15Z");
        assertThat(time.past(null)).isEmpty();
    }

    @Test
    void whatIsGoodUntilATimeEndsThenOrHasEnded() {
        var time = new ShownTime(NOW, true);
        assertThat(time.end("2026-11-28T14:05:42Z")).isEqualTo("ends in 30 s (14:05:42)");
        assertThat(time.end("2026-11-28T14:00:12Z")).isEqualTo("ended 5 min ago (14:00:12)");
        assertThat(time.end(null)).isEmpty();
        assertThat(new ShownTime(NOW, false).end("2026-11-28T14:00:12Z")).isEqualTo("until 2026-11-28T14:00:12Z");
    }

    @Test
    void aProgramSeesWhen() {
        assertThat(new ShownTime(NOW, false).of("2026-11-28T15:03:12.9+01:00")).isEqualTo("2026-11-28T14:03:12Z");
        assertThat(new ShownTime(NOW, false).of(null)).isEmpty();
    }
}
