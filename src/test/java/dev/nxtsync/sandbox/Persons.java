package dev.nxtsync.sandbox;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.pkce.CodeChallenge;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;

/**
 * The people of Visma Connect, and what they have granted. Refresh tokens are re-used, or good one time with or without a
 * grace period; using one again that is consumed withdraws all that its person has granted. Safe for any number of threads.
 */
final class Persons {
    static final Map<String, Person> ALL = all();
    static final Map<String, String> TENANTS = tenants();
    private static final Duration CODE_LIFE = Duration.ofMinutes(1);

    private final Duration lifetime;
    private final Counters counters;
    private final Map<String, Code> codes = new HashMap<>();
    private final Map<String, Token> refreshTokens = new HashMap<>();
    private final Map<String, Access> accessTokens = new ConcurrentHashMap<>();
    private final List<String> everIssued = new ArrayList<>();
    private volatile boolean any;
    private Optional<Duration> oneTime = Optional.empty();
    private Forgery forgery = Forgery.NONE;

    record Person(String subject, String name, String email) {}

    /** What a person has agreed to. */
    private record Code(Person person, String tenant, Scope scope, String redirect, String challenge, String nonce,
            Instant until) {}

    /** What came of a code, whichever tokens stand for it by now. */
    private static final class Grant {
        final Person person;
        final Scope scope;
        boolean withdrawn;

        Grant(Person person, Scope scope) {
            this.person = person;
            this.scope = scope;
        }
    }

    private static final class Token {
        final Grant grant;
        Instant consumedAt;

        Token(Grant grant) {
            this.grant = grant;
        }
    }

    private record Access(Grant grant, Instant until) {}

    Persons(Duration lifetime, Counters counters) {
        this.lifetime = lifetime;
        this.counters = counters;
    }

    private static Map<String, Person> all() {
        var all = new LinkedHashMap<String, Person>();
        all.put("kari", new Person("5f3c1a52-9d0e-4b7a-8c6e-1f2a3b4c5d6e", "Kari Nordmann", "kari@example.com"));
        all.put("ola", new Person("0a9b8c7d-6e5f-4a3b-9c2d-1e0f9a8b7c6d", "Ola Nordmann <&>", "ola@example.com"));
        return all;
    }

    private static Map<String, String> tenants() {
        var tenants = new LinkedHashMap<String, String>();
        tenants.put("fjord", "a1111111-2222-4333-8444-555555555555");
        tenants.put("fjell", "b1111111-2222-4333-8444-555555555555");
        return tenants;
    }

    /** From now on a refresh brings another token, and consumes the one before, but for a grace period. */
    synchronized void oneTime(Duration grace) {
        oneTime = Optional.of(grace);
    }

    /** From now on a refresh token is good until it is withdrawn. */
    synchronized void reused() {
        oneTime = Optional.empty();
    }

    synchronized void forge(Forgery what) {
        forgery = what;
    }

    /** Withdraws all that anybody has granted. */
    synchronized void withdrawAll() {
        refreshTokens.values().forEach(each -> each.grant.withdrawn = true);
    }

    /** Codes and tokens that were issued so far, used or not. */
    synchronized List<String> everIssued() {
        return List.copyOf(everIssued);
    }

    /** How many refresh tokens would be taken now. */
    synchronized long usable() {
        return refreshTokens.values().stream().filter(each -> !each.grant.withdrawn && each.consumedAt == null).count();
    }

    /** The API takes every token from now on. */
    void acceptAny() {
        any = true;
    }

    boolean accepts(String token) {
        if (any && token != null) {
            return true;
        }
        var access = token == null ? null : accessTokens.get(token);
        return access != null && !access.grant().withdrawn && Instant.now().isBefore(access.until());
    }

    /** By which name the records are known that are written with a token; empty if it is not taken. */
    Optional<String> actor(String token) {
        return accepts(token)
                ? Optional.of(any ? "somebody" : accessTokens.get(token).grant().person.email())
                : Optional.empty();
    }

    /** A code for what an authorization request asks of a person. */
    synchronized String agree(String person, String tenant, Map<String, String> request, Scope scope) {
        String code = secret();
        codes.put(code, new Code(ALL.get(person), TENANTS.get(tenant), scope, request.get("redirect_uri"),
                request.get("code_challenge"), request.get("nonce"), Instant.now().plus(CODE_LIFE)));
        return code;
    }

    /** Empty if the code is unknown, used, old, or another's. */
    synchronized Optional<OIDCTokens> exchange(AuthorizationCodeGrant grant, String issuer, RSAKey key)
            throws JOSEException {
        var code = codes.remove(grant.getAuthorizationCode().getValue());
        if (code == null || code.until().isBefore(Instant.now()) || grant.getCodeVerifier() == null
                || !CodeChallenge.compute(CodeChallengeMethod.S256, grant.getCodeVerifier()).getValue()
                        .equals(code.challenge())
                || !code.redirect().equals(String.valueOf(grant.getRedirectionURI()))) {
            return Optional.empty();
        }
        var granted = new Grant(code.person(), code.scope());
        return Optional.of(new OIDCTokens(idToken(code, issuer, key), access(granted, issuer, key),
                code.scope().contains("offline_access") ? refreshToken(granted) : null));
    }

    /** Empty if the token is unknown, consumed or withdrawn. */
    synchronized Optional<com.nimbusds.oauth2.sdk.token.Tokens> refresh(String value, String issuer, RSAKey key)
            throws JOSEException {
        counters.count("refreshes");
        var token = refreshTokens.get(value);
        if (token == null || token.grant.withdrawn) {
            counters.count("refreshes_refused");
            return Optional.empty();
        }
        if (token.consumedAt != null && !Instant.now().isBefore(token.consumedAt.plus(oneTime.orElse(Duration.ZERO)))) {
            counters.count("replays");
            refreshTokens.values().stream().filter(each -> each.grant.person.equals(token.grant.person))
                    .forEach(each -> each.grant.withdrawn = true);
            return Optional.empty();
        }
        RefreshToken next = new RefreshToken(value);
        if (oneTime.isPresent()) {
            token.consumedAt = token.consumedAt == null ? Instant.now() : token.consumedAt;
            next = refreshToken(token.grant);
        }
        return Optional.of(new com.nimbusds.oauth2.sdk.token.Tokens(access(token.grant, issuer, key), next));
    }

    /** Takes a refresh token that another sandbox has issued to a person. */
    synchronized void adopt(String person, String refreshToken) {
        refreshTokens.put(refreshToken, new Token(new Grant(ALL.get(person),
                Scope.parse("openid email offline_access business-graphql-api:access-group-based"))));
    }

    /** Ends what a refresh token stands for; an unknown one is no error (RFC 7009, section 2.2). */
    synchronized void revoke(String value) {
        counters.count("revocations");
        var token = refreshTokens.get(value);
        if (token != null) {
            token.grant.withdrawn = true;
        }
    }

    synchronized Optional<Map<String, String>> userInfo(String accessToken) {
        if (!accepts(accessToken)) {
            return Optional.empty();
        }
        var person = accessTokens.get(accessToken).grant().person;
        return Optional.of(Map.of("sub", forgery == Forgery.OTHER_USERINFO ? "another" : person.subject(), "name",
                person.name(), "email", person.email()));
    }

    private RefreshToken refreshToken(Grant grant) {
        String value = secret();
        refreshTokens.put(value, new Token(grant));
        return new RefreshToken(value);
    }

    private String secret() {
        String value = UUID.randomUUID().toString().replace("-", "").toUpperCase(java.util.Locale.ROOT) + "-"
                + UUID.randomUUID();
        everIssued.add(value);
        return value;
    }

    private BearerAccessToken access(Grant grant, String issuer, RSAKey key) throws JOSEException {
        Instant now = Instant.now();
        var jwt = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(),
                new JWTClaimsSet.Builder().issuer(issuer).subject(grant.person.subject())
                        .jwtID(UUID.randomUUID().toString()).claim("client_id", VismaConnect.CLIENT)
                        .claim("scope", grant.scope.toStringList()).audience(List.of("business-graphql-api"))
                        .notBeforeTime(Date.from(now)).expirationTime(Date.from(now.plus(lifetime))).build());
        jwt.sign(new RSASSASigner(key));
        accessTokens.values().removeIf(each -> each.until().isBefore(now.minusSeconds(60)));
        accessTokens.put(jwt.serialize(), new Access(grant, now.plus(lifetime)));
        everIssued.add(jwt.serialize());
        return new BearerAccessToken(jwt.serialize(), lifetime.toSeconds(), grant.scope);
    }

    private JWT idToken(Code code, String issuer, RSAKey key) throws JOSEException {
        Instant now = Instant.now();
        Instant issued = switch (forgery) {
            case EXPIRED -> now.minusSeconds(3600);
            case ISSUED_IN_FUTURE -> now.plusSeconds(3600);
            default -> now;
        };
        var claims = new JWTClaimsSet.Builder()
                .issuer(forgery == Forgery.WRONG_ISSUER ? "https://another.example" : issuer)
                .audience(forgery == Forgery.WRONG_AUDIENCE ? "isv_another" : VismaConnect.CLIENT)
                .subject(code.person().subject()).issueTime(Date.from(issued))
                .expirationTime(Date.from(issued.plusSeconds(300)))
                .notBeforeTime(Date.from(forgery == Forgery.NOT_YET_VALID ? now.plusSeconds(200) : issued))
                .claim("nonce", forgery == Forgery.WRONG_NONCE ? "another" : code.nonce());
        if (forgery == Forgery.OTHER_PARTY) {
            claims.claim("azp", "isv_another");
        }
        if (forgery == Forgery.MANY_AUDIENCES) {
            claims.audience(List.of(VismaConnect.CLIENT, "isv_another"));
        }
        if (Set.copyOf(code.scope().toStringList()).contains("tenants")) {
            claims.claim("tenant_id", code.tenant());
        }
        if (forgery == Forgery.UNSIGNED) {
            return new PlainJWT(claims.build());
        }
        RSAKey used = forgery == Forgery.UNKNOWN_KEY
                ? new RSAKeyGenerator(2048).keyID(UUID.randomUUID().toString()).generate()
                : key;
        var jwt = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(used.getKeyID()).build(),
                claims.build());
        jwt.sign(new RSASSASigner(used));
        return jwt;
    }
}
