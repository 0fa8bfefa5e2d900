package dev.nxtsync.webhook;

import java.util.concurrent.atomic.AtomicLong;

/** Memory for bodies that are coming in: a sixteenth of the heap, and 4 MB at least. Safe for any number of threads. */
final class Room {
    private final AtomicLong left = new AtomicLong(Math.max(4 << 20, Runtime.getRuntime().maxMemory() / 16));

    /** Takes so many bytes, if there are. */
    boolean take(int bytes) {
        if (left.addAndGet(-bytes) >= 0) {
            return true;
        }
        left.addAndGet(bytes);
        return false;
    }

    void giveBack(int bytes) {
        left.addAndGet(bytes);
    }
}
