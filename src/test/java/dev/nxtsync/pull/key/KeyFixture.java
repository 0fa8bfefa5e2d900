package dev.nxtsync.pull.key;

import dev.nxtsync.config.Settings;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.schema.SchemaFixture;

/** Keys of a Business NXT of tests. */
public final class KeyFixture {
    private KeyFixture() {}

    public static KeySearch search(NxtClient nxt, Settings settings) {
        return new KeySearch(SchemaFixture.hints(nxt), SchemaFixture.groupFilters(nxt), nxt, settings);
    }
}
