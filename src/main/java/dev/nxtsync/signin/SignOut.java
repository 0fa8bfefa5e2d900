package dev.nxtsync.signin;

import java.net.URI;
import java.sql.SQLException;
import java.util.Optional;

import jakarta.enterprise.event.Event;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.config.Settings;
import dev.nxtsync.token.ConnectUnreachable;
import dev.nxtsync.token.OpenIdProviders;

/** The end of what a person's sign-in has begun (RFC 7009). */
@Singleton
public class SignOut {
    private static final Logger LOG = Logger.getLogger(SignOut.class);

    private final UserGrants grants;
    private final GrantTokens tokens;
    private final OpenIdProviders providers;
    private final Event<SignInEvent> events;

    SignOut(UserGrants grants, GrantTokens tokens, OpenIdProviders providers, Event<SignInEvent> events) {
        this.grants = grants;
        this.tokens = tokens;
        this.providers = providers;
        this.events = events;
    }

    /** What became of a sign-out. */
    public record SignedOut(boolean revoked, Optional<URI> endOfSession) {}

    /**
     * Ends what a sign-in has begun: its refresh token is revoked, and forgotten. Nothing is done if Visma Connect does not
     * take it back.
     */
    public SignedOut signOut(Settings.Connection connection) throws SQLException, ConnectUnreachable {
        var provider = providers.of(connection.name());
        var endOfSession = provider.endOfSession();
        var grant = grants.find(connection.name()).filter(each -> !each.refreshToken().isEmpty());
        boolean revoked = false;
        if (grant.isPresent() && grant.get().isOfAnother(provider.issuer())) {
            LOG.warnf("Connection %s: its refresh token is not revoked, because it came from another issuer: %s",
                    connection.name(), grant.get().issuer().orElseThrow());
        } else if (grant.isPresent()) {
            try {
                provider.revoke(tokens.refreshToken(grant.get()));
                revoked = true;
            } catch (TokenEncryption.Locked e) {
                LOG.warnf("Connection %s: its refresh token cannot be revoked. %s", connection.name(), e.getMessage());
            }
        }
        grants.forget(connection.name(), SignInNeeded.signedOut(connection));
        events.fire(new SignInEvent.SignInEnded(connection.name()));
        // every replica, this one too, notices that within two seconds
        return new SignedOut(revoked, endOfSession);
    }
}
