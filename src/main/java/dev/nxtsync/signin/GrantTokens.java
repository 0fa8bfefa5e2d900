package dev.nxtsync.signin;

import jakarta.inject.Singleton;

import dev.nxtsync.token.AssumedLifetime;
import dev.nxtsync.token.UserTokenSet;

/** The tokens of a grant, to and from the form in which they are kept. */
@Singleton
record GrantTokens(TokenEncryption encryption) {
    String refreshToken(UserGrant grant) throws TokenEncryption.Locked {
        return encryption.decrypt(grant.refreshToken(), place(grant.connection(), "refresh"));
    }

    String accessToken(UserGrant grant) throws TokenEncryption.Locked {
        return encryption.decrypt(grant.accessToken(), place(grant.connection(), "access"));
    }

    /**
     * @param refreshToken the answer's, or the one before where it has none
     * @param scope the answer's, or the one before where it has none
     */
    UserGrant.SealedTokens sealed(String connection, UserTokenSet tokens, String refreshToken, String scope)
            throws TokenEncryption.Locked {
        return new UserGrant.SealedTokens(encryption.encrypt(refreshToken, place(connection, "refresh")),
                encryption.encrypt(tokens.accessToken(), place(connection, "access")),
                tokens.expiresIn().orElse(AssumedLifetime.AT_FIRST), scope);
    }

    static String place(String connection, String token) {
        return "user_grant " + connection + " " + token;
    }
}
