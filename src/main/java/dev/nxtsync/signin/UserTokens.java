package dev.nxtsync.signin;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import jakarta.enterprise.event.Event;
import jakarta.inject.Singleton;

import dev.nxtsync.config.ApiSettings;
import dev.nxtsync.config.Settings;
import dev.nxtsync.token.OpenIdProviders;
import dev.nxtsync.token.TokenRequest;
import dev.nxtsync.token.UserTokenRequests;

/** The tokens of all connections of users. */
@Singleton
class UserTokens implements UserTokenRequests {
    private final Event<SignInEvent> events;
    private final Map<String, RefreshTokens> byName = new TreeMap<>();

    UserTokens(ApiSettings settings, UserGrants grants, GrantTokens tokens, OpenIdProviders providers,
            Event<SignInEvent> events) {
        this.events = events;
        for (Settings.Connection each : settings.connections().values()) {
            if (each.kind() == Settings.ConnectionKind.USER) {
                byName.put(each.name(), new RefreshTokens(each, settings.timeLimit(), grants, tokens,
                        providers.of(each.name()), () -> goOn(each.name())));
            }
        }
    }

    @Override
    public TokenRequest of(Settings.Connection connection) {
        return Objects.requireNonNull(byName.get(connection.name()));
    }

    /** How each connection's grant was when this process looked at it last. */
    Map<String, RefreshTokens.Seen> seen() {
        var seen = new TreeMap<String, RefreshTokens.Seen>();
        byName.forEach((name, tokens) -> seen.put(name, tokens.seen()));
        return seen;
    }

    /** Has all that waited for a sign-in tried at once. */
    void goOn(String connection) {
        events.fire(new SignInEvent.Works(connection));
    }
}
