package dev.nxtsync.token;

import java.time.Clock;
import java.util.Date;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;

/** Tells whether an ID token is one of an issuer's for us, of the sign-in that it came with. */
final class IdTokens {
    /** How far apart clocks may be, theirs and ours. */
    private static final int SKEW_SECONDS = 60;
    private static final int LONGEST_SUBJECT = 255;

    private final Issuer issuer;
    private final ConnectLine line;
    private final Clock clock = Clock.systemUTC();

    IdTokens(Issuer issuer, ConnectLine line) {
        this.issuer = issuer;
        this.line = line;
    }

    /** @throws SignInFailed if it is not to be trusted */
    IDTokenClaimsSet verified(String idToken, Nonce nonce, Endpoints endpoints)
            throws ConnectUnreachable, SignInFailed {
        try {
            var validator = new IDTokenValidator(issuer, line.clientId(), JWSAlgorithm.RS256, keys(endpoints));
            validator.setMaxClockSkew(SKEW_SECONDS);
            return meant(validator.validate(JWTParser.parse(idToken), nonce));
        } catch (ExpiredJWTException e) {
            throw new SignInFailed("The ID token is not valid: it has expired.");
        } catch (BadJWTException e) {
            throw new SignInFailed(
                    "The ID token is not valid: its issuer, audience, nonce or times do not belong to this sign-in.");
        } catch (BadJOSEException | JOSEException e) {
            throw new SignInFailed("The ID token is not valid: it is not signed with a key that the issuer publishes.");
        } catch (java.text.ParseException e) {
            throw new SignInFailed("The ID token is not valid: it is not a JWT (RFC 7519).");
        }
    }

    /** Read for each sign-in, so that a key that is new, or no longer there, is known as such. */
    private JWKSet keys(Endpoints endpoints) throws ConnectUnreachable {
        var address = endpoints.keys().orElseThrow(() -> new ConnectUnreachable(line.messages().without("jwks_uri")));
        var json = ConnectJson
                .object(line.ask(new HTTPRequest(HTTPRequest.Method.GET, address), ConnectLine.PATIENCE).body());
        try {
            return JWKSet.parse(json.toString());
        } catch (java.text.ParseException e) {
            throw new ConnectUnreachable(line.messages().without("usable key set"));
        }
    }

    /** What the validator leaves out: OpenID Connect Core, section 3.1.3.7 (4, 5); RFC 7519, section 4.1.5. */
    private IDTokenClaimsSet meant(IDTokenClaimsSet claims) throws SignInFailed {
        var party = claims.getAuthorizedParty();
        if (party == null ? claims.getAudience().size() > 1 : !party.getValue().equals(line.clientId().getValue())) {
            throw new SignInFailed("The ID token is not valid: it was issued to another application (azp).");
        }
        Date notBefore = claims.getDateClaim("nbf");
        if (notBefore != null && notBefore.toInstant().minusSeconds(SKEW_SECONDS).isAfter(clock.instant())) {
            throw new SignInFailed("The ID token is not valid yet.");
        }
        if (claims.getSubject().getValue().length() > LONGEST_SUBJECT) {
            throw new SignInFailed("The ID token is not valid: its subject has more than " + LONGEST_SUBJECT
                    + " characters (OpenID Connect Core, section 2).");
        }
        return claims;
    }
}
