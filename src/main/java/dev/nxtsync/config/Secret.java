package dev.nxtsync.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A value that is never printed. A secret in a file is read at each use, so a rotated file needs no restart. */
public sealed interface Secret {

    /**
     * The secret itself, for the one call that sends it.
     *
     * @throws UncheckedIOException if its file cannot be read now, or what it says cannot be a secret; the message says why,
     *         without any of it
     */
    String reveal();

    static Secret of(String value) {
        return new Inline(value);
    }

    static Secret in(Path file) {
        return new Mounted(file);
    }

    record Inline(String written) implements Secret {
        @Override
        public String reveal() {
            try {
                return SecretText.of(written);
            } catch (UnusableText e) {
                throw new UncheckedIOException("the value " + e.flaw(), e);
            }
        }

        @Override
        public String toString() {
            return "(secret)";
        }
    }

    record Mounted(Path file) implements Secret {
        @Override
        public String reveal() {
            try {
                return SecretText.of(Utf8.decode(Files.readAllBytes(file)));
            } catch (UnusableText e) {
                throw new UncheckedIOException("the value in the secret's file " + file + " " + e.flaw(), e);
            } catch (IOException e) {
                throw new UncheckedIOException("the secret's file " + file + " cannot be read", e);
            }
        }

        @Override
        public String toString() {
            return "(secret in " + file + ")";
        }
    }
}
