package dev.nxtsync.token;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How long a token is taken to be good whose answer does not say: five minutes, until the API shows that it is less. That is
 * shown by a token that has worked, is refused at some age, and is followed by one that works: a refusal alone may have any
 * cause. For one thread at a time.
 */
public final class AssumedLifetime {
    /** Where an answer has no {@code expires_in}. */
    public static final Duration AT_FIRST = Duration.ofMinutes(5);
    /** Fewer would be asked for all the time, whatever has made the API refuse one. */
    private static final Duration SHORTEST = Duration.ofSeconds(10);

    private Duration assumed = AT_FIRST;
    private @Nullable Duration suspected;

    Duration get() {
        return assumed;
    }

    /** A token that had worked was refused at this age. */
    void refused(Duration age) {
        suspected = age.compareTo(SHORTEST) < 0 ? SHORTEST : age;
    }

    /** There is another cause: a fresh token was refused too. */
    void acquit() {
        suspected = null;
    }

    /** A token works, and says whether less is assumed from now on. */
    boolean worked() {
        var shown = suspected;
        suspected = null;
        if (shown == null || shown.compareTo(assumed) >= 0) {
            return false;
        }
        assumed = shown;
        return true;
    }
}
