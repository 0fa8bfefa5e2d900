package dev.nxtsync.token;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.Objects;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.vertx.core.Vertx;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.GeneralException;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResponseMode;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenErrorResponse;
import com.nimbusds.oauth2.sdk.TokenRevocationRequest;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.UserInfoRequest;
import com.nimbusds.openid.connect.sdk.UserInfoResponse;
import com.nimbusds.openid.connect.sdk.claims.ClaimsSet;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.claims.UserInfo;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;

import dev.nxtsync.config.Network;
import dev.nxtsync.config.Settings;
import dev.nxtsync.trouble.NetworkFault;
import dev.nxtsync.trouble.Reason;

/**
 * Visma Connect for one connection of a user: sign-in, refresh tokens, sign-out. Every endpoint comes from discovery, which is
 * read anew for each sign-in and after a request has failed. Keeps nothing else. Safe for any number of threads; each call
 * blocks for the requests that it makes.
 */
public final class OpenIdProvider {
    /** How far apart clocks may be, theirs and ours. */
    private static final int SKEW_SECONDS = 60;
    /** Of one request of a sign-in, for which a person waits. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Settings.Connection connection;
    private final Settings settings;
    private final Issuer issuer;
    private final RefusalMessages messages;
    private final Network network;
    private final Vertx vertx;
    private final Clock clock = Clock.systemUTC();
    private volatile @Nullable OIDCProviderMetadata known;

    OpenIdProvider(Settings.Connection connection, Settings settings, Network network, Vertx vertx) {
        this.connection = connection;
        this.settings = settings;
        this.issuer = new Issuer(settings.issuer(connection));
        this.messages = new RefusalMessages(connection, settings.issuer(connection));
        this.network = network;
        this.vertx = vertx;
    }

    /** Visma Connect was not reached, or did not say what it should. */
    public static final class Unreachable extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient Reason reason;

        Unreachable(Reason reason) {
            super(reason.message());
            this.reason = reason;
        }

        public Reason reason() {
            return reason;
        }
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

    /** The address at which a person signs in. */
    public URI authorization(Challenge challenge) throws Unreachable {
        var endpoint = Optional.ofNullable(discovered().getAuthorizationEndpointURI())
                .orElseThrow(() -> new Unreachable(messages.without("authorization endpoint")));
        var request = new AuthenticationRequest.Builder(ResponseType.CODE, Scope.parse(connection.askedScope()),
                clientId(), redirect())
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
    public boolean isIssuer(Optional<String> named) throws Unreachable {
        var metadata = metadata();
        return named.map(name -> name.equals(issuer.getValue()))
                .orElse(!metadata.supportsAuthorizationResponseIssuerParam());
    }

    /** Exchanges an authorization code, and finds out who it is of. */
    public SignedIn exchange(String code, Challenge challenge) throws Unreachable, SignInFailed {
        var metadata = metadata();
        HTTPResponse response = ask(tokenRequest(metadata, new AuthorizationCodeGrant(new AuthorizationCode(code),
                redirect(), new CodeVerifier(challenge.verifier()))));
        OIDCTokenResponse answer;
        try {
            if (!(OIDCTokenResponseParser.parse(response) instanceof OIDCTokenResponse success)) {
                throw refused(response);
            }
            answer = success;
        } catch (ParseException e) {
            throw refused(response);
        }
        var idToken = answer.getOIDCTokens().getIDToken();
        if (idToken == null) {
            throw new SignInFailed(
                    "Visma Connect's answer has no ID token, so that it does not tell who signed in. Ask "
                            + "for the scope openid.");
        }
        IDTokenClaimsSet claims = verified(idToken, new Nonce(challenge.nonce()), metadata);
        UserTokenSet tokens = tokens(answer);
        Optional<UserInfo> info = userInfo(metadata, tokens.accessToken());
        if (info.isPresent() && !info.get().getSubject().equals(claims.getSubject())) {
            throw new SignInFailed("The userinfo endpoint speaks of another person than the ID token.");
        }
        return new SignedIn(new Person(claims.getSubject().getValue(), claim("name", info, claims),
                claim("email", info, claims), claim("tenant_id", info, claims)), tokens);
    }

    /** Why there is no Visma Connect to send a refresh token to now; empty if it is known where to. */
    public Optional<Reason> away() {
        try {
            metadata();
            return Optional.empty();
        } catch (Unreachable e) {
            return Optional.of(e.reason());
        }
    }

    /** Uses a refresh token, once. */
    public Refresh refresh(String refreshToken, Duration atMost) {
        HTTPRequest request;
        try {
            request = tokenRequest(metadata(), new RefreshTokenGrant(new RefreshToken(refreshToken)));
        } catch (Unreachable e) {
            return new Refresh.Unused(e.reason());
        }
        try {
            return judged(request.send(new ConnectClient(network, vertx, atMost)));
        } catch (IOException e) {
            known = null;
            return NetworkFault.of(e).<Refresh>map(fault -> new Refresh.Unused(messages.unreachable(fault)))
                    .orElseGet(() -> new Refresh.Lost(messages.slow(atMost)));
        }
    }

    /** Ends a refresh token and all that came from it (RFC 7009). */
    public void revoke(String refreshToken) throws Unreachable {
        var endpoint = Optional.ofNullable(metadata().getRevocationEndpointURI())
                .orElseThrow(() -> new Unreachable(messages.without("revocation endpoint")));
        var response = ask(new TokenRevocationRequest(endpoint, client(), new RefreshToken(refreshToken))
                .toHTTPRequest());
        if (response.getStatusCode() != HTTPResponse.SC_OK) {
            throw new Unreachable(reason(response));
        }
    }

    /** Where a person ends the session of the browser (OpenID Connect RP-Initiated Logout); empty if there is no such place. */
    public Optional<URI> endOfSession() throws Unreachable {
        return Optional.ofNullable(metadata().getEndSessionEndpointURI());
    }

    private Refresh judged(HTTPResponse response) {
        int status = response.getStatusCode();
        if (status == HTTPResponse.SC_OK) {
            try {
                if (OIDCTokenResponseParser.parse(response) instanceof OIDCTokenResponse success) {
                    return new Refresh.Refreshed(tokens(success));
                }
            } catch (ParseException e) {
                // said below
            }
            return new Refresh.Lost(reason(response));
        }
        if (error(response).filter("invalid_grant"::equals).isPresent()) {
            return new Refresh.Invalid();
        }
        known = null;
        // what a server says that fails while it works on a request, and a gateway that has passed it on
        return status == 500 || status == 502 || status == 504
                ? new Refresh.Lost(reason(response))
                : new Refresh.Unused(reason(response));
    }

    private IDTokenClaimsSet verified(com.nimbusds.jwt.JWT idToken, Nonce nonce, OIDCProviderMetadata metadata)
            throws Unreachable, SignInFailed {
        try {
            // read for each sign-in, so that a key that is new, or no longer there, is known as such
            var keys = JWKSet.parse(ask(new HTTPRequest(HTTPRequest.Method.GET, metadata.getJWKSetURI()))
                    .getBody());
            var validator = new IDTokenValidator(issuer, clientId(), JWSAlgorithm.RS256, keys);
            validator.setMaxClockSkew(SKEW_SECONDS);
            var claims = validator.validate(idToken, nonce);
            // RFC 7519, section 4.1.5, which the validator leaves out
            Date notBefore = claims.getDateClaim("nbf");
            if (notBefore != null && notBefore.toInstant().minusSeconds(SKEW_SECONDS).isAfter(clock.instant())) {
                throw new SignInFailed("The ID token is not valid yet.");
            }
            return claims;
        } catch (BadJOSEException | JOSEException e) {
            throw new SignInFailed("The ID token is not to be trusted: " + e.getMessage() + ".");
        } catch (java.text.ParseException e) {
            throw new Unreachable(messages.without("usable key set"));
        }
    }

    /** Empty if there is no such endpoint. */
    private Optional<UserInfo> userInfo(OIDCProviderMetadata metadata, String accessToken)
            throws Unreachable, SignInFailed {
        if (metadata.getUserInfoEndpointURI() == null) {
            return Optional.empty();
        }
        var response = ask(new UserInfoRequest(metadata.getUserInfoEndpointURI(), new BearerAccessToken(accessToken))
                .toHTTPRequest());
        try {
            var answer = UserInfoResponse.parse(response);
            if (answer.indicatesSuccess() && answer.toSuccessResponse().getUserInfo() != null) {
                return Optional.of(answer.toSuccessResponse().getUserInfo());
            }
        } catch (ParseException e) {
            // said below
        }
        throw new SignInFailed("The userinfo endpoint does not say who signed in (HTTP " + response.getStatusCode()
                + "). Try again.");
    }

    private static Optional<String> claim(String name, Optional<UserInfo> info, ClaimsSet claims) {
        return info.map(each -> each.getStringClaim(name)).or(() -> Optional.ofNullable(claims.getStringClaim(name)))
                .map(text -> text.replaceAll("\\p{Cntrl}", " "));
    }

    private static UserTokenSet tokens(OIDCTokenResponse answer) {
        var tokens = answer.getOIDCTokens();
        long lifetime = tokens.getAccessToken().getLifetime();
        return new UserTokenSet(tokens.getAccessToken().getValue(),
                lifetime > 0 ? Optional.of(Duration.ofSeconds(lifetime)) : Optional.empty(),
                Optional.ofNullable(tokens.getAccessToken().getScope()).map(Scope::toString),
                Optional.ofNullable(tokens.getRefreshToken()).map(RefreshToken::getValue));
    }

    private HTTPRequest tokenRequest(OIDCProviderMetadata metadata, AuthorizationGrant grant) throws Unreachable {
        // RFC 6749, section 6: a refresh without a scope is for what was granted
        var request = new com.nimbusds.oauth2.sdk.TokenRequest.Builder(metadata.getTokenEndpointURI(), client(),
                grant);
        connection.extraParameters().forEach((name, value) -> request.customParameter(name, value));
        return request.build().toHTTPRequest();
    }

    private ClientAuthentication client() throws Unreachable {
        try {
            var secret = new Secret(connection.clientSecret().reveal());
            return connection.tokenAuth() == Settings.TokenAuth.BASIC
                    ? new ClientSecretBasic(clientId(), secret)
                    : new ClientSecretPost(clientId(), secret);
        } catch (UncheckedIOException e) {
            throw new Unreachable(messages.unreadable(e));
        }
    }

    private ClientID clientId() {
        return new ClientID(connection.clientId());
    }

    private URI redirect() {
        return URI.create(settings.publicUrl("/connections/" + connection.name() + "/callback"));
    }

    private OIDCProviderMetadata metadata() throws Unreachable {
        var metadata = known;
        return metadata == null ? discovered() : metadata;
    }

    private OIDCProviderMetadata discovered() throws Unreachable {
        try {
            var request = new HTTPRequest(HTTPRequest.Method.GET,
                    OIDCProviderMetadata.resolveURL(issuer).toURI());
            HTTPResponse response = ask(request);
            if (response.getStatusCode() != HTTPResponse.SC_OK) {
                throw new Unreachable(reason(response));
            }
            var metadata = OIDCProviderMetadata.parse(response.getBody());
            if (!metadata.getIssuer().equals(issuer)) {
                throw new Unreachable(messages.otherIssuer(metadata.getIssuer().getValue()));
            }
            if (metadata.getTokenEndpointURI() == null) {
                throw new Unreachable(messages.without("token endpoint"));
            }
            known = metadata;
            return metadata;
        } catch (GeneralException | java.net.URISyntaxException e) {
            throw new Unreachable(messages.without("readable discovery document"));
        }
    }

    private HTTPResponse ask(HTTPRequest request) throws Unreachable {
        try {
            return request.send(new ConnectClient(network, vertx, PATIENCE));
        } catch (IOException e) {
            known = null;
            throw new Unreachable(NetworkFault.of(e).map(messages::unreachable)
                    .orElseGet(() -> messages.slow(PATIENCE)));
        }
    }

    private SignInFailed refused(HTTPResponse response) {
        return error(response).filter("invalid_grant"::equals).isPresent()
                ? new SignInFailed("Visma Connect does not take the code: it was used before, or is too old.")
                : new SignInFailed(reason(response).message());
    }

    private Reason reason(HTTPResponse response) {
        int status = response.getStatusCode();
        String location = Optional.ofNullable(response.getLocation()).map(URI::toString).orElse("");
        if (status == HTTPResponse.SC_OK) {
            return messages.noToken();
        }
        try {
            return messages.of(new TokenEndpointAnswers.NotAToken(status, error(response).orElse(""), location),
                    connection.clientSecret().reveal());
        } catch (UncheckedIOException e) {
            return messages.unreadable(e);
        }
    }

    private static Optional<String> error(HTTPResponse response) {
        try {
            return Optional.ofNullable(TokenErrorResponse.parse(response).getErrorObject())
                    .map(error -> Objects.requireNonNullElse(error.getCode(), ""));
        } catch (ParseException e) {
            return Optional.empty();
        }
    }
}
