package dev.nxtsync.pull.state;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;

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
import dev.nxtsync.inbox.Inbox;
import dev.nxtsync.pull.target.Checkpoint;
import dev.nxtsync.pull.target.FirstColumns;
import dev.nxtsync.pull.target.PageBuffer;
import dev.nxtsync.pull.target.PageTable;
import dev.nxtsync.pull.target.RowCount;
import dev.nxtsync.pull.target.RowFaults;
import dev.nxtsync.pull.target.TargetColumn;
import dev.nxtsync.pull.target.TargetFault;
import dev.nxtsync.pull.target.TargetTable;
import dev.nxtsync.pull.target.Tombstones;
import dev.nxtsync.pull.target.WriteCounts;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.WatchedStatement;

/**
 * What the API lists of a table, beside what is stored of it, in unlogged tables of a unit: large listings cost no memory, and
 * a crash of the database costs no more than a new listing. First the listing is made, then it gives way to the differences.
 */
@Singleton
public class KeyListing {
    private static final RowMapper<Difference> DIFFERENCE = ConstructorMapper.of(Difference.class);

    private final Database database;

    public KeyListing(Database database) {
        this.database = database;
    }

    /**
     * What a comparison found.
     *
     * @param listed rows
     * @param stored rows of the target that are not marked as deleted
     * @param gone of them, those that were read before the listing began and are not listed
     * @param differing rows to read again: not stored, or with another change stamp, or number where these are listed
     */
    public record Comparison(long listed, long stored, long gone, long differing) {}

    /**
     * A row that differs.
     *
     * @param key as PostgreSQL writes its columns
     * @param stored whether it is stored and was not listed
     */
    public record Difference(long id, List<String> key, boolean stored) {}

    /**
     * The settlement of some differences: what was read has been merged, and what was not there is deleted.
     *
     * @param settled the numbers of the differences
     * @param gone the keys of those that the API did not have
     */
    public record Settlement(Claim unit, Instant readAt, List<Long> settled,
            List<List<String>> gone) implements Checkpoint {
        @Override
        public String pull() {
            return unit.entry();
        }

        @Override
        public int company() {
            return unit.company();
        }

        @Override
        public WriteCounts keep(Handle transaction, TargetTable table, WriteCounts written) throws SQLException {
            var all = written.plus(Tombstones.delete(transaction, table, this, gone));
            transaction.createUpdate("delete from " + difference(unit) + " where nxt_id = any (:settled)")
                    .bindArray("settled", Long.class, settled).execute();
            PullStates.added(transaction, this, all.inserted() - all.deleted());
            PullCondition.well(transaction, UnitKind.RECONCILIATION, company(), List.of(pull()));
            return all;
        }
    }

    /** Begins anew. */
    public void begin(Claim unit) throws SQLException {
        database.useTransaction(transaction -> {
            drop(transaction, unit);
            Claims.check(transaction, unit);
        });
    }

    /** Adds a page of keys (and change stamps), and keeps how far the listing has come. */
    public void add(Claim unit, TargetTable listed, PageBuffer page, Checkpoint checkpoint) throws SQLException {
        database.useTransaction(transaction -> {
            transaction.execute("create unlogged table if not exists " + listing(unit)
                    + " (nxt_read_at timestamptz not null, " + PageTable.typed(listed.columns()) + ")");
            copy(transaction, listing(unit), listed, page, checkpoint.readAt());
            RowFaults.setAside(transaction, page, checkpoint);
            checkpoint.keep(transaction, listed, WriteCounts.NOTHING);
            Claims.check(transaction, unit);
        });
    }

    /**
     * What was listed.
     *
     * @param columns the key, and what else of each row is compared
     * @param condition of SQL, which the rows of the table {@code stored} meet that should have been listed
     */
    public record ListedRows(TargetTable columns, String condition) {
        /** All rows. */
        public static ListedRows whole(TargetTable columns) {
            return new ListedRows(columns, "true");
        }
    }

    /**
     * Compares what is listed with what is stored, and keeps the differences in the listing's place.
     *
     * @param startedAt when the listing began: what was stored later is not called gone
     * @param alive told now and then, since it may take very long
     */
    public Comparison compare(Claim unit, TargetTable target, ListedRows listed, Instant startedAt, Runnable alive)
            throws SQLException {
        return database.patiently().inTransaction(transaction -> {
            var comparison = WatchedStatement.run(database, transaction, unit, alive,
                    watched -> compare(watched, unit, target, listed, startedAt));
            Claims.check(transaction, unit);
            return comparison;
        });
    }

    private static Comparison compare(Handle transaction, Claim unit, TargetTable target, ListedRows listed,
            Instant startedAt) throws SQLException {
        String keys = target.key().stream().map(SqlName::quoted).collect(joining(", "));
        String owner = SqlName.quoted(target.owner());
        String same = same(target, "listing", "stored");
        String differs = listed.columns().columns().stream().map(TargetColumn::name)
                .filter(column -> !target.key().contains(column)).map(SqlName::quoted)
                .map(column -> "stored." + column + " is distinct from listing." + column).collect(joining(" or "));
        String changed = differs.isEmpty()
                ? ""
                : " or ((" + differs + ") and (stored.nxt_read_at <= listing.nxt_read_at"
                        + " or stored.nxt_read_at > clock_timestamp()))";
        transaction.execute("drop table if exists " + difference(unit));
        transaction.execute("create unlogged table " + difference(unit)
                + " (nxt_id bigint generated always as identity primary key, " + PageTable.typed(target.keyColumns())
                + ", nxt_stored boolean not null)");
        transaction.execute("analyze " + listing(unit));
        String fill = """
                insert into %s (%s, nxt_stored)
                select %s, false from %s listing left join %s stored on %s and stored.%s = :company
                where stored.%s is null or stored.nxt_deleted_at is not null%s
                union all
                select %s, true from %s stored where stored.%s = :company and stored.nxt_deleted_at is null and %s
                    and (stored.nxt_read_at < :startedAt or stored.nxt_read_at > clock_timestamp())
                    and not exists (select from %s listing where %s)""".formatted(difference(unit), keys,
                prefixed(target, "listing"), listing(unit), target.quotedName(), same, owner, owner, changed,
                prefixed(target, "stored"), target.quotedName(), owner, listed.condition(), listing(unit), same);
        TargetFault.guard(transaction, target, guarded -> guarded.createUpdate(fill).bind("company", unit.company())
                .bind("startedAt", startedAt).execute());
        var comparison = TargetFault.guard(transaction, target, guarded -> count(guarded, unit, target));
        transaction.execute("drop table " + listing(unit));
        return comparison;
    }

    private static Comparison count(Handle transaction, Claim unit, TargetTable target) {
        return transaction
                .createQuery("""
                        select (select count(*) from %s) as listed,
                               (select count(*) from %s where %s = :company and nxt_deleted_at is null) as stored,
                               count(*) filter (where nxt_stored) as gone,
                               count(*) filter (where not nxt_stored) as differing
                        from %s""".formatted(listing(unit), target.quotedName(), SqlName.quoted(target.owner()),
                        difference(unit)))
                .bind("company", unit.company()).map(ConstructorMapper.of(Comparison.class)).one();
    }

    /** Whether what has been listed has these columns, if there is a listing. */
    public boolean fits(Claim unit, TargetTable listed) throws SQLException {
        var kept = database.inTransaction(transaction -> transaction.createQuery(
                """
                        select attname from pg_attribute
                        where attrelid = to_regclass(:listing) and attnum > 0 and not attisdropped and attname <> 'nxt_read_at'""")
                .bind("listing", listing(unit)).mapTo(String.class).set());
        return kept.isEmpty() || kept.equals(listed.columns().stream().map(TargetColumn::name).collect(toSet()));
    }

    /** Whether there is still a listing, and how many rows it has; a crash of the database empties it. */
    public Optional<Long> size(Claim unit) throws SQLException {
        return size(listing(unit));
    }

    /** Whether there are differences being settled. */
    public boolean isSettling(Claim unit) throws SQLException {
        return size(difference(unit)).isPresent();
    }

    private Optional<Long> size(String table) throws SQLException {
        return database.inTransaction(transaction -> Database.hasTable(transaction, table)
                ? transaction.createQuery("select count(*) from " + table).mapTo(Long.class).findOne()
                : Optional.empty());
    }

    /** The next differences to settle, at most so many. */
    public List<Difference> next(Claim unit, TargetTable target, int limit) throws SQLException {
        String select = """
                select nxt_id as id, %s as key, nxt_stored as stored
                from %s order by nxt_id limit :limit""".formatted(PageTable.key(target), difference(unit));
        return database.inTransaction(
                transaction -> transaction.createQuery(select).bind("limit", limit).map(DIFFERENCE).list());
    }

    /**
     * Ends a reconciliation: rows that were set aside and are no longer there are forgotten, and so are keys that webhooks
     * named and that were set aside; the rows are counted.
     *
     * @param keyNames the API's names of the key's columns
     */
    public void end(Claim unit, TargetTable target, List<String> keyNames, Instant startedAt) throws SQLException {
        database.useTransaction(transaction -> {
            // first of all, since it may take long, and others want what is locked from here on
            long more = RowCount.correction(transaction, target, unit.entry(), unit.company()).orElse(0);
            drop(transaction, unit);
            RowFaults.settle(transaction, unit, target, keyNames, startedAt);
            transaction.createUpdate("""
                    update nxt_sync.pull_state set rows = rows + :more, reconciled_at = :startedAt
                    where pull = :pull and company = :company""").bind("more", more).bind("startedAt", startedAt)
                    .bind("pull", unit.entry()).bind("company", unit.company()).execute();
            PullCondition.well(transaction, UnitKind.RECONCILIATION, unit.company(), List.of(unit.entry()));
            PullCondition.unique(transaction, unit);
            TableScans.forget(transaction, unit.entry(), unit.company(), TableScan.ScanKind.RECONCILIATION);
            Inbox.reconciled(transaction, unit, startedAt);
            Claims.check(transaction, unit);
        });
    }

    /**
     * Ends a listing of groups: their totals are to be asked for again.
     *
     * @param rows how many were other than listed
     */
    public void endGroups(Claim unit, TargetTable target, long rows) throws SQLException {
        database.useTransaction(transaction -> {
            long more = RowCount.correction(transaction, target, unit.entry(), unit.company()).orElse(0);
            drop(transaction, unit);
            transaction.createUpdate("""
                    update nxt_sync.pull_state set rows = rows + :more where pull = :pull and company = :company""")
                    .bind("more", more).bind("pull", unit.entry()).bind("company", unit.company()).execute();
            PullCondition.well(transaction, UnitKind.RECONCILIATION, unit.company(), List.of(unit.entry()));
            TableScans.forget(transaction, unit.entry(), unit.company(), TableScan.ScanKind.GROUPS);
            Proofs.mended(transaction, unit, rows);
            Claims.check(transaction, unit);
        });
    }

    private static void drop(Handle transaction, Claim unit) {
        transaction.execute("drop table if exists " + listing(unit) + ", " + difference(unit));
    }

    /** Adds a page to a table of rows that were listed. */
    static void copy(Handle transaction, String table, TargetTable listed, PageBuffer page, Instant readAt)
            throws SQLException {
        PageTable.copy(transaction, table, listed, page, FirstColumns.readAt(readAt));
    }

    private static String listing(Claim unit) {
        return "nxt_sync.listing_" + unit.unit();
    }

    private static String difference(Claim unit) {
        return "nxt_sync.difference_" + unit.unit();
    }

    private static String prefixed(TargetTable table, String alias) {
        return table.key().stream().map(column -> alias + "." + SqlName.quoted(column)).collect(joining(", "));
    }

    /** A condition by which rows of two tables have the same key. */
    static String same(TargetTable table, String a, String b) {
        return table.key().stream()
                .map(column -> a + "." + SqlName.quoted(column) + " = " + b + "." + SqlName.quoted(column))
                .collect(joining(" and "));
    }
}
