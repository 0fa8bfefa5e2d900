package dev.nxtsync.push;

import java.sql.SQLException;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.push.outbox.PushStates;
import dev.nxtsync.signin.SignInEvent;

/** Forgets who created the records of a connection's pushes when that person signs out. */
@Singleton
record ForgottenCreators(Settings settings, PushStates states) {
    void forget(@Observes SignInEvent.SignInEnded event) {
        try {
            states.forgetCreators(settings.pushes(event.connection()).stream().map(Settings.Push::name).toList());
        } catch (SQLException e) {
            throw new IllegalStateException("the creator of records could not be forgotten", e);
        }
    }
}
