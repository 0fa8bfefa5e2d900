package dev.nxtsync.pull;

import java.sql.SQLException;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.config.Settings;
import dev.nxtsync.pull.state.PullControl;
import dev.nxtsync.signin.SignInEvent;

/** Pulls that waited for a sign-in go on. */
@Singleton
class PullsAfterSignIn {
    private static final Logger LOG = Logger.getLogger(PullsAfterSignIn.class);

    private final Settings settings;
    private final PullControl control;

    PullsAfterSignIn(Settings settings, PullControl control) {
        this.settings = settings;
        this.control = control;
    }

    void retry(@Observes SignInEvent.Works event) {
        try {
            control.retry(event.connection(), settings.pulls().values().stream()
                    .filter(each -> each.connection().equals(event.connection())).map(Settings.Pull::name).toList());
        } catch (SQLException e) {
            LOG.debugf("pulls that waited for a sign-in are tried in their own time: %s", e.getMessage());
        }
    }
}
