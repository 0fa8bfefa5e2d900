package dev.nxtsync.jobs;

import java.sql.SQLException;
import java.util.List;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import io.quarkus.arc.All;

import dev.nxtsync.process.Threads;
import dev.nxtsync.signin.SignInEvent;
import dev.nxtsync.token.TokenRecovered;

/** Has what waited for a token tried at once when there is one again. */
@Singleton
class WorkAfterToken {
    private static final Logger LOG = Logger.getLogger(WorkAfterToken.class);

    private final List<WaitingWork> waiting;
    private final Threads threads;

    WorkAfterToken(@All List<WaitingWork> waiting, Threads threads) {
        this.waiting = waiting;
        this.threads = threads;
    }

    void signedIn(@Observes SignInEvent.Works event) {
        retry(event.connection());
    }

    void recovered(@ObservesAsync TokenRecovered event) {
        retry(event.connection());
    }

    private void retry(String connection) {
        for (WaitingWork each : waiting) {
            try {
                each.retry(connection);
            } catch (SQLException e) {
                LOG.debugf("%s that waited for a token of %s keep their own times: %s", each.what(), connection,
                        e.getMessage());
            } catch (RuntimeException e) {
                // the others are tried all the same
                threads.failed("job", e, "The retry of " + each.what() + " of connection " + connection);
            }
        }
    }
}
