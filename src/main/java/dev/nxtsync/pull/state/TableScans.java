package dev.nxtsync.pull.state;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
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
    private static final RowMapper<KeyRange> RANGE = ConstructorMapper.of(KeyRange.class);

    private final Database database;

    public TableScans(Database database) {
        this.database = database;
    }

    /** The progress of a listing, whose rows go to a table of ours. */
    public record ListingPage(TableScan scan, RangeChange ranges, Instant readAt) implements Checkpoint {
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
            put(transaction, scan, ranges);
            return written;
        }
    }

    public Optional<TableScan> of(String pull, int company, TableScan.ScanKind kind) throws SQLException {
        return database.inTransaction(transaction -> find(transaction, pull, company, kind));
    }

    /**
     * The ranges of a walk that was read from its table. It is in one range where it was never split, where it has begun anew,
     * and where somebody who knows of no ranges has gone on with it.
     */
    public KeyRanges ranges(TableScan scan) throws SQLException {
        List<KeyRange> kept = database.inTransaction(transaction -> transaction.createQuery("""
                select range.number, range.begins_at as "from", range.ends_before as before, range.cursor, range.rows,
                    range.done
                from nxt_sync.pass_range range join nxt_sync.pass using (pull, company, kind, started_at)
                where pull = :pull and company = :company and kind = lower(:kind)""").bind("pull", scan.pull())
                .bind("company", scan.company()).bind("kind", scan.kind()).map(RANGE).list());
        return KeyRanges.of(kept).filter(ranges -> ranges.cursor().equals(scan.cursor()))
                .orElseGet(() -> KeyRanges.whole(scan.cursor(), scan.rows()));
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

    /** Keeps how the ranges of a walk stand, once the walk itself is kept. */
    static void put(Handle transaction, TableScan scan, RangeChange change) {
        if (change.first()) {
            transaction.createUpdate("""
                    delete from nxt_sync.pass_range
                    where pull = :pull and company = :company and kind = lower(:kind)""").bindMethods(scan).execute();
        }
        if (change.ranges().isEmpty()) {
            return;
        }
        var batch = transaction.prepareBatch("""
                insert into nxt_sync.pass_range
                    (pull, company, kind, number, started_at, begins_at, ends_before, cursor, rows, done)
                values (:pull, :company, lower(:kind), :number, :startedAt, :from, :before, :cursor, :rows, :done)
                on conflict (pull, company, kind, number) do update
                set ends_before = excluded.ends_before, cursor = excluded.cursor, rows = excluded.rows,
                    done = excluded.done""");
        // of two records in one batch, either may be asked for the name of the other
        change.ranges().forEach(each -> batch.bind("pull", scan.pull()).bind("company", scan.company())
                .bind("kind", scan.kind()).bind("startedAt", scan.startedAt()).bindMethods(each).add());
        batch.execute();
    }

    static void forget(Handle transaction, String pull, int company, TableScan.ScanKind kind) {
        transaction.createUpdate("""
                delete from nxt_sync.pass where pull = :pull and company = :company and kind = lower(:kind)""")
                .bind("pull", pull).bind("company", company).bind("kind", kind).execute();
    }
}
