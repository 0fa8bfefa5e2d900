package dev.nxtsync.push.outbox;

import java.sql.SQLException;

import dev.nxtsync.database.Database;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.Replica;
import dev.nxtsync.schedule.RunHistory;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.support.TestDatabase;

/** What pushes keep in a database of its own, for tests of other packages. */
public record PushStore(TestDatabase database, Database store, Outbox outbox, OutboxReader reader, PushTables tables,
        RunHistory runs, OutboxApi entries) {

    public static PushStore migrated() {
        var database = TestDatabase.create();
        var store = ScheduleFixture.migrated(database);
        return new PushStore(database, store, new Outbox(store), new OutboxReader(store), tables(store),
                new RunHistory(store), new OutboxApi(store));
    }

    public static PushTables tables(Database store) {
        return new PushTables(new PushStates(store), new PushLanes(store), new OutboxDepth(store),
                new OutboxOrigin(store));
    }

    /** What a replica claims, which is alive. */
    public Claims replica() throws SQLException {
        var replica = new Replica(store);
        replica.beat();
        return new Claims(store, replica);
    }
}
