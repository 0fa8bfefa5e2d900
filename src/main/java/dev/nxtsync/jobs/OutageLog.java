package dev.nxtsync.jobs;

import java.time.Duration;
import java.util.Optional;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.error.Words;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.process.ConditionLog;

/**
 * What stops work, or a whole connection: the log is told once when it begins, once in ten minutes while it
 * lasts, and when it is over, of a connection once for all who meet it. Safe for any number of threads.
 */
@Singleton
public class OutageLog {
    private static final Logger LOG = Logger.getLogger(OutageLog.class);

    private final ConditionLog<Object> conditions;

    @Inject
    public OutageLog() {
        this(new ConditionLog<>());
    }

    OutageLog(ConditionLog<Object> conditions) {
        this.conditions = conditions;
    }

    /** Whether Business NXT answers a connection. */
    private record Answers(String connection) {}

    /**
     * Whether the log is to be told of a failure.
     *
     * @param work that has failed, by a name or a record of its own; it is told to be {@link #over}
     */
    public boolean isNews(String connection, Object work, Failure failure) {
        return isOfAll(failure) ? conditions.isNews(new Answers(connection), "") : isNews(work, failure.code());
    }

    /** Whether whoever asks next with the same connection meets it too: it is of the token, the host or the way there. */
    private static boolean isOfAll(Failure failure) {
        return failure instanceof Failure.Unauthorized || failure instanceof Failure.Throttled
                || failure instanceof Failure.Unreachable;
    }

    /** The same of what Business NXT has nothing to do with. */
    public boolean isNews(Object work, String how) {
        return conditions.isNews(work, how);
    }

    /** The work succeeds again: how long it did not, if the log is to be told. */
    public Optional<Duration> over(Object work) {
        return conditions.over(work);
    }

    /** Business NXT has answered. */
    void answered(String connection) {
        conditions.over(new Answers(connection)).ifPresent(lasted -> LOG
                .infof("Connection %s: Business NXT answers again, after %s", connection, Words.time(lasted)));
    }
}
