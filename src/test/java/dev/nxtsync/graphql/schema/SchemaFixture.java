package dev.nxtsync.graphql.schema;

import java.util.List;

import dev.nxtsync.graphql.NxtClient;

/** What a Business NXT of tests tells of its tables. */
public final class SchemaFixture {
    private SchemaFixture() {}

    public static Tables tables(NxtClient nxt, List<String> names) {
        return introspection(nxt).tables("main", names);
    }

    public static Introspection introspection(NxtClient nxt) {
        return new Introspection(nxt);
    }

    public static KeyHints hints(NxtClient nxt) {
        return new KeyHints(nxt, mutations(nxt));
    }

    public static GroupFilters groupFilters(NxtClient nxt) {
        return new GroupFilters(nxt);
    }

    public static RowTypes rowTypes(NxtClient nxt) {
        return new RowTypes(nxt);
    }

    public static Model model(NxtClient nxt) {
        return new Model(nxt);
    }

    public static Domains domains(NxtClient nxt) {
        return new Domains(nxt);
    }

    public static Tenants tenants(NxtClient nxt) {
        return new Tenants(nxt);
    }

    public static Mutations mutations(NxtClient nxt) {
        return new Mutations(nxt);
    }
}
