package dev.nxtsync.tenant;

import java.util.Locale;

/** What a table's rows belong to, and so under which root they are asked for. */
public enum Scope {
    COMPANY("useCompany", "Query_UseCompany"), CUSTOMER("useCustomer", "Query_UseCustomer");

    private final String root;
    private final String rootType;

    Scope(String root, String rootType) {
        this.root = root;
        this.rootType = rootType;
    }

    /** As it is stored and shown. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if no scope is stored like that */
    public static Scope of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    /** The field of {@code Query} that takes the company's or customer's number. */
    public String root() {
        return root;
    }

    /** The type of the root field, whose fields are tables. */
    public String rootType() {
        return rootType;
    }

    /** The type of the root field of changes, whose fields change tables. */
    public String changesType() {
        return "Mutation_" + rootType.substring("Query_".length());
    }

    /** The type of a table's field below the root. */
    public String connectionType(String rowType) {
        return rootType + "_" + rowType + "_Connection";
    }
}
