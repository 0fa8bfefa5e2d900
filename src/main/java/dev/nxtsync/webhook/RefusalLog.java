package dev.nxtsync.webhook;

import org.jboss.logging.Logger;

import dev.nxtsync.process.LogThrottle;

/** Tells the log of refused calls: of each reason at once, and then at most once a minute. Safe for any number of threads. */
public final class RefusalLog {
    private static final Logger LOG = Logger.getLogger(RefusalLog.class);

    private final LogThrottle<WebhookResult> throttle = new LogThrottle<>();

    /** @param caller who called, in words that may stand in a log */
    public void tell(WebhookResult result, String caller) {
        throttle.due(result).ifPresent(since -> LOG.warnf("A webhook from %s was refused with %d: %s%s", caller,
                result.status(), reason(result), LogThrottle.more(since)));
    }

    private static String reason(WebhookResult result) {
        return switch (result) {
            case BAD_SIGNATURE ->
                "it is not signed with a key of NXT_WEBHOOK_KEYS. If it came from Visma Connect, compare the "
                        + "keys with the subscription's in the Developer Portal; if not, somebody else has found the address.";
            case MALFORMED ->
                "it is not an event of the type TableChange, or did not arrive completely within 10 s. If it came "
                        + "from Visma Connect, check that its subscription has the publisher Business NXT and the event TableChange.";
            case TOO_LARGE -> "it has more than 256 kB, which is more than any event has.";
            case UNAVAILABLE -> "the database is away, or more arrived than could be stored; the sender tries again.";
            case ACCEPTED, DUPLICATE, UNKNOWN -> throw new IllegalArgumentException("not refused: " + result);
        };
    }
}
