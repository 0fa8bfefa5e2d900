package dev.nxtsync.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Times as they are shown, to the second and in UTC.
 *
 * @param now what is told as so long ago, or so long ahead
 * @param isForPeople whether it is told; else times are in ISO 8601, for programs
 */
record ShownTime(Instant now, boolean isForPeople) {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter DAY_AND_TIME = DateTimeFormatter
            .ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** @param iso in ISO 8601; null is shown as nothing */
    String of(@Nullable String iso) {
        return iso == null ? "" : of(time(iso), ago(iso));
    }

    /** Of what has happened, which by the clock of another machine may seem to be ahead. */
    String past(@Nullable String iso) {
        return iso == null ? "" : of(time(iso), ago(iso).isNegative() ? Duration.ZERO : ago(iso));
    }

    /** Of something that is good until then. */
    String end(@Nullable String iso) {
        if (iso == null) {
            return "";
        }
        return (!isForPeople ? "until " : ago(iso).isNegative() ? "ends " : "ended ") + of(iso);
    }

    /** The present, as the times here are to be read. */
    String present() {
        return DAY_AND_TIME.format(now) + " UTC";
    }

    private String of(Instant time, Duration ago) {
        if (!isForPeople) {
            return time.toString();
        }
        var isToday = time.truncatedTo(ChronoUnit.DAYS).equals(now.truncatedTo(ChronoUnit.DAYS));
        return relative(ago) + " (" + (isToday ? TIME : DAY_AND_TIME).format(time) + ")";
    }

    private static Instant time(String iso) {
        return OffsetDateTime.parse(iso).toInstant().truncatedTo(ChronoUnit.SECONDS);
    }

    private Duration ago(String iso) {
        return Duration.between(time(iso), now.truncatedTo(ChronoUnit.SECONDS));
    }

    private static String relative(Duration ago) {
        return ago.isZero() ? "now" : ago.isNegative() ? "in " + length(ago.negated()) : length(ago) + " ago";
    }

    private static String length(Duration length) {
        if (length.toMinutes() < 2) {
            return length.toSeconds() + " s";
        }
        return length.toHours() < 2
                ? length.toMinutes() + " min"
                : length.toDays() < 2 ? length.toHours() + " h" : length.toDays() + " days";
    }
}
