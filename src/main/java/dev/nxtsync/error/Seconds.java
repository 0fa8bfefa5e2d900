package dev.nxtsync.error;

import java.time.Duration;

/** A wait as it is told: in whole seconds, rounded up, so that one that is short is not told as none. */
public final class Seconds {
    private Seconds() {}

    /** Such as {@code 5 s}. */
    public static String of(Duration wait) {
        return Math.max(0, wait.plusMillis(999).toSeconds()) + " s";
    }
}
