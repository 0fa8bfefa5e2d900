package dev.nxtsync.signin;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.database.Migrations;
import dev.nxtsync.process.Threads;
import dev.nxtsync.token.Connections;

/** Notices what another replica, or a command, has made of a sign-in: it was renewed, refused, done anew or given up. */
@Singleton
record GrantPoller(UserTokens tokens, UserGrants grants, Connections connections, Migrations migrations) {
    private static final Logger LOG = Logger.getLogger(GrantPoller.class);

    void begin(@Observes Threads threads) {
        threads.repeat("sign-ins", Duration.ofSeconds(2), this::look);
    }

    private void look() {
        var users = tokens.seen().keySet();
        if (users.isEmpty() || !migrations.done()) {
            return;
        }
        try {
            var stored = grants.find(users);
            // read after the store, so that what this process has just stored is no news to it
            var seen = tokens.seen();
            for (UserGrant each : stored) {
                if (RefreshTokens.Seen.of(each).isNewerThan(Objects.requireNonNull(seen.get(each.connection())))) {
                    connections.wake(each.connection());
                }
            }
        } catch (SQLException e) {
            LOG.debugf("sign-ins are looked at later: %s", e.getMessage());
        }
    }
}
