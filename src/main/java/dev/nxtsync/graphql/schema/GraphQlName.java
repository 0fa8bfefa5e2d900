package dev.nxtsync.graphql.schema;

import java.util.regex.Pattern;

/** A name as it may stand in a document (GraphQL specification, section 2.1.9). */
final class GraphQlName {
    /** Longer than any that Business NXT has. */
    private static final int LONGEST = 255;
    private static final Pattern NAME = Pattern.compile("[_A-Za-z][_0-9A-Za-z]*+");

    private GraphQlName() {}

    static boolean is(String text) {
        return text.length() <= LONGEST && NAME.matcher(text).matches();
    }
}
