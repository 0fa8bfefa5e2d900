package dev.nxtsync.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Test;

class WordsTest {
    @Test
    void oneIsSingular() {
        assertThat(Words.count(1, "row")).isEqualTo("1 row");
        assertThat(Words.count(0, "row")).isEqualTo("0 rows");
        assertThat(Words.count(2, "request")).isEqualTo("2 requests");
        assertThat(Words.count(2, "company")).isEqualTo("2 companies");
        assertThat(Words.count(2, "key")).isEqualTo("2 keys");
        assertThat(Words.count(2, "push")).isEqualTo("2 pushes");
        assertThat(Words.count(1, "row waits", "rows wait")).isEqualTo("1 row waits");
        assertThat(Words.count(2, "row waits", "rows wait")).isEqualTo("2 rows wait");
    }

    @Test
    void aTimeIsToldInSecondsMinutesOrHours() {
        assertThat(Words.time(Duration.ofMillis(1))).isEqualTo("1 s");
        assertThat(Words.time(Duration.ofMillis(50_894))).isEqualTo("51 s");
        assertThat(Words.time(Duration.ofMillis(-1))).isEqualTo("0 s");
        assertThat(Words.time(Duration.ofMinutes(10))).isEqualTo("10 min");
        assertThat(Words.time(Duration.ofHours(1))).isEqualTo("60 min");
        assertThat(Words.time(Duration.ofDays(1))).isEqualTo("24 h");
    }

    @Test
    void aMomentIsToldToTheSecond() {
        assertThat(Words.time(Instant.parse("2026-11-28T12:00:00.123456Z"))).isEqualTo("2026-11-28T12:00:00Z");
    }

    @Test
    void aListIsToldWithCommas() {
        assertThat(Words.list(List.of(77, 78))).isEqualTo("77, 78");
        assertThat(Words.list(List.of())).isEmpty();
    }

    @Test
    void aTextOfOthersEndsBeforeASentenceOfOurs() {
        assertThat(Words.sentence("no such column ")).isEqualTo("no such column.");
        assertThat(Words.sentence("Decimal cannot represent value: 'Infinity'"))
                .isEqualTo("Decimal cannot represent value: 'Infinity'.");
        assertThat(Words.sentence("")).isEmpty();
        for (String whole : List.of("It is gone.", "Is it?", "Ask again. (trace 1a)")) {
            assertThat(Words.sentence(whole)).isEqualTo(whole);
        }
    }
}
