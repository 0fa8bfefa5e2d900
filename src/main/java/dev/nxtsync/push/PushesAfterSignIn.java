package dev.nxtsync.push;

import java.sql.SQLException;
import java.util.List;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.config.Settings;
import dev.nxtsync.push.outbox.PushStates;
import dev.nxtsync.signin.SignInEvent;

/** Pushes that waited for a sign-in go on, and take nothing for granted of a person who has signed out. */
@Singleton
class PushesAfterSignIn {
    private static final Logger LOG = Logger.getLogger(PushesAfterSignIn.class);

    private final Settings settings;
    private final PushStates states;

    PushesAfterSignIn(Settings settings, PushStates states) {
        this.settings = settings;
        this.states = states;
    }

    void retry(@Observes SignInEvent.Works event) {
        try {
            states.retry(event.connection(), of(event.connection()));
        } catch (SQLException e) {
            LOG.debugf("pushes that waited for a sign-in are tried in their own time: %s", e.getMessage());
        }
    }

    void forget(@Observes SignInEvent.Ended event) {
        try {
            states.forgetCreators(of(event.connection()));
        } catch (SQLException e) {
            throw new IllegalStateException("the creator of records could not be forgotten", e);
        }
    }

    private List<String> of(String connection) {
        return settings.pushes().values().stream().filter(each -> each.connection().equals(connection))
                .map(Settings.Push::name).toList();
    }
}
