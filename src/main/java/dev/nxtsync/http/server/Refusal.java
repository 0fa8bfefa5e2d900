package dev.nxtsync.http.server;

import java.util.Locale;

import dev.nxtsync.error.ErrorCode;

/**
 * Why somebody is not served.
 *
 * @param text in a caller's words; never what the caller sent
 */
public record Refusal(RefusalReason reason, String text) {

    /** The kinds of refusals, which are also what metrics tell apart. */
    public enum RefusalReason {
        /** Without the key, or with a wrong one. */
        KEY(401, ErrorCode.KEY_REFUSED),
        /** There is nothing at the address. */
        UNKNOWN(404, ErrorCode.NOT_FOUND),
        /** What is at the address takes another method. */
        METHOD(405, ErrorCode.CALL_MALFORMED),
        /** A body that is larger than what is taken. */
        TOO_LARGE(413, ErrorCode.BODY_TOO_LARGE),
        /** A body that did not come whole in time. */
        LATE(408, ErrorCode.BODY_LATE),
        /** Bodies have taken all the memory that there is for them. */
        NO_MEMORY(503, ErrorCode.TOO_BUSY),
        /** As many requests are worked on, and wait for that, as may. */
        BUSY(503, ErrorCode.TOO_BUSY),
        /** Not HTTP, or an address that cannot be read. */
        MALFORMED(400, ErrorCode.CALL_MALFORMED),
        /** The first line is too long. */
        LONG_LINE(414, ErrorCode.CALL_MALFORMED),
        /** Too many headers, or too long ones. */
        LONG_HEADERS(431, ErrorCode.CALL_MALFORMED),
        /** A fault of ours. */
        UNEXPECTED(500, ErrorCode.UNEXPECTED);

        private final int status;
        private final ErrorCode errorCode;

        RefusalReason(int status, ErrorCode errorCode) {
            this.status = status;
            this.errorCode = errorCode;
        }

        ErrorCode errorCode() {
            return errorCode;
        }

        public int status() {
            return status;
        }

        /** As metrics have it. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        Refusal because(String text) {
            return new Refusal(this, text);
        }
    }
}
