package dev.nxtsync.token;

import java.net.URI;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.UserInfoRequest;
import com.nimbusds.openid.connect.sdk.claims.ClaimsSet;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;

import dev.nxtsync.error.QuotedText;

/** The authorization code grant (RFC 6749, section 4.1.3), and who the code is of (OpenID Connect Core, section 3.1.3). */
final class CodeExchange {
    /** Of what is shown of a person. */
    private static final int LONGEST_CLAIM = 200;

    private final ConnectLine line;
    private final IdTokens idTokens;

    CodeExchange(ConnectLine line, Issuer issuer) {
        this.line = line;
        this.idTokens = new IdTokens(issuer, line);
    }

    /**
     * Exchanges an authorization code, and finds out who it is of.
     *
     * @param redirect where the browser came back to
     */
    SignedIn exchange(String code, Challenge challenge, URI redirect) throws ConnectUnreachable, SignInFailed {
        var endpoints = line.endpoints();
        HTTPRequest request = line.tokenRequest(endpoints, new AuthorizationCodeGrant(new AuthorizationCode(code),
                redirect, new CodeVerifier(challenge.verifier())), null);
        ConnectAnswer response = line.ask(request, ConnectLine.PATIENCE);
        if (!response.isSuccess()) {
            throw refused(request, response);
        }
        var answer = line.tokens(request, response);
        String idToken = answer.idToken().orElseThrow(
                () -> new SignInFailed("Visma Connect's answer has no ID token, so it does not tell who signed in. Ask "
                        + "for the scope openid."));
        IDTokenClaimsSet claims = idTokens.verified(idToken, new Nonce(challenge.nonce()), endpoints);
        String subject = claims.getSubject().getValue();
        Optional<JsonNode> info = userInfo(endpoints, answer.tokens().accessToken());
        if (info.isPresent() && !info.get().path("sub").asText().equals(subject)) {
            throw new SignInFailed("The userinfo endpoint names another person than the ID token.");
        }
        return new SignedIn(new Person(subject, claim("name", info, claims), claim("email", info, claims),
                claim("tenant_id", info, claims)), answer.tokens());
    }

    /** Empty if there is no such endpoint. */
    private Optional<JsonNode> userInfo(Endpoints endpoints, String accessToken)
            throws ConnectUnreachable, SignInFailed {
        if (endpoints.userInfo().isEmpty()) {
            return Optional.empty();
        }
        var response = line.ask(
                new UserInfoRequest(endpoints.userInfo().get(), new BearerAccessToken(accessToken)).toHTTPRequest(),
                ConnectLine.PATIENCE);
        var info = ConnectJson.object(response.body());
        if (!response.isSuccess() || !info.path("sub").isTextual()) {
            throw new SignInFailed(
                    "The userinfo endpoint does not say who signed in (HTTP " + response.status() + "). Try again.");
        }
        return Optional.of(info);
    }

    private static Optional<String> claim(String name, Optional<JsonNode> info, ClaimsSet claims) {
        return info.map(each -> each.path(name).textValue()).or(() -> Optional.ofNullable(claims.getStringClaim(name)))
                .map(text -> QuotedText.upTo(LONGEST_CLAIM, text));
    }

    private SignInFailed refused(HTTPRequest request, ConnectAnswer response) {
        var refusal = NotAToken.of(response, SentSecrets.in(request));
        return refusal.error().equals("invalid_grant")
                ? new SignInFailed("Visma Connect does not accept the code: it was used before, or is too old.")
                : new SignInFailed(line.reason(refusal).message());
    }
}
