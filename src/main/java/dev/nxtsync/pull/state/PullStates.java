package dev.nxtsync.pull.state;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.database.Timestamps;
import dev.nxtsync.error.Problem;
import dev.nxtsync.pull.state.PullState.Mark;
import dev.nxtsync.pull.state.PullState.PullHealth;
import dev.nxtsync.pull.state.PullState.Walk;
import dev.nxtsync.pull.target.Checkpoint;
import dev.nxtsync.pull.target.TargetTable;
import dev.nxtsync.pull.target.WriteCounts;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.UnitKind;

/** The state of each pull in each company. */
@Singleton
public class PullStates {
    private static final String SELECT = """
            select pull, company, state, coalesce(code, ''), coalesce(reason, ''), failures, due_at, retry_at, loaded_at, mark, mark_seen_at,
                   floor, digest, cursor, upper, increment_started_at, reread_cursor, held,
                   exists (select from nxt_sync.pull_pause where pull_pause.pull = pull_state.pull), complete_as_of,
                   missing
            from nxt_sync.pull_state
            """;

    private final Database database;

    public PullStates(Database database) {
        this.database = database;
    }

    /**
     * The progress of an increment.
     *
     * @param walk how it goes on; empty at its end
     * @param mark the highest change stamp read so far
     * @param floor a change stamp up to which nothing is committed late any more
     * @param digest of its rows, if they were one page
     * @param completeAsOf since when every change is in, if the increment came to the end of the server's rows
     * @param due when the pull is due again; empty while the increment has not ended
     */
    public record IncrementPage(String pull, int company, Instant readAt, Optional<Walk> walk, Optional<Mark> mark,
            Optional<String> floor, Optional<String> digest, Optional<Instant> completeAsOf,
            Optional<Instant> due) implements Checkpoint {

        @Override
        public WriteCounts keep(Handle transaction, TargetTable table, WriteCounts written) throws SQLException {
            try (var update = prepare(transaction);
                    var count = transaction.getConnection().prepareStatement(
                            "update nxt_sync.pull_state set rows = rows + ? where pull = ? and company = ?")) {
                bind(update, written.inserted());
                if (update.executeUpdate() == 0) {
                    // its rows are in the target all the same
                    count.setInt(1, written.inserted());
                    count.setString(2, pull);
                    count.setInt(3, company);
                    count.executeUpdate();
                }
            }
            PullCondition.well(transaction, UnitKind.POLL, company, List.of(pull));
            return written;
        }

        private static PreparedStatement prepare(Handle transaction) throws SQLException {
            // a pull that was reset meanwhile begins anew, whatever an increment still under way has read
            return transaction.getConnection().prepareStatement("""
                    update nxt_sync.pull_state
                    set cursor = ?, upper = ?, increment_started_at = ?,
                        mark = ?, mark_seen_at = ?, floor = ?, digest = ?, complete_as_of = coalesce(?, complete_as_of),
                        due_at = coalesce(?, due_at), rows = rows + ?
                    where pull = ? and company = ? and loaded_at is not null""");
        }

        private void bind(PreparedStatement update, int inserted) throws SQLException {
            update.setString(1, walk.map(Walk::cursor).orElse(null));
            update.setString(2, walk.map(Walk::upper).orElse(null));
            Timestamps.timestamp(update, 3, walk.map(Walk::startedAt));
            update.setString(4, mark.map(Mark::stamp).orElse(null));
            Timestamps.timestamp(update, 5, mark.map(Mark::seenAt));
            update.setString(6, floor.orElse(null));
            update.setString(7, digest.orElse(null));
            Timestamps.timestamp(update, 8, completeAsOf);
            Timestamps.timestamp(update, 9, due);
            update.setInt(10, inserted);
            update.setString(11, pull);
            update.setInt(12, company);
        }
    }

    /** The slow re-read of rows that may have changed without a new stamp. */
    public record Reread(String pull, int company, Instant readAt, Optional<String> cursor) implements Checkpoint {
        @Override
        public WriteCounts keep(Handle transaction, TargetTable table, WriteCounts written) throws SQLException {
            try (var update = transaction.getConnection().prepareStatement(
                    "update nxt_sync.pull_state set reread_cursor = ?, digest = null, rows = rows + ? where pull = ? and company = ?")) {
                update.setString(1, cursor.orElse(null));
                update.setInt(2, written.inserted());
                update.setString(3, pull);
                update.setInt(4, company);
                update.executeUpdate();
            }
            PullCondition.well(transaction, UnitKind.RECONCILIATION, company, List.of(pull));
            return written;
        }
    }

    /** Those of one company or customer, by due time. */
    public List<PullState> of(int company, Collection<String> pulls) throws SQLException {
        return database.inTransaction(transaction -> of(transaction, company, pulls));
    }

    private static List<PullState> of(Handle transaction, int company, Collection<String> pulls) throws SQLException {
        try (var select = transaction.getConnection()
                .prepareStatement(SELECT + "where company = ? and pull = any (?) order by due_at, pull")) {
            select.setInt(1, company);
            select.setArray(2, transaction.getConnection().createArrayOf("text", pulls.toArray()));
            return read(select.executeQuery());
        }
    }

    /** One of them. */
    public Optional<PullState> of(String pull, int company) throws SQLException {
        return of(company, List.of(pull)).stream().findFirst();
    }

    /** One of them, and whether the pull's rows are told apart by this key, as far as is stored. */
    public KeyedState of(String pull, int company, List<String> key) throws SQLException {
        return database.inTransaction(
                transaction -> new KeyedState(of(transaction, company, List.of(pull)).stream().findFirst(),
                        new PullKey(pull, key).isStored(transaction)));
    }

    /**
     * One of them.
     *
     * @param hasKey whether its rows are told apart by the key that was asked about
     */
    public record KeyedState(Optional<PullState> state, boolean hasKey) {}

    /** How many rows the target has of one pull and company. */
    public long rows(String pull, int company) throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction.getConnection()
                    .prepareStatement("select rows from nxt_sync.pull_state where pull = ? and company = ?")) {
                select.setString(1, pull);
                select.setInt(2, company);
                try (ResultSet row = select.executeQuery()) {
                    return row.next() ? row.getLong(1) : 0L;
                }
            }
        });
    }

    /** Those of the given pulls that are not {@link PullHealth#OK}, or held, or lack rows. */
    public List<PullState> troubled(Collection<String> pulls) throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction.getConnection().prepareStatement(SELECT
                    + "where (state <> 'ok' or held is not null or missing is not null) and pull = any (?) order by pull, company limit 100")) {
                select.setArray(1, transaction.getConnection().createArrayOf("text", pulls.toArray()));
                return read(select.executeQuery());
            }
        });
    }

    /** Since when those of the given pulls that are paused are. */
    public Map<String, Instant> paused(Collection<String> pulls) throws SQLException {
        return instants("select pull, paused_at from nxt_sync.pull_pause where pull = any (?)", pulls);
    }

    /**
     * As of when each pull is complete in the company that is most behind, of those that nothing is in the way of; pulls
     * that are not loaded anywhere are missing.
     */
    public Map<String, Instant> leastComplete(Collection<String> pulls) throws SQLException {
        return instants("""
                select pull, min(complete_as_of) from nxt_sync.pull_state
                where pull = any (?) and state = 'ok' and complete_as_of is not null
                  and not exists (select from nxt_sync.pull_pause where pull_pause.pull = pull_state.pull)
                group by pull""", pulls);
    }

    private Map<String, Instant> instants(String sql, Collection<String> pulls) throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction.getConnection().prepareStatement(sql)) {
                select.setArray(1, transaction.getConnection().createArrayOf("text", pulls.toArray()));
                var instants = new TreeMap<String, Instant>();
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        instants.put(row.getString(1), Timestamps.instant(row, 2).orElseThrow());
                    }
                }
                return instants;
            }
        });
    }

    /** Seconds since each pull and company was complete; those that never were are missing. */
    public Map<String, Map<Integer, Double>> lags() throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction.getConnection().prepareStatement("""
                    select pull, company, extract(epoch from clock_timestamp() - complete_as_of)::float8
                    from nxt_sync.pull_state where complete_as_of is not null and state <> 'away'""");
                    ResultSet row = select.executeQuery()) {
                var lags = new TreeMap<String, Map<Integer, Double>>();
                while (row.next()) {
                    lags.computeIfAbsent(row.getString(1), each -> new TreeMap<>()).put(row.getInt(2),
                            Math.max(0, row.getDouble(3)));
                }
                return lags;
            }
        });
    }

    /** Keeps increments that brought nothing new, all in one transaction. */
    public void quiet(Claim claim, List<IncrementPage> increments) throws SQLException {
        if (increments.isEmpty()) {
            return;
        }
        database.inTransaction(transaction -> {
            try (var update = IncrementPage.prepare(transaction)) {
                for (IncrementPage each : increments) {
                    each.bind(update, 0);
                    update.addBatch();
                }
                update.executeBatch();
            }
            PullCondition.well(transaction, UnitKind.POLL, claim.company(),
                    increments.stream().map(IncrementPage::pull).toList());
            Claims.check(transaction, claim);
            return true;
        });
    }

    /** Keeps what became of a run that did not come to its end. */
    public void fail(Claim claim, PullState pull, PullHealth state, Problem reason, Duration retry)
            throws SQLException {
        database.inTransaction(transaction -> {
            PullCondition.met(transaction, claim.kind(), pull, state, reason, retry);
            Claims.check(transaction, claim);
            return true;
        });
    }

    /**
     * Says of a pull that it is planned, so that those of its companies which could not be read now can.
     *
     * @param mended whether what runs have met in the target may be over too
     * @return whether there were any
     */
    public boolean planned(String pull, boolean mended) throws SQLException {
        return database.inTransaction(transaction -> PullCondition.planned(transaction, pull, mended) > 0);
    }

    /** Says of a pull why none of its companies can be read. */
    public void stopped(String pull, Problem reason) throws SQLException {
        database.inTransaction(transaction -> {
            PullCondition.stopped(transaction, pull, reason);
            return true;
        });
    }

    /** Keeps that a reconciliation waits for a person, or no longer does. */
    public void hold(Claim claim, Optional<String> reason) throws SQLException {
        database.inTransaction(transaction -> {
            try (var update = transaction.getConnection()
                    .prepareStatement("update nxt_sync.pull_state set held = ? where pull = ? and company = ?")) {
                update.setString(1, reason.map(Encoding.read(transaction)::shown).orElse(null));
                update.setString(2, claim.entry());
                update.setInt(3, claim.company());
                update.executeUpdate();
            }
            Claims.check(transaction, claim);
            return true;
        });
    }

    /** Keeps why rows are lacking, or that none are. */
    public void missing(Claim claim, Optional<String> reason) throws SQLException {
        database.inTransaction(transaction -> {
            missing(transaction, claim, reason.map(Encoding.read(transaction)::shown));
            Claims.check(transaction, claim);
            return true;
        });
    }

    static void missing(Handle transaction, Claim claim, Optional<String> reason) throws SQLException {
        try (var update = transaction.getConnection()
                .prepareStatement("update nxt_sync.pull_state set missing = ? where pull = ? and company = ?")) {
            update.setString(1, reason.orElse(null));
            update.setString(2, claim.entry());
            update.setInt(3, claim.company());
            update.executeUpdate();
        }
    }

    /** Has a reconciliation of a pull look at all of its keys. */
    public void reconcile(Claim claim, String pull) throws SQLException {
        database.inTransaction(transaction -> {
            UnitWakes.reconcile(transaction, claim, pull);
            Claims.check(transaction, claim);
            return true;
        });
    }

    /** The database's clock. */
    public DatabaseClock clock() throws SQLException {
        return database.clock();
    }

    /** The database's time, which orders all reads. */
    public Instant now() throws SQLException {
        return database.clock().now();
    }

    private static List<PullState> read(ResultSet rows) throws SQLException {
        var states = new ArrayList<PullState>();
        try (rows) {
            while (rows.next()) {
                var mark = rows.getString(10);
                var cursor = rows.getString(14);
                states.add(new PullState(rows.getString(1), rows.getInt(2),
                        PullHealth.valueOf(rows.getString(3).toUpperCase(Locale.ROOT)),
                        Problem.kept(rows.getString(4), rows.getString(5)), rows.getInt(6),
                        rows.getObject(7, OffsetDateTime.class).toInstant(), Timestamps.instant(rows, 8),
                        Timestamps.instant(rows, 9),
                        mark == null
                                ? Optional.empty()
                                : Optional.of(new Mark(mark, Timestamps.instant(rows, 11).orElseThrow())),
                        Optional.ofNullable(rows.getString(12)), Optional.ofNullable(rows.getString(13)),
                        cursor == null
                                ? Optional.empty()
                                : Optional.of(new Walk(cursor, rows.getString(15),
                                        Timestamps.instant(rows, 16).orElseThrow())),
                        Optional.ofNullable(rows.getString(17)), Optional.ofNullable(rows.getString(18)),
                        rows.getBoolean(19), Timestamps.instant(rows, 20), Optional.ofNullable(rows.getString(21))));
            }
        }
        return states;
    }
}
