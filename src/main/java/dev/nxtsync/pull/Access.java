package dev.nxtsync.pull;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.store.Claim;

/**
 * Companies that refuse the connection's client. Each is told of once, skipped, and tried again by one request now and then.
 * Safe for any number of threads.
 */
@Singleton
class Access {
    static final Duration TRY_AGAIN = Duration.ofMinutes(10);

    private static final Logger LOG = Logger.getLogger(Access.class);

    /** By connection and tenant, when the company may be tried again, on this process' monotonic clock. */
    private final Map<String, Long> refused = new ConcurrentHashMap<>();

    /** How long the company is still to be skipped; empty if it may be asked. */
    Optional<Duration> barred(Claim unit) {
        var until = refused.get(name(unit));
        if (until == null) {
            return Optional.empty();
        }
        long now = System.nanoTime();
        // whoever comes first after that time asks, and the others wait for what comes of it
        return until - now <= 0 && refused.replace(name(unit), until, now + Duration.ofMinutes(1).toNanos())
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(Math.max(Duration.ofSeconds(1).toNanos(), until - now)));
    }

    void refused(Claim unit, String reason) {
        if (refused.put(name(unit), System.nanoTime() + TRY_AGAIN.toNanos()) == null) {
            LOG.warnf("Connection %s has no access to %s, which is skipped until it has. %s", unit.connection(),
                    unit.tenant(), reason);
        }
    }

    void granted(Claim unit) {
        if (refused.remove(name(unit)) != null) {
            LOG.infof("Connection %s has access to %s again", unit.connection(), unit.tenant());
        }
    }

    private static String name(Claim unit) {
        return unit.connection() + " " + unit.tenant();
    }
}
