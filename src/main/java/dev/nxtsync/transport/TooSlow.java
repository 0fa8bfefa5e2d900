package dev.nxtsync.transport;

import java.io.IOException;
import java.time.Duration;

/** The time for an exchange is over, and no whole answer is there. */
public final class TooSlow extends IOException {
    private static final long serialVersionUID = 1L;

    TooSlow(Duration atMost) {
        super("no complete answer within " + (atMost.toMillis() + 999) / 1000 + " s");
    }
}
