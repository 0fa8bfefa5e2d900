package dev.nxtsync.http;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.regex.Pattern;

import io.netty.handler.codec.DateFormatter;

/** How long an answer asks to wait (RFC 9110, section 10.2.3). */
final class RetryAfter {
    private static final Duration LONGEST = Duration.ofMinutes(10);
    /** By the RFC whole seconds; some servers send fractions. */
    private static final Pattern SECONDS = Pattern.compile("\\d{1,18}(\\.\\d{1,18})?");

    private RetryAfter() {}

    /**
     * @param retryAfter the header, in seconds or as a date
     * @param date the header {@code Date} of the same answer, so that it does not matter whether the clocks agree; without
     *        it, or if it is none, ours counts
     * @return from nothing to ten minutes; empty if it cannot be read
     */
    static Optional<Duration> of(String retryAfter, Optional<String> date, Instant now) {
        String text = retryAfter.strip();
        if (SECONDS.matcher(text).matches()) {
            var seconds = new BigDecimal(text).min(BigDecimal.valueOf(LONGEST.toSeconds()));
            return Optional.of(Duration.ofMillis(
                    seconds.movePointRight(3).setScale(0, RoundingMode.CEILING).longValueExact()));
        }
        return instant(text)
                .map(until -> within(Duration.between(date.flatMap(RetryAfter::instant).orElse(now), until)));
    }

    private static Duration within(Duration wait) {
        return wait.isNegative() ? Duration.ZERO : wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    }

    /** In one of the three forms of RFC 9110, section 5.6.7. */
    private static Optional<Instant> instant(String text) {
        return text.isBlank()
                ? Optional.empty()
                : Optional.ofNullable(DateFormatter.parseHttpDate(text.strip())).map(Date::toInstant);
    }
}
