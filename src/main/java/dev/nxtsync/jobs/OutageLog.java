package dev.nxtsync.jobs;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.process.Lasting;

/**
 * What stops work, or a whole connection: the log is told once when it begins, once in ten minutes while it
 * lasts, and when it is over, of a connection once for all who meet it. Safe for any number of threads.
 */
@Singleton
public class OutageLog {
    private static final Logger LOG = Logger.getLogger(OutageLog.class);
    /**
     * Whoever asks next with the same connection meets it too: it is of the token, the host or the way there. A request that
     * was not sent for want of room, or not answered in time, may be the only one.
     */
    private static final Set<ErrorCode> OF_ALL = EnumSet.of(ErrorCode.UNAUTHORIZED, ErrorCode.THROTTLED,
            ErrorCode.PLAIN_HTTP,
            ErrorCode.UNKNOWN_HOST, ErrorCode.UNREACHABLE, ErrorCode.TLS, ErrorCode.TLS_HANDSHAKE, ErrorCode.PROXY);

    private final Lasting<Object> lasting;

    @Inject
    public OutageLog() {
        this(new Lasting<>());
    }

    OutageLog(Lasting<Object> lasting) {
        this.lasting = lasting;
    }

    /** Whether Business NXT answers a connection. */
    private record Answers(String connection) {}

    /**
     * Whether the log is to be told of a failure.
     *
     * @param work that has failed, by a name or a record of its own; it is told to be {@link #over}
     */
    public boolean isNews(String connection, Object work, Failure failure) {
        return OF_ALL.contains(failure.trouble())
                ? lasting.isNews(new Answers(connection), "")
                : isNews(work, failure.code());
    }

    /** The same of what Business NXT has nothing to do with. */
    public boolean isNews(Object work, String how) {
        return lasting.isNews(work, how);
    }

    /** The work succeeds again: how long it did not, if the log is to be told. */
    public Optional<Duration> over(Object work) {
        return lasting.over(work);
    }

    /** Business NXT has answered. */
    void answered(String connection) {
        lasting.over(new Answers(connection)).ifPresent(lasted -> LOG
                .infof("Connection %s: Business NXT answers again, after %d s", connection, lasted.toSeconds()));
    }
}
