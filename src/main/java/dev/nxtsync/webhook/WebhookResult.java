package dev.nxtsync.webhook;

import java.util.Locale;

/** What became of a call. */
public enum WebhookResult {
    ACCEPTED(202), DUPLICATE(202),
    /** Of a table, company or tenant that nobody here wants to know about. */
    UNKNOWN(202), BAD_SIGNATURE(401), MALFORMED(400), TOO_LARGE(413),
    /** Nothing was kept, and the sender had better try again. */
    UNAVAILABLE(503);

    private final int status;

    WebhookResult(int status) {
        this.status = status;
    }

    public int status() {
        return status;
    }

    public boolean isRefusal() { return status != 202; }

    /** As metrics have it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
