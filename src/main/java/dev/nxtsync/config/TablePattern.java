package dev.nxtsync.config;

import static java.util.stream.Collectors.joining;

import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which tables are meant: one by its GraphQL name, or all whose name it fits to. A {@code *} stands for any number of
 * characters, also none; upper and lower case are different.
 */
record TablePattern(String text) {
    private static final String ANY = "*";

    /** Whether it may mean several. */
    public boolean isOfMany() { return text.contains(ANY); }

    public boolean matches(String table) {
        return table.matches(Stream.of(text.split("\\*", -1)).map(Pattern::quote).collect(joining(".*")));
    }

    /** Whether both mean the same tables, as several stars in a row mean no more than one. */
    boolean isSameAs(TablePattern other) {
        return text.replaceAll("\\*+", ANY).equals(other.text.replaceAll("\\*+", ANY));
    }

    /** How many characters of a name it says; of two that fit to a table, the one that says more is meant for it. */
    int said() {
        return text.replace(ANY, "").length();
    }

    /** The same with another text in the place of what may be anything. */
    String filledWith(String part) {
        return text.replace(ANY, part);
    }
}
