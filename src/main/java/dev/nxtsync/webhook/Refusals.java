package dev.nxtsync.webhook;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

import org.jboss.logging.Logger;

/** Tells the log of refused calls: of each reason at once, and then at most once a minute. Safe for any number of threads. */
final class Refusals {
    private static final Logger LOG = Logger.getLogger(Refusals.class);
    private static final long QUIET = Duration.ofMinutes(1).toNanos();

    private final Map<Verdict, Told> told = new EnumMap<>(Verdict.class);

    /**
     * What was told of a reason.
     *
     * @param at when, on this process' monotonic clock
     * @param since how many were refused since then
     */
    private record Told(long at, int since) {}

    /** @param caller who called, in words that may stand in a log */
    void tell(Verdict verdict, String caller) {
        int more = due(verdict, System.nanoTime());
        if (more >= 0) {
            LOG.warnf("A webhook from %s was refused with %d: %s%s", caller, verdict.status(), reason(verdict),
                    more > 0 ? " " + more + " more since this was last said." : "");
        }
    }

    /** How many were refused since it was last told; negative if it is not told now. */
    private synchronized int due(Verdict verdict, long now) {
        var before = told.get(verdict);
        if (before != null && now - before.at() < QUIET) {
            told.put(verdict, new Told(before.at(), before.since() + 1));
            return -1;
        }
        told.put(verdict, new Told(now, 0));
        return before == null ? 0 : before.since();
    }

    private static String reason(Verdict verdict) {
        return switch (verdict) {
            case BAD_SIGNATURE ->
                "no key of NXT_WEBHOOK_KEYS has signed it. If it came from Visma Connect, compare the "
                        + "keys with the subscription's in the Developer Portal; if not, somebody else has found the address.";
            case MALFORMED ->
                "it is not an event of the type TableChange, or did not come whole within 10 s. If it came "
                        + "from Visma Connect, look which publisher and event the subscription has: Business NXT, TableChange.";
            case TOO_LARGE -> "it has more than 256 kB, which no event has.";
            case UNAVAILABLE -> "the database is away, or more came than could be kept; the sender tries again.";
            case ACCEPTED, DUPLICATE, UNKNOWN -> throw new IllegalArgumentException("not refused: " + verdict);
        };
    }
}
