package dev.nxtsync.http;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Pattern;

/** How long a server wants to be left alone, as its header {@code Retry-After} says (RFC 9110, section 10.2.3). */
public final class RetryAfter {
    private static final Pattern SECONDS = Pattern.compile("\\d{1,9}(\\.\\d{1,9})?");

    private RetryAfter() {}

    /**
     * @param value seconds, also with a fraction, or a date
     * @param date the header {@code Date} of the same answer, by which a date is measured, so that its clock and ours may
     *        differ
     * @param now where the answer has no such header
     * @return not negative; empty if it is neither
     */
    public static Optional<Duration> of(String value, Optional<String> date, Instant now) {
        String text = value.strip();
        if (SECONDS.matcher(text).matches()) {
            return Optional.of(Duration.ofMillis((long) Math.ceil(Double.parseDouble(text) * 1000)));
        }
        return instant(text).map(end -> Duration.between(date.flatMap(RetryAfter::instant).orElse(now), end))
                .map(wait -> wait.isNegative() ? Duration.ZERO : wait);
    }

    private static Optional<Instant> instant(String text) {
        try {
            return Optional.of(ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
