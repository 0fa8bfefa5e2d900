package dev.nxtsync.signin;

import java.util.Optional;

import dev.nxtsync.config.Secret;

/** Texts as the daemon encrypts them. */
public final class SealedText {
    private SealedText() {}

    /** @param key as in {@code NXT_ENCRYPTION_KEY} */
    public static String ofChallenge(String key, String connection, String text) throws TokenEncryption.Locked {
        return new TokenEncryption(Optional.of(Secret.of(key))).encrypt(text, SignIn.place(connection));
    }
}
