package dev.nxtsync.transport;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The body of a request, which is taken once, when a connection is there to write it to. As long as it has not been, nothing
 * was sent, and it can be withheld for good. Safe for any number of threads.
 */
public final class OutgoingBody {
    private final byte[] body;
    private final AtomicBoolean decided = new AtomicBoolean();

    public OutgoingBody(byte[] body) {
        this.body = body;
    }

    /** @throws IOException if it is withheld, or was taken before */
    byte[] take() throws IOException {
        if (!decided.compareAndSet(false, true)) {
            throw new IOException("the request is not to be sent");
        }
        return body;
    }

    /** Says whether it is certain that nothing was sent, and nothing will be. */
    public boolean withhold() {
        return decided.compareAndSet(false, true);
    }
}
