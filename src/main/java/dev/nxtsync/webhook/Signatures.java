package dev.nxtsync.webhook;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

import dev.nxtsync.config.Secret;

/**
 * The signature of a call: base64 of the HMAC-SHA256 of the body as it came, with the UTF-8 bytes of a subscription's
 * signature key (Visma's documentation, {@code webhooks/connect}). Several keys are good at a time. A file of keys is read
 * again after a second; while it cannot be read, the keys before are good. Safe for any number of threads.
 */
final class Signatures {
    private static final Logger LOG = Logger.getLogger(Signatures.class);
    private static final String ALGORITHM = "HmacSHA256";
    private static final long READ_AGAIN = Duration.ofSeconds(1).toNanos();

    private final Secret secret;
    private volatile Keys keys;

    /** @param readAt on this process' monotonic clock */
    private record Keys(List<String> texts, long readAt) {
        @Override
        public String toString() {
            return texts.size() + " keys";
        }
    }

    /** @param secret keys, separated by commas */
    Signatures(Secret secret) {
        this.secret = secret;
        this.keys = new Keys(read(secret), System.nanoTime());
    }

    /** Whether one of the keys has signed the body. How long that takes does not depend on the signature. */
    boolean isGenuine(byte[] body, @Nullable String signature) {
        byte[] given = String.valueOf(signature).getBytes(StandardCharsets.UTF_8);
        boolean genuine = false;
        for (String key : current()) {
            genuine |= MessageDigest.isEqual(sign(key, body).getBytes(StandardCharsets.US_ASCII), given);
        }
        return genuine;
    }

    static String sign(String key, byte[] body) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            return Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> current() {
        Keys known = keys;
        long now = System.nanoTime();
        if (now - known.readAt() < READ_AGAIN) {
            return known.texts();
        }
        List<String> texts = known.texts();
        try {
            texts = read(secret);
            if (!texts.equals(known.texts())) {
                LOG.infof("The keys of webhooks have changed; there are %d", texts.size());
            }
        } catch (UncheckedIOException e) {
            LOG.debugf("the keys of webhooks stay as they were: %s", e.getMessage());
        }
        keys = new Keys(texts, now);
        return texts;
    }

    private static List<String> read(Secret secret) {
        return Stream.of(secret.reveal().split(",", -1)).map(String::strip).filter(key -> !key.isEmpty()).toList();
    }
}
