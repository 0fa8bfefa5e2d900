package dev.nxtsync.graphql.schema;

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

    /** The field of {@code Query} that takes the company's or customer's number. */
    public String root() {
        return root;
    }

    /** How the API counts requests in progress: by company, and by customer. */
    public String tenant(int number) {
        return name().toLowerCase(Locale.ROOT) + " " + number;
    }

    /** The type of the root field, whose fields are tables. */
    String rootType() {
        return rootType;
    }

    String connectionType(String rowType) {
        return rootType + "_" + rowType + "_Connection";
    }
}
