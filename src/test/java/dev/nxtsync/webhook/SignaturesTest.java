package dev.nxtsync.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.nxtsync.config.CallerKey;
import dev.nxtsync.config.ReloadedSecret;
import dev.nxtsync.config.Secret;

class SignaturesTest {
    private static final String KEY = "a+b/c==key ÆØÅ";
    private static final String BODY = "{\"tableIdentifier\":\"Order\",\"companyNo\":5280001,\"event\":\"UPDATE\","
            + "\"primaryKeys\":[{\"OrderNo\":77}],\"note\":\"blåbær 漁船 \\u0000\"}";

    /** Computed by {@code printf '%s' BODY | openssl dgst -sha256 -hmac KEY -binary | base64}. */
    @Test
    void signaturesAreThoseThatOpensslComputes() {
        assertThat(signed(KEY, BODY)).isEqualTo("R3BiVox0dUCHSVgjo3PUgazUppJqSwxjKYLyAu0+b1M=");
        assertThat(signed(KEY, "")).isEqualTo("+WZ0BOegoOVgHJv2metrXKbraW2gb2jScTvNWi5ioxY=");
        assertThat(signed(KEY, BODY + "\r\n ")).isEqualTo("aifyyncjVf7QW9+mFiYMFjNtpIfraYQ0eKa8lgIaH4k=");
        assertThat(signed("k".repeat(200), BODY)).isEqualTo("mhHs0+8hkQlh9GTR0SdyXpPzoEdFpmK60mQ2Y2e6Xcg=");
        assertThat(Signatures.sign("k", new byte[]{(byte) 0xff, 0, (byte) 0xfe}))
                .isEqualTo("3GJ56IOvhWsOhmqhLqkQ/pPNzM3+uCpkKTr/cxi4J4c=");
    }

    @Test
    void anyOfSeveralKeysIsGoodAndNothingElseIs() {
        var signatures = signatures(Secret.of("first, " + KEY + " ,,third"));
        byte[] body = bytes(BODY);
        for (String key : new String[]{"first", KEY, "third"}) {
            assertThat(signatures.isGenuine(body, Signatures.sign(key, body))).isTrue();
        }
        for (String key : new String[]{"First", "firs", "first, ", "fourth", " "}) {
            assertThat(signatures.isGenuine(body, Signatures.sign(key, body))).as(key).isFalse();
        }
        String good = Signatures.sign(KEY, body);
        for (String signature : new String[]{"", "null", good + "=", " " + good, good.substring(1), good + good,
                good.toLowerCase(java.util.Locale.ROOT), good.replace("=", "")}) {
            assertThat(signatures.isGenuine(body, signature)).as(signature).isFalse();
        }
    }

    @Test
    void noChangedByteOfBodyOrSignatureGoesThrough() {
        var signatures = signatures(Secret.of(KEY));
        byte[] body = bytes(BODY);
        String signature = Signatures.sign(KEY, body);
        var random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            byte[] other = body.clone();
            other[random.nextInt(other.length)] ^= (byte) (1 << random.nextInt(8));
            assertThat(signatures.isGenuine(other, signature)).isFalse();
            char[] text = signature.toCharArray();
            text[random.nextInt(text.length)] ^= (char) (1 << random.nextInt(7));
            assertThat(signatures.isGenuine(body, new String(text))).isFalse();
        }
    }

    @Test
    void aFileOfKeysIsReadAgainAndWhileItIsAwayTheKeysBeforeAreGood(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("keys");
        Files.writeString(file, "old\n");
        var secret = new ReloadedSecret(CallerKey.WEBHOOKS, Secret.in(file));
        var signatures = new Signatures(secret);
        byte[] body = bytes(BODY);
        assertThat(signatures.isGenuine(body, Signatures.sign("old", body))).isTrue();
        Files.writeString(file, "new,old\n");
        secret.readAgain();
        assertThat(signatures.isGenuine(body, Signatures.sign("new", body))).isTrue();
        assertThat(signatures.isGenuine(body, Signatures.sign("old", body))).isTrue();
        Files.writeString(file, "new");
        secret.readAgain();
        assertThat(signatures.isGenuine(body, Signatures.sign("old", body))).isFalse();
        Files.delete(file);
        secret.readAgain();
        assertThat(signatures.isGenuine(body, Signatures.sign("new", body))).isTrue();
    }

    @Test
    void whatIsNoSignatureAtAllIsKnownWithoutTheBody() {
        String good = Signatures.sign(KEY, bytes(BODY));
        assertThat(Signatures.isOne(good)).isTrue();
        for (String other : new String[]{"", " " + good, good + good, good.replace("=", ""), good.substring(1),
                "=".repeat(44)}) {
            assertThat(Signatures.isOne(other)).as(other).isFalse();
        }
    }

    private static Signatures signatures(Secret secret) {
        return new Signatures(new ReloadedSecret(CallerKey.WEBHOOKS, secret));
    }

    private static String signed(String key, String body) {
        return Signatures.sign(key, bytes(body));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
