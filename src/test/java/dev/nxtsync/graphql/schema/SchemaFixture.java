package dev.nxtsync.graphql.schema;

import java.util.List;

import dev.nxtsync.graphql.Nxt;

/** What a Business NXT of tests tells of its tables. */
public final class SchemaFixture {
    private SchemaFixture() {}

    public static Tables tables(Nxt nxt, List<String> names) {
        return new Introspection(nxt).tables("main", names);
    }
}
