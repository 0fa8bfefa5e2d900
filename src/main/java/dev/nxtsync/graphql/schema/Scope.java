package dev.nxtsync.graphql.schema;

import java.util.Locale;

/** What a table's rows belong to, and so under which root they are asked for. */
public enum Scope {
    COMPANY("useCompany", "Query_UseCompany_"), CUSTOMER("useCustomer", "Query_UseCustomer_");

    private final String root;
    private final String connectionPrefix;

    Scope(String root, String connectionPrefix) {
        this.root = root;
        this.connectionPrefix = connectionPrefix;
    }

    /** The field of {@code Query} that takes the company's or customer's number. */
    public String root() {
        return root;
    }

    /** How the API counts requests in progress: by company, and by customer. */
    public String tenant(int number) {
        return name().toLowerCase(Locale.ROOT) + " " + number;
    }

    String connectionType(String rowType) {
        return connectionPrefix + rowType + "_Connection";
    }
}
