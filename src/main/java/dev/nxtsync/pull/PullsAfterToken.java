package dev.nxtsync.pull;

import java.sql.SQLException;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.config.Settings;
import dev.nxtsync.pull.state.PullControl;
import dev.nxtsync.signin.SignInEvent;
import dev.nxtsync.token.TokenRecovered;

/** Pulls that waited for a token go on. */
@Singleton
class PullsAfterToken {
    private static final Logger LOG = Logger.getLogger(PullsAfterToken.class);

    private final Settings settings;
    private final PullControl control;

    PullsAfterToken(Settings settings, PullControl control) {
        this.settings = settings;
        this.control = control;
    }

    void signedIn(@Observes SignInEvent.Works event) {
        retry(event.connection());
    }

    void recovered(@ObservesAsync TokenRecovered event) {
        retry(event.connection());
    }

    private void retry(String connection) {
        try {
            control.retry(connection, settings.pulls(connection).stream().map(Settings.Pull::name).toList());
        } catch (SQLException e) {
            LOG.debugf("pulls that waited for a token are tried in their own time: %s", e.getMessage());
        }
    }
}
