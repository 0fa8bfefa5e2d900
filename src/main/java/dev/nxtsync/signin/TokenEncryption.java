package dev.nxtsync.signin;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import dev.nxtsync.config.Secret;
import dev.nxtsync.config.SignInSettings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;

/**
 * Encrypts what is kept of sign-ins: AES-256 in Galois/Counter Mode (NIST SP 800-38D), a random nonce of 96 bits each time.
 * The newest key encrypts, and every key of the list decrypts. A text belongs to one place, and is of no use in another. Keys
 * are read at each use, so that a file may be changed. Safe for any number of threads.
 */
@Singleton
public class TokenEncryption {
    private static final String ALGORITHM = "AES/GCM/NoPadding";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int ID_BYTES = 4;
    private static final int KEY_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Optional<Secret> keys;

    @Inject
    TokenEncryption(SignInSettings settings) {
        this(settings.encryptionKey());
    }

    TokenEncryption(Optional<Secret> keys) {
        this.keys = keys;
    }

    /** What was encrypted cannot be read with the keys that there are. */
    public static final class Locked extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient Problem reason;

        private Locked(String message) {
            super(message);
            this.reason = new Problem(ErrorCode.ENCRYPTION_KEY_UNKNOWN,
                    message + " " + ErrorCode.ENCRYPTION_KEY_UNKNOWN.nextStep());
        }

        public Problem reason() {
            return reason;
        }
    }

    /** @param id tells keys apart, and nothing of what they are */
    private record EncryptionKey(String id, SecretKeySpec secret) {
        static EncryptionKey of(String base64) {
            byte[] bytes = Base64.getDecoder().decode(base64.strip());
            if (bytes.length != KEY_BYTES) {
                // a file that is half written is no key, above all none to encrypt with
                throw new IllegalArgumentException();
            }
            try {
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
                return new EncryptionKey(HexFormat.of().formatHex(hash, 0, ID_BYTES), new SecretKeySpec(bytes, "AES"));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public String toString() {
            return "Key";
        }
    }

    /**
     * @param place where the text is kept, which it is read with again
     * @return the key's id, a dot, and nonce and cipher text in base64url
     */
    public String encrypt(String text, String place) throws Locked {
        try {
            var key = keys().get(0);
            var nonce = new byte[NONCE_BYTES];
            RANDOM.nextBytes(nonce);
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, key, nonce, place)
                    .doFinal(text.getBytes(StandardCharsets.UTF_8));
            var all = new byte[NONCE_BYTES + sealed.length];
            System.arraycopy(nonce, 0, all, 0, NONCE_BYTES);
            System.arraycopy(sealed, 0, all, NONCE_BYTES, sealed.length);
            return key.id() + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(all);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @throws Locked if its key is not among those that there are, or the text was changed or moved */
    public String decrypt(String sealed, String place) throws Locked {
        String id = keyId(sealed);
        EncryptionKey key = keys().stream().filter(each -> each.id().equals(id)).findFirst()
                .orElseThrow(() -> new Locked(
                        "A sign-in is encrypted with the key " + id + ", which is not one of NXT_ENCRYPTION_KEY."));
        try {
            byte[] all = Base64.getUrlDecoder().decode(sealed.substring(id.length() + 1));
            if (all.length >= NONCE_BYTES + TAG_BITS / Byte.SIZE) {
                return new String(cipher(Cipher.DECRYPT_MODE, key, Arrays.copyOf(all, NONCE_BYTES), place).doFinal(all,
                        NONCE_BYTES, all.length - NONCE_BYTES), StandardCharsets.UTF_8);
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // said below
        }
        throw new Locked("The stored tokens of a sign-in were changed, or moved to another connection.");
    }

    /**
     * The same, encrypted with the newest key.
     *
     * @return empty if it is already
     * @throws Locked as {@link #decrypt}
     */
    Optional<String> renewed(String sealed, String place) throws Locked {
        return keyId(sealed).equals(keyIds().get(0))
                ? Optional.empty()
                : Optional.of(encrypt(decrypt(sealed, place), place));
    }

    /** Whether there are keys at all. */
    boolean isUsed() { return keys.isPresent(); }

    /** Of the keys that there are, the newest first. */
    List<String> keyIds() throws Locked {
        return keys().stream().map(EncryptionKey::id).toList();
    }

    /** Of the key that a text is encrypted with. */
    static String keyId(String sealed) {
        return sealed.substring(0, Math.max(0, sealed.indexOf('.')));
    }

    private static Cipher cipher(int mode, EncryptionKey key, byte[] nonce, String place)
            throws GeneralSecurityException {
        var cipher = Cipher.getInstance(ALGORITHM);
        cipher.init(mode, key.secret(), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(place.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private List<EncryptionKey> keys() throws Locked {
        try {
            return Stream
                    .of(keys.orElseThrow(() -> new Locked("NXT_ENCRYPTION_KEY is not set.")).reveal().split(",", -1))
                    .map(EncryptionKey::of).toList();
        } catch (UncheckedIOException e) {
            throw new Locked("NXT_ENCRYPTION_KEY cannot be used: " + e.getMessage() + ".");
        } catch (IllegalArgumentException e) {
            throw new Locked("NXT_ENCRYPTION_KEY is no longer a key of 32 bytes in base64, nor several of them.");
        }
    }
}
