package dev.nxtsync.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import org.jboss.logging.Logger;

import dev.nxtsync.config.ReloadedSecret;

/**
 * The signature of a call: base64 of the HMAC-SHA256 of the body as it came, with the UTF-8 bytes of a subscription's
 * signature key (docs/facts/business-nxt.md, "Webhooks"). Several keys are good at a time. Safe for any number of threads.
 */
public final class Signatures {
    private static final Logger LOG = Logger.getLogger(Signatures.class);
    private static final String ALGORITHM = "HmacSHA256";
    /** Base64 of 32 bytes. */
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9+/]{43}=");

    private final ReloadedSecret secret;
    private volatile SignatureKeys keys;

    /** @param text that they were taken from */
    private record SignatureKeys(String text, List<String> all) {
        static SignatureKeys of(String text) {
            return new SignatureKeys(text,
                    Stream.of(text.split(",", -1)).map(String::strip).filter(key -> !key.isEmpty()).toList());
        }

        @Override
        public String toString() {
            return all.size() + " keys";
        }
    }

    /** @param secret keys, separated by commas */
    public Signatures(ReloadedSecret secret) {
        this.secret = secret;
        this.keys = SignatureKeys.of(secret.reveal());
    }

    /** Whether it may be a signature, as far as can be said without the body. */
    public static boolean isOne(String signature) {
        return FORM.matcher(signature).matches();
    }

    /** Whether one of the keys has signed the body. How long that takes does not depend on the signature. */
    public boolean isGenuine(byte[] body, String signature) {
        byte[] given = signature.getBytes(StandardCharsets.UTF_8);
        boolean genuine = false;
        for (String key : current().all()) {
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

    private SignatureKeys current() {
        SignatureKeys known = keys;
        String text = secret.reveal();
        if (!text.equals(known.text())) {
            known = SignatureKeys.of(text);
            keys = known;
            LOG.infof("The keys of webhooks have changed; their number is now %d", known.all().size());
        }
        return known;
    }
}
