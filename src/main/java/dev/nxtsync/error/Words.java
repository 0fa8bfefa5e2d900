package dev.nxtsync.error;

import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.regex.Pattern;

/** Numbers, times, lists and texts of others as a message has them. */
public final class Words {
    private static final int SHORT = 600;
    /** Also with a code or a trace id behind it. */
    private static final Pattern ENDED = Pattern.compile("[.?!](?: \\([^()]*\\))?$");

    private Words() {}

    /** Such as {@code 1 row}, {@code 0 rows} or {@code 2 companies}. */
    public static String count(long count, String noun) {
        return count(count, noun,
                noun.replaceFirst("(?<=[^aeiou])y$", "ie").replaceFirst("(?<=[sx]|[cs]h)$", "e") + "s");
    }

    /** Of words whose plural is another, such as {@code row waits} and {@code rows wait}. */
    public static String count(long count, String one, String several) {
        return count + " " + (count == 1 ? one : several);
    }

    /** Such as {@code 5 s}; rounded up, so that a short time is not told as none. Long ones in minutes or hours. */
    public static String time(Duration time) {
        long seconds = Math.max(0, time.plusMillis(999).toSeconds());
        return seconds < SHORT
                ? seconds + " s"
                : seconds < 60 * SHORT ? Math.round(seconds / 60.0) + " min" : Math.round(seconds / 3600.0) + " h";
    }

    /** A moment to the second, such as {@code 2026-11-28T12:00:00Z}. */
    public static String time(Instant moment) {
        return moment.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** With commas between them, such as {@code 5280001, 5280002}. */
    public static String list(Collection<?> all) {
        return all.stream().map(String::valueOf).collect(joining(", "));
    }

    /** A text of somebody else, so that a sentence of ours can follow. */
    public static String sentence(String text) {
        String all = text.strip();
        return all.isEmpty() || ENDED.matcher(all).find() ? all : all + ".";
    }
}
