package dev.nxtsync.push;

import java.sql.SQLException;
import java.util.List;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.config.Settings;
import dev.nxtsync.push.outbox.PushLanes;
import dev.nxtsync.push.outbox.PushStates;
import dev.nxtsync.signin.SignInEvent;
import dev.nxtsync.token.TokenRecovered;

/** Has pushes that waited for a token tried at once when there is one, and forgets who created records when a person signs out. */
@Singleton
class PushesAfterToken {
    private static final Logger LOG = Logger.getLogger(PushesAfterToken.class);

    private final Settings settings;
    private final PushStates states;
    private final PushLanes lanes;

    PushesAfterToken(Settings settings, PushStates states, PushLanes lanes) {
        this.settings = settings;
        this.states = states;
        this.lanes = lanes;
    }

    void signedIn(@Observes SignInEvent.Works event) {
        retry(event.connection());
    }

    void recovered(@ObservesAsync TokenRecovered event) {
        retry(event.connection());
    }

    private void retry(String connection) {
        try {
            lanes.retry(connection, pushes(connection));
        } catch (SQLException e) {
            LOG.debugf("pushes that waited for a token are tried in their own time: %s", e.getMessage());
        }
    }

    void forget(@Observes SignInEvent.SignInEnded event) {
        try {
            states.forgetCreators(pushes(event.connection()));
        } catch (SQLException e) {
            throw new IllegalStateException("the creator of records could not be forgotten", e);
        }
    }

    private List<String> pushes(String connection) {
        return settings.pushes(connection).stream().map(Settings.Push::name).toList();
    }
}
