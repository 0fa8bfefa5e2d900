package dev.nxtsync.token;

import java.time.Duration;
import java.util.function.LongSupplier;

import org.apache.commons.lang3.function.FailableFunction;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of an issuer, which may move: they are read when they are first wanted, once a day, and after whatever makes
 * them doubtful. Where that fails, those known before stay. Safe for any number of threads.
 */
final class IssuerDiscovery {
    private static final Logger LOG = Logger.getLogger(IssuerDiscovery.class);
    private static final Duration DAY = Duration.ofDays(1);
    /** After a daily look in vain. */
    private static final Duration LATER = Duration.ofHours(1);
    /** After a look at doubtful ones in vain, whose whole patience each request would wait for else. */
    private static final Duration SOON = Duration.ofMinutes(1);
    /** For the first look, and for one after a failure. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** For a daily look, which must not take the time of a request that would succeed. */
    private static final Duration LITTLE = Duration.ofSeconds(2);

    private final FailableFunction<Duration, Endpoints, ConnectUnreachable> reader;
    private final LongSupplier clock;
    private volatile @Nullable Cached known;

    private record Cached(Endpoints endpoints, long lookAgain, boolean doubtful) {}

    /**
     * @param reader reads the discovery document, in the time that it is given
     * @param clock monotonic, in nanoseconds
     */
    IssuerDiscovery(FailableFunction<Duration, Endpoints, ConnectUnreachable> reader, LongSupplier clock) {
        this.reader = reader;
        this.clock = clock;
    }

    /** @throws ConnectUnreachable if none were ever read */
    Endpoints endpoints() throws ConnectUnreachable {
        var had = known;
        if (had == null) {
            return read(PATIENCE);
        }
        if (clock.getAsLong() - had.lookAgain() < 0) {
            return had.endpoints();
        }
        try {
            return read(had.doubtful() ? PATIENCE : LITTLE);
        } catch (ConnectUnreachable e) {
            LOG.debugf("the endpoints stay as they were known: %s", e.getMessage());
            known = new Cached(had.endpoints(), clock.getAsLong() + (had.doubtful() ? SOON : LATER).toNanos(),
                    had.doubtful());
            return had.endpoints();
        }
    }

    /** They may be others by now: they are read before they are used again, but for a minute after that was in vain. */
    void doubt() {
        var had = known;
        if (had != null && !had.doubtful()) {
            known = new Cached(had.endpoints(), clock.getAsLong(), true);
        }
    }

    private Endpoints read(Duration atMost) throws ConnectUnreachable {
        var endpoints = reader.apply(atMost);
        known = new Cached(endpoints, clock.getAsLong() + DAY.toNanos(), false);
        return endpoints;
    }
}
