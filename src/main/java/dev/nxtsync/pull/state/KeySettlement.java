package dev.nxtsync.pull.state;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.inbox.Inbox;
import dev.nxtsync.pull.target.Checkpoint;
import dev.nxtsync.pull.target.TargetTable;
import dev.nxtsync.pull.target.Tombstones;
import dev.nxtsync.pull.target.WriteCounts;
import dev.nxtsync.schedule.UnitKind;

/**
 * The settlement of some keys of a pull: what was read has been merged, and what was not there is deleted.
 *
 * @param settled the keys' numbers
 * @param gone the keys that the API did not have
 */
public record KeySettlement(String pull, int company, Instant readAt, List<Long> settled,
        List<List<String>> gone) implements Checkpoint {
    @Override
    public WriteCounts keep(Handle transaction, TargetTable table, WriteCounts written) throws SQLException {
        var all = written.plus(Tombstones.delete(transaction, table, this, gone));
        Inbox.drop(transaction, settled);
        if (all.changed() + all.deleted() > 0) {
            PullStates.added(transaction, this, all.inserted() - all.deleted());
        }
        PullCondition.well(transaction, UnitKind.FETCH, company, List.of(pull));
        return all;
    }
}
