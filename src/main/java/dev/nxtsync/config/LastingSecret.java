package dev.nxtsync.config;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;

/**
 * A key by which others are let in. Its file is read again once a second has passed, when somebody asks; what cannot be read or
 * used leaves the key before good, so that nobody is locked out. Safe for any number of threads.
 */
public final class LastingSecret {
    private static final long READ_AGAIN = Duration.ofSeconds(1).toNanos();

    private final CallerKey kind;
    private final Secret secret;
    private volatile Reading reading;

    /**
     * @param flaw why the file is not used; empty if it is
     * @param at on this process' monotonic clock
     */
    private record Reading(String value, Optional<String> flaw, long at) {
        @Override
        public String toString() {
            return flaw.orElse("(secret)");
        }
    }

    /** @throws UncheckedIOException if its file cannot be read, which is no way to begin */
    public LastingSecret(CallerKey kind, Secret secret) {
        this.kind = kind;
        this.secret = secret;
        this.reading = new Reading(secret.reveal(), Optional.empty(), System.nanoTime());
    }

    /** In words, as what is wrong is about. */
    public String title() {
        return kind.title();
    }

    /** The last one that was good. */
    public String reveal() {
        return current().value();
    }

    /** What is wrong with its file now, without any of it; empty if nothing is. */
    public Optional<String> flaw() {
        return current().flaw();
    }

    private Reading current() {
        Reading known = reading;
        long now = System.nanoTime();
        if (secret instanceof Secret.Mounted mounted && now - known.at() >= READ_AGAIN) {
            known = read(mounted, known, now);
            reading = known;
        }
        return known;
    }

    private Reading read(Secret.Mounted mounted, Reading known, long now) {
        String value;
        try {
            value = mounted.reveal();
        } catch (UncheckedIOException e) {
            return new Reading(known.value(), Optional.of("The file " + mounted.file() + " of " + kind.variable()
                    + " cannot be read; the key before is still good."), now);
        }
        var flaw = kind.flaw(value).map(what -> "What the file " + mounted.file() + " of " + kind.variable() + " says "
                + what + "; the key before is still good.");
        return new Reading(flaw.isPresent() ? known.value() : value, flaw, now);
    }

    @Override
    public String toString() {
        return "(secret)";
    }
}
