package dev.nxtsync.jobs;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.process.ExponentialBackoff;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.tenant.Tenant;

/**
 * Companies that refuse the connection's client. Each is skipped, and tried again by one request now and then:
 * after ten seconds at first, after ten minutes at last. Safe for any number of threads.
 */
@Singleton
public class CompanyAccess {
    private static final Logger LOG = Logger.getLogger(CompanyAccess.class);
    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final ExponentialBackoff WAITS = new ExponentialBackoff(FIRST, Duration.ofMinutes(10));

    private final OutageLog outages;
    private final Map<Access, Barred> refusals = new ConcurrentHashMap<>();

    CompanyAccess(OutageLog outages) {
        this.outages = outages;
    }

    private record Access(String connection, Tenant tenant) {}

    /**
     * A company that is skipped.
     *
     * @param times how often in a row it was refused
     * @param until when, on this process' monotonic clock
     * @param asked whether somebody asks again just now
     */
    private record Barred(int times, long until, boolean asked) {}

    /** How long the company is still to be skipped; empty if it may be asked. */
    public synchronized Optional<Duration> barred(Claim unit) {
        var refusal = refusals.get(access(unit));
        if (refusal == null) {
            return Optional.empty();
        }
        long now = System.nanoTime();
        // whoever comes first after that time asks, and the others wait for what comes of it
        return refusal.until() - now <= 0
                && refusals.replace(access(unit), refusal, new Barred(refusal.times(), now + FIRST.toNanos(), true))
                        ? Optional.empty()
                        : Optional
                                .of(Duration.ofNanos(Math.max(Duration.ofSeconds(1).toNanos(), refusal.until() - now)));
    }

    public synchronized void refused(Claim unit, String reason) {
        long now = System.nanoTime();
        var before = refusals.get(access(unit));
        if (before != null && !before.asked()) {
            // a request that was under way when another was refused
            return;
        }
        int times = before == null ? 1 : before.times() + 1;
        refusals.put(access(unit), new Barred(times, now + WAITS.after(times).toNanos(), false));
        if (outages.isNews(access(unit), "")) {
            LOG.warnf("Connection %s has no access to %s, so it is skipped for now. %s", unit.connection(),
                    unit.tenant(), reason);
        }
    }

    /** The company has answered. */
    public synchronized void granted(Claim unit) {
        outages.answered(unit.connection());
        if (refusals.remove(access(unit)) != null) {
            var unused = outages.over(access(unit));
            LOG.infof("Connection %s has access to %s again", unit.connection(), unit.tenant());
        }
    }

    private static Access access(Claim unit) {
        return new Access(unit.connection(), unit.tenant());
    }
}
