package dev.nxtsync.jobs;

import java.sql.SQLException;
import java.time.Duration;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Words;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.process.Threads;

/** Why a connection cannot be planned, and what of it the log is told. */
@Singleton
public class PlanFailures {
    private static final Logger LOG = Logger.getLogger(PlanFailures.class);

    private final NxtClient nxt;
    private final OutageLog outages;
    private final Threads threads;

    PlanFailures(NxtClient nxt, OutageLog outages, Threads threads) {
        this.nxt = nxt;
        this.outages = outages;
        this.threads = threads;
    }

    /** Whether nothing can be planned of a connection before a person has signed in. */
    boolean waitsForPerson(String connection) {
        return nxt.waitsForPerson(connection);
    }

    /** Answers what people are shown. */
    Problem of(PlanKind kind, String connection, Throwable failure, Duration wait) {
        Problem reason;
        boolean news;
        if (failure instanceof FailedAnswer failed) {
            reason = failed.failure().reason();
            news = !nxt.waitsForPerson(connection)
                    && outages.isNews(connection, kind.work(connection), failed.failure());
        } else if (failure instanceof SQLException refused) {
            reason = DatabaseFault.of(refused);
            news = outages.isNews(kind.work(connection), reason.code());
        } else {
            threads.failed(kind.thread(), failure,
                    "The planning of the " + kind.what() + " of connection " + connection);
            reason = Problem.unexpected("Planning", failure);
            news = false;
        }
        LOG.logf(news ? Logger.Level.WARN : Logger.Level.DEBUG,
                "The %s of connection %s cannot be planned. %s Tried again in %s.", kind.what(), connection,
                reason.message(), Words.time(wait));
        return reason;
    }

    /** They are planned. */
    void over(PlanKind kind, String connection) {
        outages.over(kind.work(connection)).ifPresent(lasted -> LOG
                .infof("The %s of connection %s are planned, after %s", kind.what(), connection, Words.time(lasted)));
    }
}
