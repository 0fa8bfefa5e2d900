package dev.nxtsync.pull.state;

import java.sql.SQLException;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.Handles;
import dev.nxtsync.inbox.Inbox;
import dev.nxtsync.pull.key.KeyProofs;
import dev.nxtsync.pull.plan.TableMigrator;
import dev.nxtsync.pull.proof.TargetTotals;
import dev.nxtsync.pull.target.PageWriter;
import dev.nxtsync.pull.target.RowFaults;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.Replica;
import dev.nxtsync.schedule.RunHistory;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.support.TestDatabase;

/** What pulls keep in a database of its own, for tests of other packages. */
public record PullStore(TestDatabase database, Claims claims, PullUnitStore units, PullStates states, TableScans scans,
        Inbox inbox, RowFaults faults, RunHistory runs, KeyListing listing, VerifiedKeys verified, PageWriter writer,
        TableMigrator tables, Proofs proofs, TargetTotals totals, KeyProofs keys) {

    public static PullStore migrated() throws SQLException {
        var database = TestDatabase.create();
        var store = ScheduleFixture.migrated(database);
        return new PullStore(database, ScheduleFixture.claims(store), new PullUnitStore(store), new PullStates(store),
                new TableScans(store), new Inbox(store), new RowFaults(store), new RunHistory(store),
                new KeyListing(store), new VerifiedKeys(store), new PageWriter(store, new SimpleMeterRegistry()),
                new TableMigrator(store, new Replica(store)), new Proofs(store), new TargetTotals(store),
                new KeyProofs(store));
    }

    /** Due times that follow the settings of a process. */
    public static DueTimes dueTimes(Database store, Replica replica) {
        return new DueTimes(store, replica);
    }

    /** Keeps a walk through a table, whoever works on it. */
    public void keep(TableScan scan) {
        try (var transaction = Handles.on(database.connect())) {
            TableScans.put(transaction, scan);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
