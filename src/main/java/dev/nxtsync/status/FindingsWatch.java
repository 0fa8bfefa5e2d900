package dev.nxtsync.status;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Seconds;
import dev.nxtsync.process.Lasting;
import dev.nxtsync.process.Threads;
import dev.nxtsync.schedule.Heartbeat;
import dev.nxtsync.schedule.Replica;
import dev.nxtsync.status.OpenFindings.Trouble;

/**
 * Looks every five seconds what is wrong, keeps it, and sends notices of what has changed. All processes see the same, and
 * tell it once; that the database is away each tells for itself, since nothing can be kept then.
 */
@Singleton
public class FindingsWatch {
    private static final Logger LOG = Logger.getLogger(FindingsWatch.class);
    private static final Duration LEASE = Duration.ofMinutes(1);
    /** As long as any change must last before it is told. */
    private static final Duration LASTING = Duration.ofSeconds(20);

    private final Findings findings;
    private final ReplicaReport myself;
    private final Replica replica;
    private final OpenFindings troubles;
    private final NoticeQueue queue;
    private final Lasting<String> lasting = new Lasting<>();
    private final NoticeSender sender;
    private final Heartbeat heartbeat;
    private final Clock clock;
    private volatile Optional<Problem> failure = Optional.empty();
    private Optional<Outage> outage = Optional.empty();

    /**
     * That the database is away.
     *
     * @param told whether a notice of it was taken
     * @param id of that notice
     */
    private record Outage(Problem reason, Instant since, boolean told, String id) {
        Trouble trouble() {
            return new Trouble("database", reason, since);
        }
    }

    FindingsWatch(Findings findings, ReplicaReport myself, Replica replica, OpenFindings troubles, NoticeQueue queue,
            NoticeSender sender,
            Heartbeat heartbeat, Clock clock) {
        this.findings = findings;
        this.myself = myself;
        this.replica = replica;
        this.troubles = troubles;
        this.queue = queue;
        this.sender = sender;
        this.heartbeat = heartbeat;
        this.clock = clock;
    }

    /** Why the last notice was not taken; empty if it was, or if there was none. */
    public Optional<Problem> failure() {
        return failure;
    }

    void begin(@Observes Threads threads) {
        threads.repeat("notices", Duration.ofSeconds(5), this::look);
    }

    private void look() {
        var away = heartbeat.trouble();
        if (away.isPresent()) {
            goneFor(away.get());
            return;
        }
        try {
            backAgain();
            replica.report(myself.json());
            troubles.keep(now(),
                    change -> sender.isConfigured() ? Optional.of(NoticeMessage.of(change)) : Optional.empty());
            deliver();
        } catch (SQLException e) {
            LOG.debugf("what is wrong is looked at again: %s", e.getMessage());
        }
    }

    private void goneFor(Problem reason) {
        Instant now = clock.instant();
        Outage known = outage.orElseGet(() -> new Outage(reason, now, false, NoticeQueue.newId()));
        boolean isDue = sender.isConfigured() && known.since().isBefore(now.minus(LASTING));
        outage = Optional.of(new Outage(reason, known.since(),
                known.told() || (isDue && send(known.id(), NoticeMessage.of(known.trouble(), true, now))), known.id()));
    }

    private void backAgain() {
        if (outage.filter(each -> !each.told()
                || send(each.id() + "_ended", NoticeMessage.of(each.trouble(), false, clock.instant()))).isPresent()) {
            outage = Optional.empty();
        }
    }

    private boolean send(String id, String body) {
        failure = sender.send(id, body);
        return failure.isEmpty();
    }

    /** What is wrong anywhere, each trouble once. */
    private Collection<Trouble> now() throws SQLException {
        Map<String, Trouble> now = new LinkedHashMap<>();
        findings.stored().forEach(each -> add(now, each));
        for (String report : replica.reports()) {
            ReplicaReport.findings(report).forEach(each -> add(now, each));
        }
        return now.values();
    }

    private void add(Map<String, Trouble> now, Finding finding) {
        if (finding.alarm()) {
            now.putIfAbsent(finding.subject() + " " + finding.reason().code(),
                    new Trouble(finding.subject(), finding.reason(), clock.instant()));
        }
    }

    private void deliver() throws SQLException {
        if (!sender.isConfigured()) {
            return;
        }
        var next = queue.next(LEASE);
        if (next.isPresent()) {
            var notice = next.get();
            failure = sender.send(notice.id(), notice.body());
            if (failure.isEmpty()) {
                queue.done(notice);
                lasting.over("delivery").ifPresent(
                        lasted -> LOG.infof("Notices are taken again, after %d s", lasted.toSeconds()));
            } else {
                Duration wait = Duration.ofSeconds(Math.min(3600, 5L << Math.min(notice.attempts(), 10)));
                boolean givenUp = queue.again(notice, wait);
                LOG.logf(lasting.isNews("delivery", failure.get().code()) || givenUp
                        ? Logger.Level.WARN
                        : Logger.Level.DEBUG, "%s %s", failure.get().message(),
                        givenUp ? "It is given up after a day." : "Tried again in " + Seconds.of(wait) + ".");
            }
        }
    }
}
