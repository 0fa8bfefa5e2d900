package dev.nxtsync.graphql.schema;

import java.util.Set;

/**
 * A readable column.
 *
 * @param scalar the GraphQL type of its value, such as {@code Int}
 * @param companion the field beside it that shows the same value in another form
 */
public record Column(String name, String scalar, Companion companion) {
    private static final Set<String> OF_A_KEY = Set.of("Int", "Long", "Short", "Byte", "String");

    /** The forms in which a column has a second field, by the ending of that field's name. */
    public enum Companion {
        NONE(""), DATE("AsDate"), TIME("AsTime"), ENUM("AsEnum"), FLAGS("Flags");

        private final String suffix;

        Companion(String suffix) {
            this.suffix = suffix;
        }

        String suffix() {
            return suffix;
        }
    }

    /** Whether it may be of a primary key: a number or a text that is neither an enumeration nor about the row itself. */
    public boolean mayBeOfAKey() {
        return OF_A_KEY.contains(scalar) && companion == Companion.NONE && !name.startsWith("created")
                && !name.startsWith("changed");
    }

    /** The companion's field; the column's own where it has none. */
    public String companionField() {
        return name + companion.suffix();
    }
}
