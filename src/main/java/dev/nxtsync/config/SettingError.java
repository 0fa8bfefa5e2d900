package dev.nxtsync.config;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One thing that is wrong with the configuration.
 *
 * @param setting the variable to set, as an operator writes it
 * @param what what was found and what would be right; never a secret's value
 */
public record SettingError(String setting, String what) {
    /** A GraphQL name (GraphQL specification, section 2.1.9) as Business NXT writes tables and columns. */
    private static final Pattern IDENTIFIER = Pattern.compile("[a-z][A-Za-z0-9_]*");

    /** What is wrong with the name of a table or column, if anything is. */
    static Optional<SettingError> ofName(String setting, String text) {
        return IDENTIFIER.matcher(text).matches()
                ? Optional.empty()
                : Optional.of(new SettingError(setting, "\"" + text
                        + "\" is not a GraphQL name; write it as Business NXT does, for example orderLine"));
    }

    /** Whether it is written like an object in JSON. */
    static boolean isObject(String text) {
        return text.strip().startsWith("{") && text.strip().endsWith("}");
    }

    @Override
    public String toString() {
        return setting + ": " + what;
    }
}
