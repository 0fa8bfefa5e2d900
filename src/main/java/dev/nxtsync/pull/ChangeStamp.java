package dev.nxtsync.pull;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Change stamps, which are texts of the server in its own local time (docs/facts/business-nxt.md, "Time stamps"). They are
 * sent back as they came; they are parsed only to step back from one, and then always rounded down.
 */
final class ChangeStamp {
    /** The earliest {@code DateTime} (T-SQL {@code datetime2}), in the documented pattern. */
    static final String EARLIEST = "0001-01-01 00:00:00";

    private static final Pattern TEXT = Pattern.compile(
            "(\\d{4,6})-(\\d\\d)-(\\d\\d)([T ])(\\d\\d):(\\d\\d)(?::(\\d\\d)(\\.\\d+)?)?(Z|[+-]\\d\\d:?\\d\\d)?");
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("uuuu-MM-dd");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    private ChangeStamp() {}

    /**
     * The moment so long before a stamp, written as the stamp is. From an hour that the server's clock repeats, it is so long
     * before that hour.
     *
     * @return empty if the stamp is not a date and time as documented
     */
    static Optional<String> back(String stamp, Duration by, ZoneId zone) {
        Matcher text = TEXT.matcher(stamp);
        return local(text).map(time -> {
            LocalDateTime begin = repeated(time, zone).map(ZoneOffsetTransition::getDateTimeAfter).orElse(time);
            LocalDateTime back = begin.minus(by).truncatedTo(ChronoUnit.SECONDS);
            if (back.getYear() < 1) {
                return EARLIEST.replace(" ", text.group(4));
            }
            return back.format(DATE) + text.group(4) + back.format(TIME)
                    + Optional.ofNullable(text.group(9)).orElse("");
        });
    }

    /**
     * From when on nothing can be committed late any more at or before a stamp.
     *
     * @param seenAt when the stamp had been seen
     * @param late how late a commit may be
     * @return the end of time if the stamp is not a date and time as documented
     */
    static Instant finalFrom(String stamp, Instant seenAt, Duration late, ZoneId zone) {
        return local(TEXT.matcher(stamp)).map(time -> {
            Instant again = repeated(time, zone).map(hour -> hour.getInstant().minus(hour.getDuration()))
                    .orElse(seenAt);
            return (again.isAfter(seenAt) ? again : seenAt).plus(late);
        }).orElse(Instant.MAX);
    }

    private static Optional<ZoneOffsetTransition> repeated(LocalDateTime time, ZoneId zone) {
        return Optional.ofNullable(zone.getRules().getTransition(time)).filter(ZoneOffsetTransition::isOverlap);
    }

    private static Optional<LocalDateTime> local(Matcher text) {
        if (!text.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(LocalDateTime.of(Integer.parseInt(text.group(1)), Integer.parseInt(text.group(2)),
                    Integer.parseInt(text.group(3)), Integer.parseInt(text.group(5)), Integer.parseInt(text.group(6)),
                    text.group(7) == null ? 0 : Integer.parseInt(text.group(7))));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
