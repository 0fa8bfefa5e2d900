package dev.nxtsync.config;

import java.util.Optional;
import java.util.stream.Stream;

/** What is asked of the keys by which others are let in, at the start and whenever their file changes. */
public enum CallerKey {
    OPERATOR("operator key", "NXT_OPERATOR_KEY"), WEBHOOKS("webhook keys", "NXT_WEBHOOK_KEYS");

    /** Of hexadecimal digits so many are 96 bits, which nobody guesses. */
    private static final int SHORTEST = 24;

    private final String title;
    private final String variable;

    CallerKey(String title, String variable) {
        this.title = title;
        this.variable = variable;
    }

    /** In words, as what is wrong is about. */
    public String title() {
        return title;
    }

    public String variable() {
        return variable;
    }

    /** What is wrong with a value, without any of it; empty if nothing is. */
    public Optional<String> flaw(String value) {
        return switch (this) {
            case OPERATOR -> value.length() >= SHORTEST
                    ? Optional.empty()
                    : Optional.of("has a length of " + value.length() + ", so it can be guessed; make one of at least "
                            + SHORTEST + " characters, for example with: openssl rand -hex 24");
            case WEBHOOKS -> Stream.of(value.split(",", -1)).anyMatch(key -> !key.isBlank())
                    ? Optional.empty()
                    : Optional.of("holds no key; write the signature key of each subscription in the Developer "
                            + "Portal, separated by commas");
        };
    }
}
