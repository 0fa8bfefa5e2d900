package dev.nxtsync.token;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

import io.vertx.core.Vertx;

import com.nimbusds.oauth2.sdk.ResponseMode;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRevocationRequest;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Nonce;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SignInSettings;
import dev.nxtsync.error.Problem;
import dev.nxtsync.transport.Network;

/**
 * Visma Connect for one connection of a user: sign-in, refresh tokens, sign-out. Every endpoint comes from discovery, which is
 * read anew for each sign-in. Keeps nothing else. Safe for any number of threads; each call
 * blocks for the requests that it makes.
 */
public final class OpenIdProvider implements RefreshTokenIssuer {
    private final Settings.Connection connection;
    private final SignInSettings settings;
    private final Issuer issuer;
    private final ConnectLine line;
    private final RefusalMessages messages;
    private final CodeExchange codes;
    private final RefreshGrant refreshes;

    OpenIdProvider(Settings.Connection connection, SignInSettings settings, Network network, Vertx vertx) {
        this.connection = connection;
        this.settings = settings;
        this.issuer = new Issuer(settings.tokens().issuer(connection));
        this.line = new ConnectLine(connection, settings.tokens(), network, vertx);
        this.messages = line.messages();
        this.codes = new CodeExchange(line, issuer);
        this.refreshes = new RefreshGrant(line);
    }

    @Override
    public String issuer() {
        return issuer.getValue();
    }

    /** The address at which a person signs in. */
    public URI authorization(Challenge challenge) throws ConnectUnreachable {
        var endpoint = line.endpointsAnew().authorization()
                .orElseThrow(() -> new ConnectUnreachable(messages.without("authorization endpoint")));
        var request = new AuthenticationRequest.Builder(ResponseType.CODE, Scope.parse(connection.askedScope()),
                line.clientId(), redirect()).endpointURI(endpoint).state(new State(challenge.state()))
                .nonce(new Nonce(challenge.nonce()))
                .codeChallenge(new CodeVerifier(challenge.verifier()), CodeChallengeMethod.S256)
                .responseMode(settings.responseMode() == Settings.ResponseMode.QUERY
                        ? ResponseMode.QUERY
                        : ResponseMode.FORM_POST);
        settings.extraParameters().forEach((name, value) -> request.customParameter(name, value));
        return request.build().toURI();
    }

    /**
     * Whether a callback is this issuer's (RFC 9207, section 2.4).
     *
     * @param named its {@code iss}
     */
    public boolean isIssuer(Optional<String> named) throws ConnectUnreachable {
        var endpoints = line.endpoints();
        return named.map(name -> name.equals(issuer.getValue())).orElse(!endpoints.namesIssuer());
    }

    /** Exchanges an authorization code, and finds out who it is of. */
    public SignedIn exchange(String code, Challenge challenge) throws ConnectUnreachable, SignInFailed {
        return codes.exchange(code, challenge, redirect());
    }

    @Override
    public Refresh refresh(String refreshToken, Duration atMost) {
        return refreshes.refresh(refreshToken, atMost);
    }

    @Override
    public Optional<Problem> away() {
        try {
            line.endpoints();
            return Optional.empty();
        } catch (ConnectUnreachable e) {
            return Optional.of(e.reason());
        }
    }

    /** Ends a refresh token and all that came from it (RFC 7009). */
    public void revoke(String refreshToken) throws ConnectUnreachable {
        var endpoint = line.endpoints().revocation()
                .orElseThrow(() -> new ConnectUnreachable(messages.without("revocation endpoint")));
        var request = new TokenRevocationRequest(endpoint, line.client(), new RefreshToken(refreshToken))
                .toHTTPRequest();
        var response = line.ask(request, ConnectLine.PATIENCE);
        if (!response.isSuccess()) {
            throw new ConnectUnreachable(line.reason(NotAToken.of(response, SentSecrets.in(request))));
        }
    }

    /** Where a person ends the session of the browser (OpenID Connect RP-Initiated Logout); empty if there is no such place. */
    public Optional<URI> endOfSession() throws ConnectUnreachable {
        return line.endpoints().endOfSession();
    }

    private URI redirect() {
        return URI.create(settings.publicUrl("/connections/" + connection.name() + "/callback"));
    }
}
