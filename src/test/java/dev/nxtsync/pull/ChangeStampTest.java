package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChangeStampTest {
    private static final ZoneId OSLO = ZoneId.of("Europe/Oslo");

    @ParameterizedTest
    @CsvSource({"2026-10-01 12:45:33.798, 10m, 2026-10-01 12:35:33",
            "2026-10-01T12:45:33.7981234Z, 10m, 2026-10-01T12:35:33Z", "2026-10-01T00:04:00, 10m, 2026-09-30T23:54:00",
            "2026-03-01 00:00, 24h, 2026-02-28 00:00:00", "0001-01-01 00:00:05, 10m, 0001-01-01 00:00:00",
            "2026-10-01 12:45:33+02:00, 1m, 2026-10-01 12:44:33+02:00"})
    void aStepBackKeepsTheFormAndIsRoundedDown(String stamp, String by, String back) {
        assertThat(ChangeStamp.back(stamp, Duration.parse("PT" + by), OSLO)).contains(back);
    }

    @ParameterizedTest
    @CsvSource({"2026-10-25 02:00:00, 2026-10-25 01:50:00", "2026-10-25 02:59:59.9, 2026-10-25 01:50:00",
            "2026-10-25 01:59:59, 2026-10-25 01:49:59", "2026-10-25 03:00:00, 2026-10-25 02:50:00",
            "2026-03-29 02:30:00, 2026-03-29 02:20:00"})
    void fromTheHourThatIsRepeatedInAutumnItGoesBackBeforeThatHour(String stamp, String back) {
        assertThat(ChangeStamp.back(stamp, Duration.ofMinutes(10), OSLO)).contains(back);
    }

    @ParameterizedTest
    @CsvSource({"yesterday", "2026-13-01 00:00:00", "20261001", "''"})
    void whatIsNoDateAndTimeIsSaid(String stamp) {
        assertThat(ChangeStamp.back(stamp, Duration.ofMinutes(10), OSLO)).isEmpty();
        assertThat(ChangeStamp.finalFrom(stamp, Instant.EPOCH, Duration.ZERO, OSLO)).isEqualTo(Instant.MAX);
    }

    @Test
    void nothingIsFinalBeforeTheRepeatedHourIsOver() {
        Instant seen = Instant.parse("2026-10-25T00:30:00Z");
        assertThat(ChangeStamp.finalFrom("2026-10-25 02:30:00", seen, Duration.ofMinutes(10), OSLO))
                .isEqualTo(Instant.parse("2026-10-25T02:10:00Z"));
        assertThat(ChangeStamp.finalFrom("2026-10-25 01:30:00", seen, Duration.ofMinutes(10), OSLO))
                .isEqualTo(seen.plusSeconds(600));
    }

    /** Whatever is committed no later than the overlap after its stamp was taken is not before the next beginning. */
    @Test
    void noLateCommitIsBeforeTheNextBeginningAlsoWhenTheClockRepeatsAnHour() {
        var random = new Random(4);
        var overlap = Duration.ofMinutes(10);
        var form = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSSS");
        for (int i = 0; i < 20_000; i++) {
            // around the end of summer time
            Instant highest = Instant.parse("2026-10-24T23:00:00Z").plusMillis(random.nextInt(4 * 3_600_000));
            Instant late = highest.minusMillis(random.nextInt((int) overlap.toMillis()));
            String mark = LocalDateTime.ofInstant(highest, OSLO).format(form);
            String row = LocalDateTime.ofInstant(late, OSLO).format(form);
            assertThat(row).as("%s, highest %s", late, highest)
                    .isGreaterThanOrEqualTo(ChangeStamp.back(mark, overlap, OSLO).orElseThrow());
        }
    }
}
