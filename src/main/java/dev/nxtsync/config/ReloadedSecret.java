package dev.nxtsync.config;

import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * A key by which others are let in. Its file is read when somebody says so, and never when it is asked for, so that asking does
 * not wait; what cannot be read or used leaves the key before good, so that nobody is locked out. Safe for any number of
 * threads.
 */
public final class ReloadedSecret {
    private final CallerKey kind;
    private final Secret secret;
    private volatile ReadSecret reading;

    /** @param flaw why the file is not used; empty if it is */
    private record ReadSecret(String value, Optional<String> flaw) {
        @Override
        public String toString() {
            return flaw.orElse("(secret)");
        }
    }

    /** @throws UncheckedIOException if its file cannot be read, which is no way to begin */
    public ReloadedSecret(CallerKey kind, Secret secret) {
        this.kind = kind;
        this.secret = secret;
        this.reading = new ReadSecret(secret.reveal(), Optional.empty());
    }

    /** In words, as what is wrong is about. */
    public String title() {
        return kind.title();
    }

    /** The last one that was good. */
    public String reveal() {
        return reading.value();
    }

    /** What is wrong with its file as it was last read, without any of it; empty if nothing is. */
    public Optional<String> flaw() {
        return reading.flaw();
    }

    /** Reads its file, if it has one, which takes as long as the file system does. */
    public synchronized void readAgain() {
        if (secret instanceof Secret.Mounted mounted) {
            reading = read(mounted, reading);
        }
    }

    private ReadSecret read(Secret.Mounted mounted, ReadSecret known) {
        String value;
        try {
            value = mounted.reveal();
        } catch (UncheckedIOException e) {
            return new ReadSecret(known.value(),
                    Optional.of(e.getCause() instanceof UnusableText unusable
                            ? said(mounted, unusable.flaw())
                            : "The file " + mounted.file() + " of " + kind.variable()
                                    + " cannot be read; the former key is still used."));
        }
        var flaw = kind.flaw(value).map(what -> said(mounted, what));
        return new ReadSecret(flaw.isPresent() ? known.value() : value, flaw);
    }

    private String said(Secret.Mounted mounted, String flaw) {
        return "The value in the file " + mounted.file() + " of " + kind.variable() + " " + flaw
                + "; the former key is still used.";
    }

    @Override
    public String toString() {
        return "(secret)";
    }
}
