package dev.nxtsync.status;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The symmetric signature of the Standard Webhooks specification, section "Signature scheme" ({@code v1}). */
final class NoticeSignature {
    private static final String PREFIX = "whsec_";
    private static final String HMAC = "HmacSHA256";

    private NoticeSignature() {}

    /**
     * The value of the header {@code webhook-signature}.
     *
     * @param key {@code whsec_} and the key's bytes in base64
     * @param timestamp seconds since 1970, as in the header {@code webhook-timestamp}
     */
    static String of(String key, String id, long timestamp, String body) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(key.substring(PREFIX.length())), HMAC));
            byte[] signed = (id + "." + timestamp + "." + body).getBytes(StandardCharsets.UTF_8);
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + HMAC, e);
        }
    }
}
