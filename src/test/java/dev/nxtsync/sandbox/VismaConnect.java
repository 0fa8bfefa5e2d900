package dev.nxtsync.sandbox;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.AccessTokenResponse;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.OAuth2Error;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenErrorResponse;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.PlainClientSecret;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.oauth2.sdk.token.Tokens;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.SubjectType;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;

/** Visma Connect: discovery, keys, and the grants of services and persons with a real check of the client. */
final class VismaConnect {
    static final String CLIENT = "isv_demo";
    static final String SECRET = "demo+secret%/:1";
    private static final Scope GRANTED = new Scope("business-graphql-service-api:access-group-based",
            "business-graphql-service-api:access-group-based-readonly");

    static final Scope GRANTED_TO_USERS = new Scope("openid", "email", "profile", "offline_access", "tenants",
            "business-graphql-api:access-group-based", "business-graphql-api:access-group-based-readonly");

    /** The first one of every sandbox of a process: to make one takes longer than all else of a sandbox's start. */
    private static final RSAKey FIRST_KEY = newKey();

    private final String issuer;
    private final Duration lifetime;
    private final Faults faults;
    private final Persons persons;
    private volatile RSAKey key = FIRST_KEY;
    private final Map<String, Instant> issued = new ConcurrentHashMap<>();
    private volatile Set<String> secrets = Set.of(SECRET);
    private volatile String error = "";
    private volatile String reduced = "";

    VismaConnect(String issuer, Duration lifetime, Faults faults, Persons persons) {
        this.persons = persons;
        this.issuer = issuer;
        this.lifetime = lifetime;
        this.faults = faults;
    }

    private static RSAKey newKey() {
        try {
            return new RSAKeyGenerator(2048).keyID(UUID.randomUUID().toString()).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Signs with another key from now on, which is the only one that is published. */
    void rotateKey() {
        key = newKey();
    }

    String issuer() {
        return issuer;
    }

    /** The scope that is granted whatever was asked; empty if it is what was asked. */
    String reduced() {
        return reduced;
    }

    /** Every token request is refused with this error from now on; none if it is empty. */
    void refuseWith(String code) {
        error = code;
    }

    /** This scope is granted from now on, whatever was asked; what was asked if it is empty. */
    void grantOnly(String scope) {
        reduced = scope;
    }

    String discovery() {
        var metadata = new OIDCProviderMetadata(new Issuer(issuer), List.of(SubjectType.PUBLIC),
                URI.create(issuer + "/.well-known/openid-configuration/jwks"));
        metadata.setTokenEndpointURI(URI.create(issuer + "/connect/token"));
        metadata.setAuthorizationEndpointURI(URI.create(issuer + "/connect/authorize"));
        metadata.setUserInfoEndpointURI(URI.create(issuer + "/connect/userinfo"));
        metadata.setEndSessionEndpointURI(URI.create(issuer + "/connect/endsession"));
        metadata.setRevocationEndpointURI(URI.create(issuer + "/connect/revocation"));
        metadata.setGrantTypes(
                List.of(GrantType.AUTHORIZATION_CODE, GrantType.CLIENT_CREDENTIALS, GrantType.REFRESH_TOKEN));
        metadata.setResponseTypes(List.of(ResponseType.CODE));
        metadata.setCodeChallengeMethods(List.of(CodeChallengeMethod.S256, CodeChallengeMethod.PLAIN));
        metadata.setTokenEndpointAuthMethods(
                List.of(ClientAuthenticationMethod.CLIENT_SECRET_BASIC, ClientAuthenticationMethod.CLIENT_SECRET_POST));
        metadata.setIDTokenJWSAlgs(List.of(JWSAlgorithm.RS256));
        // as incomplete as the real one
        metadata.setScopes(new Scope("openid", "email", "profile", "offline_access"));
        metadata.setSupportsAuthorizationResponseIssuerParam(true);
        return metadata.toJSONObject().toJSONString();
    }

    String keys() {
        return new JWKSet(key.toPublicJWK()).toString();
    }

    /** Answers a request to the token endpoint. */
    HTTPResponse token(String authorization, String contentType, String body) {
        try {
            var http = new HTTPRequest(HTTPRequest.Method.POST, URI.create(issuer + "/connect/token"));
            http.setContentType(contentType == null ? "application/x-www-form-urlencoded" : contentType);
            if (authorization != null) {
                http.setAuthorization(authorization);
            }
            http.setBody(body);
            if (authorization != null && !isBasic(authorization)) {
                return refusal(OAuth2Error.INVALID_CLIENT);
            }
            return answer(TokenRequest.parse(http));
        } catch (ParseException e) {
            return refusal(e.getErrorObject() == null ? OAuth2Error.INVALID_REQUEST : e.getErrorObject());
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A secret that is not form-encoded cannot be decoded, which the real one takes for a wrong client. */
    private static boolean isBasic(String authorization) {
        try {
            return ClientSecretBasic.parse(authorization) != null;
        } catch (ParseException | IllegalArgumentException e) {
            return false;
        }
    }

    /** Secrets of the client from now on, each of which is good. */
    void secrets(Set<String> good) {
        secrets = good;
    }

    /** Whether the API takes this token now. */
    boolean accepts(String token) {
        var expiry = token == null ? null : issued.get(token);
        return expiry != null && Instant.now().isBefore(expiry);
    }

    List<String> tokens() {
        return List.copyOf(issued.keySet());
    }

    private HTTPResponse answer(TokenRequest request) throws JOSEException {
        if (!(request.getClientAuthentication() instanceof PlainClientSecret client)
                || !client.getClientID().getValue().equals(CLIENT)
                || !secrets.contains(client.getClientSecret().getValue())) {
            return refusal(OAuth2Error.INVALID_CLIENT);
        }
        if (!error.isEmpty()) {
            return refusal(new ErrorObject(error));
        }
        if (request.getAuthorizationGrant() instanceof AuthorizationCodeGrant grant) {
            return persons.exchange(grant, issuer, key).map(tokens -> new OIDCTokenResponse(tokens).toHTTPResponse())
                    .orElseGet(() -> refusal(OAuth2Error.INVALID_GRANT));
        }
        if (request.getAuthorizationGrant() instanceof RefreshTokenGrant grant) {
            return persons.refresh(grant.getRefreshToken().getValue(), issuer, key)
                    .map(tokens -> new AccessTokenResponse(tokens).toHTTPResponse())
                    .orElseGet(() -> refusal(OAuth2Error.INVALID_GRANT));
        }
        if (!request.getAuthorizationGrant().getType().equals(GrantType.CLIENT_CREDENTIALS)) {
            return refusal(OAuth2Error.UNAUTHORIZED_CLIENT);
        }
        Scope asked = request.getScope() == null || request.getScope().isEmpty() ? GRANTED : request.getScope();
        if (!GRANTED.toStringList().containsAll(asked.toStringList())) {
            return refusal(OAuth2Error.INVALID_SCOPE);
        }
        asked = reduced.isEmpty() ? asked : Scope.parse(reduced);
        boolean expired = faults.strikes("token-expired-on-arrival");
        Instant now = Instant.now();
        Instant expiry = expired ? now : now.plus(lifetime);
        var jwt = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(),
                new JWTClaimsSet.Builder().issuer(issuer).jwtID(UUID.randomUUID().toString()).claim("client_id", CLIENT)
                        .claim("scope", asked.toStringList()).audience(List.of("business-graphql-service-api"))
                        .notBeforeTime(Date.from(now)).expirationTime(Date.from(expiry)).build());
        jwt.sign(new RSASSASigner(key));
        issued.values().removeIf(each -> each.isBefore(now.minusSeconds(60)));
        issued.put(jwt.serialize(), expiry);
        long expiresIn = faults.strikes("no-expires-in") ? 0 : expired ? -1 : lifetime.toSeconds();
        var response = new AccessTokenResponse(
                new Tokens(new BearerAccessToken(jwt.serialize(), Math.max(0, expiresIn), asked), null))
                .toHTTPResponse();
        if (expired) {
            response.setBody(response.getBody().replaceFirst("\\{", "{\"expires_in\":0,"));
        }
        return response;
    }

    /** 400 for every error, invalid_client included, and without a description. */
    private static HTTPResponse refusal(ErrorObject error) {
        var response = new TokenErrorResponse(new ErrorObject(error.getCode(), null, 400)).toHTTPResponse();
        response.setStatusMessage("Bad Request");
        return response;
    }
}
