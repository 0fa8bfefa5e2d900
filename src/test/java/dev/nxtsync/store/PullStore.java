package dev.nxtsync.store;

import java.sql.SQLException;

import dev.nxtsync.support.TestDatabase;

/** What pulls keep in a database of its own, for tests of other packages. */
public record PullStore(TestDatabase database, Claims claims, PullStates states, Passes passes, Inbox inbox,
        RowFaults faults, Runs runs, Listing listing, PageWriter writer, TableMaker tables) {

    public static PullStore migrated() throws SQLException {
        var database = TestDatabase.create();
        var store = StoreFixture.migrated(database);
        return new PullStore(database, StoreFixture.claims(store), new PullStates(store), new Passes(store),
                new Inbox(store), new RowFaults(store), new Runs(store), new Listing(store), new PageWriter(store),
                new TableMaker(store));
    }
}
