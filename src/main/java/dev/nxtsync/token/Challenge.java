package dev.nxtsync.token;

import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.Nonce;

/**
 * Secrets of one sign-in (RFC 7636; OpenID Connect Core, section 3.1.2.1).
 *
 * @param verifier whose SHA-256 the authorization request carries
 */
public record Challenge(String state, String nonce, String verifier) {
    public static Challenge random() {
        return new Challenge(new State(32).getValue(), new Nonce(32).getValue(), new CodeVerifier().getValue());
    }

    @Override
    public String toString() {
        return "Challenge";
    }
}
