package dev.nxtsync.graphql;

import java.io.IOException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;

/** An answer that cannot be read. Its message is ours, and quotes nothing of it. {@link #alias} is of the table it is about. */
final class BadAnswer extends IOException {
    private static final long serialVersionUID = 1L;

    private final String alias;
    private final boolean tooLarge;

    private BadAnswer(String message, String alias, boolean tooLarge) {
        super(message);
        this.alias = alias;
        this.tooLarge = tooLarge;
    }

    BadAnswer(String message) {
        this(message, "", false);
    }

    /** What a text that the parser gave up is told as. */
    static String why(JsonProcessingException e) {
        return e instanceof StreamConstraintsException
                ? "The answer of Business NXT has a value that is too long or nests too deep."
                : "The answer of Business NXT is cut off or is not JSON.";
    }

    /** One that a smaller request may not have had. */
    static BadAnswer tooLarge(String message) {
        return new BadAnswer(message, "", true);
    }

    /** The same about a table, unless it is about one already. */
    BadAnswer about(String table) {
        return alias.isEmpty() ? new BadAnswer(String.valueOf(getMessage()), table, tooLarge) : this;
    }

    /** Whether fewer rows may be read, or fewer tables. */
    boolean mayBeTooLarge() {
        return tooLarge || !alias.isEmpty();
    }

    /** Empty if it is about no table, or about all. */
    String alias() {
        return alias;
    }
}
