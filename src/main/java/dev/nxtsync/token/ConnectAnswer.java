package dev.nxtsync.token;

import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * A whole answer of Visma Connect.
 *
 * @param location where a redirect leads
 * @param retryAfter how long it wants to be left alone
 */
record ConnectAnswer(int status, String body, Optional<URI> location, Optional<Duration> retryAfter) {
    private static final byte[] UTF_8_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    /** Whether it says that all went well, by any status that does. */
    boolean isSuccess() { return status / 100 == 2; }

    /** JSON is UTF-8 (RFC 8259, section 8.1); what some servers make of it is known by its first character, which is ASCII. */
    static String text(byte[] body) {
        if (body.length >= 3 && Arrays.equals(body, 0, 3, UTF_8_MARK, 0, 3)) {
            return new String(body, 3, body.length - 3, StandardCharsets.UTF_8);
        }
        return new String(body, charset(body));
    }

    private static Charset charset(byte[] body) {
        if (body.length < 2) {
            return StandardCharsets.UTF_8;
        }
        boolean mark = (body[0] == (byte) 0xFE && body[1] == (byte) 0xFF)
                || (body[0] == (byte) 0xFF && body[1] == (byte) 0xFE);
        return mark
                ? StandardCharsets.UTF_16
                : body[0] == 0
                        ? StandardCharsets.UTF_16BE
                        : body[1] == 0 ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_8;
    }

    @Override
    public String toString() {
        return "ConnectAnswer[" + status + "]";
    }
}
