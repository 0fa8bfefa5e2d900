package dev.nxtsync.graphql;

import java.util.regex.Pattern;

/** A name as it may stand in a document (GraphQL specification, section 2.1.9). */
public final class GraphQlName {
    /** Longer than any that Business NXT has. */
    private static final int LONGEST = 255;
    private static final Pattern NAME = Pattern.compile("[_A-Za-z][_0-9A-Za-z]*+");

    private GraphQlName() {}

    /** Whether a schema may have such a name. */
    public static boolean is(String text) {
        return text.length() <= LONGEST && NAME.matcher(text).matches();
    }

    /** @throws IllegalArgumentException if a text, which is not quoted, is no name, of whatever length */
    static void check(String text) {
        if (!NAME.matcher(text).matches()) {
            throw new IllegalArgumentException("what is no GraphQL name cannot stand in a document");
        }
    }
}
