package dev.nxtsync.pull.state;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.SqlName;
import dev.nxtsync.pull.target.Checkpoint;
import dev.nxtsync.pull.target.TargetFault;
import dev.nxtsync.pull.target.TargetTable;
import dev.nxtsync.pull.target.WriteCounts;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.UnitSelection;

/** The walks through whole tables. */
@Singleton
public class TableScans {
    private static final RowMapper<TableScan> SCAN = ConstructorMapper.of(TableScan.class);

    private final Database database;

    public TableScans(Database database) {
        this.database = database;
    }

    /** The progress of a listing, whose rows go to a table of ours. */
    public record ListingPage(TableScan scan, Instant readAt) implements Checkpoint {
        @Override
        public String pull() {
            return scan.pull();
        }

        @Override
        public int company() {
            return scan.company();
        }

        @Override
        public WriteCounts keep(Handle transaction, TargetTable table, WriteCounts written) {
            put(transaction, scan);
            return written;
        }
    }

    public Optional<TableScan> of(String pull, int company, TableScan.ScanKind kind) throws SQLException {
        return database.inTransaction(transaction -> find(transaction, pull, company, kind));
    }

    /** Whether the target has no row of the company, so that nothing can be in the way of new ones. */
    public boolean isEmpty(TargetTable table, int company) throws SQLException {
        String select = "select not exists (select from %s where %s = :company)".formatted(table.quotedName(),
                SqlName.quoted(table.owner()));
        return database.inTransaction(transaction -> TargetFault.guard(transaction, table,
                guarded -> guarded.createQuery(select).bind("company", company).mapTo(boolean.class).one()));
    }

    /** Keeps a walk as it is now, in place of one that is under way. */
    public void keep(Claim claim, TableScan scan) throws SQLException {
        database.useTransaction(transaction -> {
            put(transaction, scan);
            Claims.check(transaction, claim);
        });
    }

    /** Ends a walk through a whole table, in which each key came once. */
    public void end(Claim claim, TableScan scan) throws SQLException {
        database.useTransaction(transaction -> {
            PullCondition.unique(transaction, claim);
            forget(transaction, scan.pull(), scan.company(), scan.kind());
            Claims.check(transaction, claim);
        });
    }

    /**
     * Wants every row of a pull read again, in all companies. A load that is under way, also a first one, begins again, since
     * it may have read rows before the change. For the transaction of the change that makes it necessary.
     */
    public static void wantAll(Handle transaction, String pull) {
        transaction.createUpdate("""
                insert into nxt_sync.pass (pull, company, kind)
                select pull, company, 'load' from nxt_sync.pull_state where pull = :pull
                on conflict (pull, company, kind) do update
                set started_at = null, cursor = null, rows = 0, expected = null, mark = null, since = null,
                    direct = false""").bind("pull", pull).execute();
        var loads = UnitSelection.of(pull, UnitKind.LOAD);
        // a page that is being read is refused, and nobody claims a load before the scan has begun again
        loads.revoke(transaction);
        loads.wake(transaction);
    }

    private static Optional<TableScan> find(Handle transaction, String pull, int company, TableScan.ScanKind kind) {
        return transaction.createQuery("""
                select pull, company, kind, started_at, cursor, rows, expected, mark, since, direct, settling, confirmed
                from nxt_sync.pass where pull = :pull and company = :company and kind = lower(:kind)""")
                .bind("pull", pull).bind("company", company).bind("kind", kind).map(SCAN).findOne();
    }

    static void put(Handle transaction, TableScan scan) {
        transaction.createUpdate("""
                insert into nxt_sync.pass
                    (pull, company, kind, started_at, cursor, rows, expected, mark, since, direct, settling, confirmed)
                values (:pull, :company, lower(:kind), :startedAt, :cursor, :rows, :expected, :mark, :since, :direct,
                    :settling, :confirmed)
                on conflict (pull, company, kind) do update
                set started_at = excluded.started_at, cursor = excluded.cursor, rows = excluded.rows,
                    expected = excluded.expected, mark = excluded.mark, since = excluded.since,
                    direct = excluded.direct, settling = excluded.settling, confirmed = excluded.confirmed""")
                .bindMethods(scan).execute();
    }

    static void forget(Handle transaction, String pull, int company, TableScan.ScanKind kind) {
        transaction.createUpdate("""
                delete from nxt_sync.pass where pull = :pull and company = :company and kind = lower(:kind)""")
                .bind("pull", pull).bind("company", company).bind("kind", kind).execute();
    }
}
