package dev.nxtsync.database;

import java.nio.charset.StandardCharsets;

/** Names and texts as PostgreSQL takes them. */
public final class SqlName {
    /** Longer ones PostgreSQL cuts, so that two could become one (NAMEDATALEN). */
    public static final int LONGEST = 63;

    private SqlName() {}

    public static boolean fits(String name) {
        return name.getBytes(StandardCharsets.UTF_8).length <= LONGEST;
    }

    /** The name in double quotes, whatever is in it. */
    public static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** The text as a literal, whatever is in it. */
    public static String literal(String text) {
        return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
    }
}
