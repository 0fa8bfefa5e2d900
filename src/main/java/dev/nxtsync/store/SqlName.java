package dev.nxtsync.store;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Business NXT's identifiers as PostgreSQL's. */
public final class SqlName {
    /** Longer ones PostgreSQL cuts, so that two could become one (NAMEDATALEN). */
    public static final int LONGEST = 63;

    private SqlName() {}

    /** {@code orgUnit1Processing} is {@code org_unit1_processing}: a break before each capital and none before digits. */
    public static String snakeCase(String identifier) {
        return identifier.replaceAll("(?<=.)(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
    }

    public static boolean fits(String name) {
        return name.getBytes(StandardCharsets.UTF_8).length <= LONGEST;
    }

    /** The name in double quotes, whatever is in it. */
    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** The text as a literal, whatever is in it. */
    static String literal(String text) {
        return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
    }
}
