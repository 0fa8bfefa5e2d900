package dev.nxtsync.access;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.graphql.Failure;
import dev.nxtsync.trouble.Trouble;

/**
 * What keeps a whole connection from getting on. All its jobs meet it, and the log is told once when it begins, once in ten
 * minutes while it lasts, and when it is over. Safe for any number of threads.
 */
@Singleton
public class Outages {
    private static final Logger LOG = Logger.getLogger(Outages.class);
    private static final long QUIET = Duration.ofMinutes(10).toNanos();
    /** What was over before anybody could have looked is not told to be over. */
    private static final long SHORT = Duration.ofSeconds(10).toNanos();
    private static final Set<Trouble> OF_ALL = EnumSet.of(Trouble.UNAUTHORIZED, Trouble.THROTTLED, Trouble.UNAVAILABLE,
            Trouble.UNKNOWN_HOST, Trouble.UNREACHABLE, Trouble.TLS, Trouble.PROXY, Trouble.IN_DOUBT);

    private final Map<String, Outage> outages = new ConcurrentHashMap<>();

    /**
     * A row of failures without an answer between.
     *
     * @param since on this process' monotonic clock, as is the next
     * @param toldAt when the log was told last
     */
    private record Outage(long since, long toldAt) {}

    /** Whether the log is to be told of a failure. */
    public boolean isNews(String connection, Failure failure) {
        if (!OF_ALL.contains(failure.trouble())) {
            return true;
        }
        long now = System.nanoTime();
        var outage = outages.compute(connection, (name, known) -> known == null
                ? new Outage(now, now)
                : now - known.toldAt() > QUIET ? new Outage(known.since(), now) : known);
        return outage.toldAt() == now;
    }

    /** Business NXT has answered. */
    void answered(String connection) {
        var over = outages.remove(connection);
        if (over != null && System.nanoTime() - over.since() > SHORT) {
            LOG.infof("Connection %s: Business NXT answers again, after %d s", connection,
                    Duration.ofNanos(System.nanoTime() - over.since()).toSeconds());
        }
    }
}
