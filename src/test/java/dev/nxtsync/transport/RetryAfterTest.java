package dev.nxtsync.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryAfterTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", value = {"17 | none | PT17S", "' 17 ' | none | PT17S",
            "0 | none | PT0S", "1.5 | none | PT1.5S", "0.0001 | none | PT0.001S", "999999 | none | PT10M",
            "999999999999999999 | none | PT10M", "Wed, 21 Oct 2026 07:28:30 GMT | none | none",
            "Wed, 21 Oct 2026 07:28:30 GMT | Wed, 21 Oct 2026 07:28:20 GMT | PT10S",
            // the server's clock is an hour ahead
            "Wed, 21 Oct 2026 08:28:30 GMT | Wed, 21 Oct 2026 08:28:20 GMT | PT10S",
            "Wed, 21 Oct 2026 07:28:30 GMT | yesterday | none",
            "Wednesday, 21-Oct-26 07:28:30 GMT | Wed, 21 Oct 2026 07:28:00 GMT | PT30S",
            "Wed Oct 21 07:28:30 2026 | Wed, 21 Oct 2026 07:28:00 GMT | PT30S",
            "Wed, 21 Oct 2026 07:00:00 GMT | Wed, 21 Oct 2026 07:28:00 GMT | PT0S",
            "Wed, 21 Oct 2037 07:28:00 GMT | Wed, 21 Oct 2026 07:28:00 GMT | PT10M", "'' | none | none",
            "-1 | none | none", "1e3 | none | none", "1, 2 | none | none",
            "soon | Wed, 21 Oct 2026 07:28:00 GMT | none", "9999999999999999999 | none | none"})
    void aWaitIsReadFromSecondsOrFromADate(String retryAfter, String date, Duration wait) {
        assertThat(RetryAfter.of(retryAfter, Optional.ofNullable(date))).isEqualTo(Optional.ofNullable(wait));
    }
}
