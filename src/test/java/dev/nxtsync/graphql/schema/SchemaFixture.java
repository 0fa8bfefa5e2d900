package dev.nxtsync.graphql.schema;

import java.util.List;

import dev.nxtsync.graphql.NxtClient;

/** What a Business NXT of tests tells of its tables. */
public final class SchemaFixture {
    private SchemaFixture() {}

    public static Tables tables(NxtClient nxt, List<String> names) {
        return new Introspection(nxt).tables("main", names);
    }
}
