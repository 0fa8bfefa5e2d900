package dev.nxtsync.pull.target;

import static java.util.stream.Collectors.joining;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Stream;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;
import org.postgresql.PGConnection;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.database.OwnPath;
import dev.nxtsync.database.Rows;
import dev.nxtsync.database.SqlName;
import dev.nxtsync.database.SqlState;
import dev.nxtsync.inbox.LookAgain;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;

/** Writes a page and its checkpoint in one transaction, or nothing. */
@Singleton
public class PageWriter {
    private static final Logger LOG = Logger.getLogger(PageWriter.class);
    private static final String KEY_EXISTS = "23505";

    private final Database database;
    private final LockedTargets locked = new LockedTargets(System::nanoTime);

    public PageWriter(Database database) {
        this.database = database;
    }

    /** The way of a page into its target. */
    public enum Way {
        /** Straight into a table that has no rows of the company, as far as is known. */
        DIRECT,
        /** By way of a temporary table, row for row under the rule of {@link #mergeStatement}. */
        MERGE,
        /** The same, but rows that the target refuses are found and set aside, and all others are written. */
        HALVES
    }

    /**
     * Writes the page into the target, notes the rows that were set aside, and keeps the checkpoint. Rows that the target
     * refuses for their values are set aside too, and are looked at again soon.
     *
     * @throws TargetFault if the target refuses anything else, or so many rows that it is not their fault
     * @throws StaleClaim if the unit has another holder; then nothing was written
     */
    public WriteCounts write(Claim claim, TargetTable table, PageBuffer page, Way way, Checkpoint checkpoint)
            throws SQLException {
        try {
            return attempt(claim, table, page, way, checkpoint);
        } catch (SQLException e) {
            if (way == Way.DIRECT && KEY_EXISTS.equals(e.getSQLState())) {
                return write(claim, table, page, Way.MERGE, checkpoint);
            }
            if (SqlState.LOCK_TIME_OUT.equals(e.getSQLState()) && endOthersOf(claim)) {
                return attempt(claim, table, page, Way.MERGE, checkpoint);
            }
            if (way != Way.HALVES && e instanceof TargetFault && DatabaseFault.isOfValues(e)) {
                return inHalves(claim, table, page, checkpoint, e);
            }
            throw e;
        }
    }

    /** Only once something is refused, since the savepoints cost time. */
    private WriteCounts inHalves(Claim claim, TargetTable table, PageBuffer page, Checkpoint checkpoint,
            SQLException refusal) throws SQLException {
        try {
            return attempt(claim, table, page, Way.HALVES, checkpoint);
        } catch (TargetFault e) {
            refusal.addSuppressed(e);
            throw refusal;
        }
    }

    private WriteCounts attempt(Claim claim, TargetTable table, PageBuffer page, Way way, Checkpoint checkpoint)
            throws SQLException {
        boolean briefly = locked.isLocked(table);
        try {
            var written = inTransaction(claim, table, page, way, checkpoint, briefly);
            if (page.size() > 0) {
                locked.free(table);
            }
            return written;
        } catch (TargetFault e) {
            if (e.isLocked()) {
                locked.met(table);
            }
            throw e;
        }
    }

    private WriteCounts inTransaction(Claim claim, TargetTable table, PageBuffer page, Way way, Checkpoint checkpoint,
            boolean briefly) throws SQLException {
        Database.Work<WriteCounts> rows = transaction -> switch (way) {
            case DIRECT -> insert(transaction, table, page, checkpoint);
            case MERGE -> merge(transaction, table, page, checkpoint);
            case HALVES -> RefusedRows.write(transaction, table, checkpoint, page.size(),
                    StagedPage.of(transaction, table, page, checkpoint)).writtenIfAny();
        };
        return database.inTransaction(transaction -> {
            try (Statement name = transaction.createStatement()) {
                name.execute("set local application_name = " + SqlName.literal(sessionName(claim)));
            }
            if (way == Way.HALVES) {
                // also what users have put off until the commit is then refused where it is seen for which row
                TargetFault.guard(transaction, table, PageWriter::settleConstraints);
            }
            var written = page.size() == 0
                    ? WriteCounts.NOTHING
                    : TargetFault.guard(transaction, table,
                            guarded -> briefly ? LockedTargets.briefly(guarded, rows) : rows.in(guarded));
            RowFaults.setAside(transaction, page, checkpoint);
            written = checkpoint.keep(transaction, table, written);
            if (!written.refused().isEmpty()) {
                RowFaults.setAside(transaction, checkpoint, written.refused());
                LookAgain.at(transaction, claim, checkpoint.pull(),
                        written.refused().stream().map(RowFault::key).toList());
            }
            Claims.check(transaction, claim);
            // as in the commit, so behind the fence, whose lock holds until then; but what users have put off until the commit
            // would there be refused where nobody knows whose fault it is
            TargetFault.guard(transaction, table, PageWriter::settleConstraints);
            return written;
        });
    }

    /**
     * A holder before us may be frozen in the middle of its {@code COPY}, for which PostgreSQL has no time-out: its session is
     * ended. Only whoever holds the unit now may do so. Says whether there was one.
     */
    private boolean endOthersOf(Claim claim) throws SQLException {
        return database.inTransaction(transaction -> {
            Claims.check(transaction, claim);
            try (var end = transaction.prepareStatement("""
                    select pg_terminate_backend(pid) from pg_stat_activity
                    where usename = current_user and datname = current_database() and application_name like ?
                      and application_name <> ? and pid <> pg_backend_pid()""")) {
                end.setString(1, "nxt-sync unit " + claim.unit() + " fence %");
                end.setString(2, sessionName(claim));
                try (var row = end.executeQuery()) {
                    boolean ended = row.next();
                    if (ended) {
                        LOG.warnf("%s: the session of its holder before, which was frozen while it wrote, was ended",
                                claim);
                    }
                    return ended;
                }
            }
        });
    }

    private static String sessionName(Claim claim) {
        return "nxt-sync unit " + claim.unit() + " fence " + claim.fence();
    }

    private static boolean settleConstraints(Connection transaction) throws SQLException {
        try (Statement statement = transaction.createStatement()) {
            return statement.execute(OwnPath.around("set constraints all immediate"));
        }
    }

    private static WriteCounts insert(Connection transaction, TargetTable table, PageBuffer page, Checkpoint checkpoint)
            throws SQLException {
        String first = checkpoint.company() + "\t" + Rows.timestamp(checkpoint.readAt()) + "\t";
        OwnPath.enter(transaction);
        // not those of the page: a user's trigger may leave rows out
        long inserted = copy(transaction,
                "copy " + table.quotedName() + " (" + SqlName.quoted(table.owner()) + ", nxt_read_at, "
                        + columns(table) + ") from stdin",
                page, first.getBytes(StandardCharsets.US_ASCII));
        OwnPath.leave(transaction);
        return new WriteCounts((int) inserted, 0, 0);
    }

    private static WriteCounts merge(Connection transaction, TargetTable table, PageBuffer page, Checkpoint checkpoint)
            throws SQLException {
        makePage(transaction, table);
        copy(transaction, "copy pg_temp.nxt_page from stdin", page, new byte[0]);
        return mergePage(transaction, table, checkpoint);
    }

    /** Makes the temporary table whose rows {@link #mergePage} merges. */
    static void makePage(Connection transaction, TargetTable table) throws SQLException {
        try (Statement statement = transaction.createStatement()) {
            // with the target's own types, so that no comparison needs a conversion
            statement.execute("create temporary table nxt_page on commit drop as select " + columns(table) + " from "
                    + table.quotedName() + " with no data");
        }
    }

    static WriteCounts mergePage(Connection transaction, TargetTable table, Checkpoint checkpoint)
            throws SQLException {
        try (var merge = transaction.prepareStatement(OwnPath.around(mergeStatement(table)))) {
            int parameter = 1;
            merge.setInt(parameter++, checkpoint.company());
            merge.setObject(parameter++, Rows.timestamp(checkpoint.readAt()));
            merge.setInt(parameter++, checkpoint.company());
            merge.setString(parameter++, checkpoint.pull());
            merge.setInt(parameter++, checkpoint.company());
            merge.setObject(parameter, Rows.timestamp(checkpoint.readAt()));
            try (var row = OwnPath.query(merge)) {
                row.next();
                return new WriteCounts(row.getInt(1), row.getInt(2), 0);
            }
        }
    }

    /** Answers how many rows are in. */
    public static long copy(Connection transaction, String statement, PageBuffer page, byte[] firstColumns)
            throws SQLException {
        var copy = transaction.unwrap(PGConnection.class).getCopyAPI().copyIn(statement);
        try {
            page.copyTo(copy, firstColumns);
            return copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    public static String columns(TargetTable table) {
        return table.columns().stream().map(column -> SqlName.quoted(column.name())).collect(joining(", "));
    }

    /** The key of a row as one text, the same for equal keys, as {@code nxt_sync.removed} has it. */
    static String keyText(TargetTable table, String alias) {
        return "pg_catalog.concat_ws(E'\\x1f', " + keyTexts(table, alias) + ")";
    }

    /** The same of the stored row, but never empty, as the setting is before a row is updated. */
    private static String updated(TargetTable table) {
        return "pg_catalog.concat_ws(E'\\x1f', '', " + keyTexts(table, "stored") + ")";
    }

    private static String keyTexts(TargetTable table, String alias) {
        return table.keyColumns().stream().map(column -> {
            String value = alias + "." + SqlName.quoted(column.name());
            // 1 and 1.0 are equal
            return (column.type() == ColumnType.NUMERIC ? "pg_catalog.trim_scale(" + value + ")" : value) + "::text";
        }).collect(joining(", "));
    }

    /**
     * The one rule by which every writer of a mirrored row goes. A read row wins over the stored one if it was read later or
     * has a larger change stamp; over a deletion mark only if it was read later, then even if it is equal. What was read in
     * the future, before the database's clock was set back, counts as read earlier. An equal row is
     * not written, and not even locked, which would cost as much WAL: so most of them never come to the conflict, and
     * {@code offset 0} keeps the planner from reading the whole target for it. What was found to be gone after the read and
     * has no mark in the target stays away. Rows are taken in key order, so that two merges cannot wait for each other.
     * Whether a row was there is known to its assignments only, since a partitioned table has no system columns here: they
     * note its key, which {@code returning} compares row for row.
     */
    static String mergeStatement(TargetTable table) {
        String key = Stream.concat(Stream.of(table.owner()), table.key().stream()).map(SqlName::quoted)
                .collect(joining(", "));
        String assignments = table.columns().stream().filter(column -> !table.key().contains(column.name()))
                .map(column -> SqlName.quoted(column.name()) + " = excluded." + SqlName.quoted(column.name()) + ", ")
                .collect(joining());
        String newer = table.changeStamp().map(SqlName::quoted)
                .map(stamp -> " or coalesce(excluded." + stamp + ", '-infinity') > coalesce(stored." + stamp
                        + ", '-infinity')")
                .orElse("");
        String removed = """
                and not exists (select from nxt_sync.removed where removed.pull = ?::text and removed.company = ?
                    and removed.key = %s and removed.read_at between ? and pg_catalog.clock_timestamp())"""
                .formatted(keyText(table, "nxt_page"));
        String known = table.key().stream().map(SqlName::quoted)
                .map(column -> " and known." + column + " = nxt_page." + column).collect(joining())
                + table.columns().stream().filter(column -> !table.key().contains(column.name()))
                        .map(column -> SqlName.quoted(column.name()))
                        .map(column -> " and known." + column + " is not distinct from nxt_page." + column)
                        .collect(joining());
        return """
                with merged as (
                insert into %s as stored (%s, nxt_read_at, %s)
                select ?, ?, %s from pg_temp.nxt_page
                where not exists (select 1 from %s known where known.%s = ? and known.nxt_deleted_at is null%s offset 0) %s
                order by %s
                on conflict (%s) do update set %s nxt_read_at = excluded.nxt_read_at,
                    nxt_deleted_at = case when pg_catalog.set_config('nxt_sync.updated', %s, true) is null then stored.nxt_deleted_at end
                where case when stored.nxt_deleted_at is null
                           then (excluded.nxt_read_at > stored.nxt_read_at or stored.nxt_read_at > pg_catalog.clock_timestamp()%s)
                                and (%s)
                           else excluded.nxt_read_at > stored.nxt_read_at
                                or stored.nxt_read_at > pg_catalog.clock_timestamp() end
                returning pg_catalog.current_setting('nxt_sync.updated', true) is distinct from %s as inserted)
                select pg_catalog.count(*) filter (where inserted), pg_catalog.count(*) filter (where not inserted) from merged
                """
                .formatted(table.quotedName(), SqlName.quoted(table.owner()), columns(table), columns(table),
                        table.quotedName(),
                        SqlName.quoted(table.owner()), known, removed,
                        table.key().stream().map(SqlName::quoted).collect(joining(", ")), key, assignments,
                        updated(table), newer,
                        table.columns().stream().map(column -> SqlName.quoted(column.name()))
                                .map(column -> "stored." + column + " is distinct from excluded." + column)
                                .collect(joining(" or ")),
                        updated(table));
    }

}
