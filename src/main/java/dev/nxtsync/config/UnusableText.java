package dev.nxtsync.config;

import java.io.IOException;
import java.io.Serial;

/** Text of an operator's that cannot be what was meant. The message says what it does and what to do, without any of it. */
final class UnusableText extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    /** @param flaw what follows "the secret" or "the file", such as {@code begins with a space; take it out} */
    UnusableText(String flaw) {
        super(flaw);
    }

    String flaw() {
        return String.valueOf(getMessage());
    }
}
