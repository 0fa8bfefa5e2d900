package dev.nxtsync.status;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.database.Database;
import dev.nxtsync.error.Problem;
import dev.nxtsync.process.Threads;
import dev.nxtsync.schedule.Heartbeat;
import dev.nxtsync.status.OpenFindings.Change;
import dev.nxtsync.status.OpenFindings.OpenFinding;

/**
 * Looks every five seconds what is wrong, keeps it, logs it, and sends notices of what has changed. All processes see the same, and
 * tell it once; that the database is away each tells for itself, since nothing can be kept then.
 */
@Singleton
class FindingsWatch {
    private static final Logger LOG = Logger.getLogger(FindingsWatch.class);
    /** As long as any change must last before it is told. */
    private static final Duration LASTING = Duration.ofSeconds(20);

    private final CurrentTroubles current;
    private final Database database;
    private final FindingsLog log;
    private final NoticeDelivery notices;
    private final Heartbeat heartbeat;
    private final Clock clock;
    private Optional<Outage> outage = Optional.empty();

    /**
     * That the database is away.
     *
     * @param told whether a notice of it was taken
     * @param id of that notice
     */
    private record Outage(Problem reason, Instant since, boolean told, String id) {
        OpenFinding trouble() {
            return new OpenFinding("database", reason, since);
        }
    }

    FindingsWatch(CurrentTroubles current, Database database, FindingsLog log, NoticeDelivery notices,
            Heartbeat heartbeat, Clock clock) {
        this.current = current;
        this.database = database;
        this.log = log;
        this.notices = notices;
        this.heartbeat = heartbeat;
        this.clock = clock;
    }

    void begin(@Observes Threads threads) {
        threads.repeat("notices", Duration.ofSeconds(5), this::look);
    }

    private void look() {
        var away = heartbeat.problem();
        if (away.isPresent()) {
            goneFor(away.get());
            return;
        }
        try {
            backAgain();
            log.look(database.inTransaction(transaction -> {
                var now = current.exchange(transaction);
                OpenFindings.keep(transaction, now,
                        change -> notices.isConfigured() ? Optional.of(NoticeMessage.of(change)) : Optional.empty());
                return now;
            }));
            notices.deliverNext();
        } catch (SQLException e) {
            LOG.debugf("what is wrong is looked at again: %s", e.getMessage());
        }
    }

    private void goneFor(Problem reason) {
        Instant now = clock.instant();
        Outage known = outage.orElseGet(() -> new Outage(reason, now, false, NoticeQueue.newId()));
        boolean isDue = notices.isConfigured() && known.since().isBefore(now.minus(LASTING));
        outage = Optional.of(new Outage(reason, known.since(),
                known.told() || (isDue && notices.send(known.id(),
                        NoticeMessage.of(new Change(List.of(known.trouble()), List.of(), OptionalLong.empty(), now)))),
                known.id()));
    }

    private void backAgain() throws SQLException {
        if (outage.isPresent()) {
            Outage known = outage.get();
            var open = OptionalLong.of(database.inTransaction(OpenFindings::count));
            var end = new Change(List.of(), List.of(known.trouble()), open, clock.instant());
            if (!known.told() || notices.send(known.id() + "_ended", NoticeMessage.of(end))) {
                outage = Optional.empty();
            }
        }
    }
}
