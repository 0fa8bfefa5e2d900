package dev.nxtsync.transport;

import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.regex.Pattern;

import io.netty.handler.codec.DateFormatter;

/** How long an answer asks to wait (RFC 9110, section 10.2.3). */
final class RetryAfter {
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final double MILLIS = 1000;
    /** By the RFC whole seconds; some servers send fractions. */
    private static final Pattern SECONDS = Pattern.compile("\\d{1,18}(\\.\\d{1,18})?");

    private RetryAfter() {}

    /**
     * @param retryAfter the header, in seconds or as a date
     * @param date the header {@code Date} of the same answer, against which a date is read, since the clocks may differ
     * @return from nothing to ten minutes; empty if it cannot be read
     */
    static Optional<Duration> of(String retryAfter, Optional<String> date) {
        String text = retryAfter.strip();
        if (SECONDS.matcher(text).matches()) {
            return Optional.of(within(Duration.ofMillis((long) Math.ceil(Double.parseDouble(text) * MILLIS))));
        }
        return date.flatMap(RetryAfter::instant)
                .flatMap(now -> instant(text).map(until -> within(Duration.between(now, until))));
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
