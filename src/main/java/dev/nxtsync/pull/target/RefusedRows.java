package dev.nxtsync.pull.target;

import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.DatabaseFault;

/**
 * Writes rows of which the target may refuse some, for a trigger, a constraint or an index of a user's: together, and where
 * that is refused in halves, each in a savepoint of its own, until the refused rows are found and all others are in.
 */
final class RefusedRows {
    /** Where more are refused that were not before, it is rather the table than its rows. */
    static final int MOST = 20;
    /** With those that were refused before: each costs some tries. */
    private static final int MOST_AT_ALL = 200;

    private final Handle transaction;
    private final TargetTable table;
    private final Checkpoint checkpoint;
    private final Rows rows;
    private final Map<Integer, TargetFault> refused = new TreeMap<>();
    private WriteCounts written = WriteCounts.NOTHING;
    private int news;

    /** Rows in an order, each with its place from 0 on. */
    interface Rows {
        /** Writes those from a place to before another. */
        WriteCounts write(int from, int to) throws SQLException;

        /** As PostgreSQL writes it. */
        List<String> key(int place) throws SQLException;
    }

    private RefusedRows(Handle transaction, TargetTable table, Checkpoint checkpoint, Rows rows) {
        this.transaction = transaction;
        this.table = table;
        this.checkpoint = checkpoint;
        this.rows = rows;
    }

    /**
     * Writes all that are not refused.
     *
     * @throws TargetFault if so many are refused that it is the table, or for anything but the values of rows
     */
    static RefusedRows write(Handle transaction, TargetTable table, Checkpoint checkpoint, int count, Rows rows)
            throws SQLException {
        var search = new RefusedRows(transaction, table, checkpoint, rows);
        search.divide(0, count);
        search.again();
        return search;
    }

    /** What was written, and what was refused. */
    WriteCounts written() throws SQLException {
        var all = written;
        for (var each : refused.entrySet()) {
            all = all
                    .plus(new WriteCounts(0, 0, 0, List.of(new RowFault(key(each.getKey()), each.getValue().ofRow()))));
        }
        return all;
    }

    /** The same, unless no row at all was written and several are newly refused: then it is the table. */
    WriteCounts writtenIfAny() throws SQLException {
        if (news > 1 && written.changed() == 0) {
            throw refused.values().iterator().next();
        }
        return written();
    }

    private void divide(int from, int to) throws SQLException {
        var fault = attempt(from, to);
        if (fault.isPresent() && to - from > 1) {
            int middle = (from + to) >>> 1;
            divide(from, middle);
            divide(middle, to);
        } else if (fault.isPresent()) {
            refuse(from, fault.get());
        }
    }

    private void refuse(int place, TargetFault fault) throws SQLException {
        refused.put(place, fault);
        news += RowFaults.isKnown(transaction, checkpoint, key(place)) ? 0 : 1;
        if (news > MOST || refused.size() > MOST_AT_ALL) {
            throw fault;
        }
    }

    /** Since one may have been refused for lack of another, such as its parent. */
    private void again() throws SQLException {
        boolean more = !refused.isEmpty();
        while (more) {
            more = false;
            for (int place : List.copyOf(refused.keySet())) {
                if (attempt(place, place + 1).isEmpty()) {
                    refused.remove(place);
                    more = !refused.isEmpty();
                }
            }
        }
    }

    private Optional<TargetFault> attempt(int from, int to) throws SQLException {
        Savepoint before = transaction.getConnection().setSavepoint();
        try {
            written = written.plus(TargetFault.guard(transaction, table, guarded -> rows.write(from, to)));
            transaction.getConnection().releaseSavepoint(before);
            return Optional.empty();
        } catch (TargetFault e) {
            if (!DatabaseFault.isOfValues(e)) {
                throw e;
            }
            transaction.getConnection().rollback(before);
            transaction.getConnection().releaseSavepoint(before);
            return Optional.of(e);
        }
    }

    private String key(int place) throws SQLException {
        return table.keyAsJson(rows.key(place));
    }
}
