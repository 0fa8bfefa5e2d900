package dev.nxtsync.token;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

import io.vertx.core.Vertx;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResponseMode;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRevocationRequest;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.UserInfoRequest;
import com.nimbusds.openid.connect.sdk.claims.ClaimsSet;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SignInSettings;
import dev.nxtsync.error.Problem;
import dev.nxtsync.transport.Network;

/**
 * Visma Connect for one connection of a user: sign-in, refresh tokens, sign-out. Every endpoint comes from discovery, which is
 * read anew for each sign-in. Keeps nothing else. Safe for any number of threads; each call
 * blocks for the requests that it makes.
 */
public final class OpenIdProvider {
    /** Of what is shown of a person. */
    private static final int LONGEST_CLAIM = 200;

    private final Settings.Connection connection;
    private final SignInSettings settings;
    private final Issuer issuer;
    private final ConnectLine line;
    private final RefusalMessages messages;
    private final IdTokens idTokens;

    OpenIdProvider(Settings.Connection connection, SignInSettings settings, Network network, Vertx vertx) {
        this.connection = connection;
        this.settings = settings;
        this.issuer = new Issuer(settings.tokens().issuer(connection));
        this.line = new ConnectLine(connection, settings.tokens(), network, vertx);
        this.messages = line.messages();
        this.idTokens = new IdTokens(issuer, line);
    }

    /**
     * Secrets of one sign-in (RFC 7636; OpenID Connect Core, section 3.1.2.1).
     *
     * @param verifier whose SHA-256 the authorization request carries
     */
    public record Challenge(String state, String nonce, String verifier) {
        public static Challenge random() {
            return new Challenge(new State(32).getValue(), new Nonce(32).getValue(),
                    new CodeVerifier().getValue());
        }

        @Override
        public String toString() {
            return "Challenge";
        }
    }

    /** What a sign-in has brought. */
    public record SignedIn(Person person, UserTokenSet tokens) {}

    /** Where tokens come from, and are sent to. */
    public String issuer() {
        return issuer.getValue();
    }

    /** The address at which a person signs in. */
    public URI authorization(Challenge challenge) throws ConnectUnreachable {
        var endpoint = line.endpointsAnew().authorization()
                .orElseThrow(() -> new ConnectUnreachable(messages.without("authorization endpoint")));
        var request = new AuthenticationRequest.Builder(ResponseType.CODE, Scope.parse(connection.askedScope()),
                line.clientId(), redirect())
                .endpointURI(endpoint).state(new State(challenge.state())).nonce(new Nonce(challenge.nonce()))
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
        var endpoints = line.endpoints();
        HTTPRequest request = line.tokenRequest(endpoints, new AuthorizationCodeGrant(
                new AuthorizationCode(code), redirect(), new CodeVerifier(challenge.verifier())), null);
        ConnectAnswer response = line.ask(request, ConnectLine.PATIENCE);
        if (!response.isSuccess()) {
            throw refused(request, response);
        }
        var answer = line.tokens(request, response);
        String idToken = answer.idToken().orElseThrow(() -> new SignInFailed(
                "Visma Connect's answer has no ID token, so that it does not tell who signed in. Ask "
                        + "for the scope openid."));
        IDTokenClaimsSet claims = idTokens.verified(idToken, new Nonce(challenge.nonce()), endpoints);
        String subject = claims.getSubject().getValue();
        Optional<JsonNode> info = userInfo(endpoints, answer.tokens().accessToken());
        if (info.isPresent() && !info.get().path("sub").asText().equals(subject)) {
            throw new SignInFailed("The userinfo endpoint speaks of another person than the ID token.");
        }
        return new SignedIn(new Person(subject, claim("name", info, claims), claim("email", info, claims),
                claim("tenant_id", info, claims)), answer.tokens());
    }

    /** Why there is no Visma Connect to send a refresh token to now; empty if it is known where to. */
    public Optional<Problem> away() {
        try {
            line.endpoints();
            return Optional.empty();
        } catch (ConnectUnreachable e) {
            return Optional.of(e.reason());
        }
    }

    /** Uses a refresh token, once. */
    public Refresh refresh(String refreshToken, Duration atMost) {
        HTTPRequest request;
        try {
            // RFC 6749, section 6: a refresh without a scope is for what was granted
            request = line.tokenRequest(line.endpoints(),
                    new RefreshTokenGrant(new RefreshToken(refreshToken)), null);
        } catch (ConnectUnreachable e) {
            return new Refresh.Unused(e.reason(), Optional.empty());
        }
        try {
            return judged(request, line.ask(request, atMost));
        } catch (ConnectUnreachable e) {
            return e.isUnsent() ? new Refresh.Unused(e.reason(), Optional.empty()) : new Refresh.Lost(e.reason());
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
            throw new ConnectUnreachable(line.reason(NotAToken.of(response, Sent.in(request))));
        }
    }

    /** Where a person ends the session of the browser (OpenID Connect RP-Initiated Logout); empty if there is no such place. */
    public Optional<URI> endOfSession() throws ConnectUnreachable {
        return line.endpoints().endOfSession();
    }

    private Refresh judged(HTTPRequest request, ConnectAnswer response) {
        int status = response.status();
        if (response.isSuccess()) {
            try {
                return new Refresh.Refreshed(line.tokens(request, response).tokens());
            } catch (ConnectUnreachable e) {
                return new Refresh.Lost(e.reason());
            }
        }
        var refusal = NotAToken.of(response, Sent.in(request));
        if (refusal.error().equals("invalid_grant")) {
            return new Refresh.Invalid();
        }
        // what a server says that fails while it works on a request, and a gateway that has passed it on
        return status == 500 || status == 502 || status == 504
                ? new Refresh.Lost(line.reason(refusal))
                : new Refresh.Unused(line.reason(refusal), response.retryAfter());
    }

    /** Empty if there is no such endpoint. */
    private Optional<JsonNode> userInfo(Endpoints endpoints, String accessToken)
            throws ConnectUnreachable, SignInFailed {
        if (endpoints.userInfo().isEmpty()) {
            return Optional.empty();
        }
        var response = line.ask(new UserInfoRequest(endpoints.userInfo().get(), new BearerAccessToken(accessToken))
                .toHTTPRequest(), ConnectLine.PATIENCE);
        var info = ConnectJson.object(response.body());
        if (!response.isSuccess() || !info.path("sub").isTextual()) {
            throw new SignInFailed("The userinfo endpoint does not say who signed in (HTTP "
                    + response.status() + "). Try again.");
        }
        return Optional.of(info);
    }

    private static Optional<String> claim(String name, Optional<JsonNode> info, ClaimsSet claims) {
        return info.map(each -> each.path(name).textValue())
                .or(() -> Optional.ofNullable(claims.getStringClaim(name)))
                .map(text -> text.replaceAll("\\p{Cntrl}", " "))
                .map(text -> text.substring(0, Math.min(text.length(), LONGEST_CLAIM)));
    }

    private URI redirect() {
        return URI.create(settings.publicUrl("/connections/" + connection.name() + "/callback"));
    }

    private SignInFailed refused(HTTPRequest request, ConnectAnswer response) {
        var refusal = NotAToken.of(response, Sent.in(request));
        return refusal.error().equals("invalid_grant")
                ? new SignInFailed("Visma Connect does not take the code: it was used before, or is too old.")
                : new SignInFailed(line.reason(refusal).message());
    }
}
