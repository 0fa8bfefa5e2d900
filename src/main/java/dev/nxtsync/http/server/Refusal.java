package dev.nxtsync.http.server;

import java.util.Locale;

/**
 * Why somebody is not served.
 *
 * @param text in a caller's words; never what the caller sent. Empty where nothing is to be told.
 */
public record Refusal(RefusalReason reason, String text) {

    /** The kinds of refusals, which are also what metrics tell apart. */
    public enum RefusalReason {
        /** Without the key, or with a wrong one. */
        KEY(401),
        /** There is nothing at the address. */
        UNKNOWN(404),
        /** What is at the address takes another method. */
        METHOD(405),
        /** A body that is larger than what is taken. */
        TOO_LARGE(413),
        /** A body that did not come whole in time. */
        LATE(408),
        /** Bodies have taken all the memory that there is for them. */
        NO_MEMORY(503),
        /** As many requests are worked on, and wait for that, as may. */
        BUSY(503),
        /** Not HTTP, or an address that cannot be read. */
        MALFORMED(400),
        /** The first line is too long. */
        LONG_LINE(414),
        /** Too many headers, or too long ones. */
        LONG_HEADERS(431),
        /** A fault of ours. */
        UNEXPECTED(500);

        private final int status;

        RefusalReason(int status) {
            this.status = status;
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
