package dev.nxtsync.config;

import java.util.Locale;

/** Business NXT's identifiers as tables and columns are named here. */
public final class SnakeCase {
    private SnakeCase() {}

    /** {@code orgUnit1Processing} is {@code org_unit1_processing}: a break before each capital and none before digits. */
    public static String of(String identifier) {
        return identifier.replaceAll("(?<=.)(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
    }
}
