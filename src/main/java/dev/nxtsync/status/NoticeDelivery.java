package dev.nxtsync.status;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Words;
import dev.nxtsync.process.ConditionLog;
import dev.nxtsync.process.ExponentialBackoff;

/** Delivers notices, one at a time; one that is not taken is tried again for a day. */
@Singleton
public class NoticeDelivery {
    private static final Logger LOG = Logger.getLogger(NoticeDelivery.class);
    private static final ExponentialBackoff WAITS = new ExponentialBackoff(Duration.ofSeconds(10), Duration.ofHours(1));
    private static final Duration LEASE = Duration.ofMinutes(1);

    private final NoticeQueue queue;
    private final NoticeSender sender;
    private final ConditionLog<String> conditions = new ConditionLog<>();
    private volatile Optional<Problem> failure = Optional.empty();

    NoticeDelivery(NoticeQueue queue, NoticeSender sender) {
        this.queue = queue;
        this.sender = sender;
    }

    /** Why the last notice was not taken; empty if it was, or if there was none. */
    public Optional<Problem> failure() {
        return failure;
    }

    boolean isConfigured() { return sender.isConfigured(); }

    /** Sends one past the queue; says whether it was taken. */
    boolean send(String id, String body) {
        failure = sender.send(id, body);
        return failure.isEmpty();
    }

    /** Sends the next of the queue that is due, if there is one. */
    void deliverNext() throws SQLException {
        if (!sender.isConfigured()) {
            return;
        }
        var next = queue.next(LEASE);
        if (next.isPresent()) {
            var notice = next.get();
            if (send(notice.id(), notice.body())) {
                queue.done(notice);
                conditions.over("delivery")
                        .ifPresent(lasted -> LOG.infof("Notices are accepted again, after %s", Words.time(lasted)));
            } else {
                Duration wait = WAITS.after(notice.attempts());
                boolean givenUp = queue.again(notice, wait);
                LOG.logf(
                        conditions.isNews("delivery", failure.get().code()) || givenUp
                                ? Logger.Level.WARN
                                : Logger.Level.DEBUG,
                        "%s %s", failure.get().message(),
                        givenUp ? "This notice is given up after a day." : "Tried again in " + Words.time(wait) + ".");
            }
        }
    }
}
