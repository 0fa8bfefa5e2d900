package dev.nxtsync.http.server;

import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** When an answer was made, as its header Date says it (RFC 9110, section 6.6.1). Used on the port's own thread only. */
final class DateField {
    /** RFC 9110, section 5.6.7: the day has two digits, unlike in that of RFC 1123 which Java knows. */
    private static final DateTimeFormatter FORM = DateTimeFormatter
            .ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    private final Clock clock;
    private long second = Long.MIN_VALUE;
    private String text = "";

    DateField(Clock clock) {
        this.clock = clock;
    }

    /** Made anew once a second only. */
    String now() {
        var now = clock.instant();
        if (now.getEpochSecond() != second) {
            second = now.getEpochSecond();
            text = FORM.format(now);
        }
        return text;
    }
}
