package dev.nxtsync.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import jakarta.inject.Singleton;

import dev.nxtsync.store.PullState.State;

/** What is known of each pull in each company. */
@Singleton
public class PullStates {
    private static final String SELECT = """
            select pull, company, state, coalesce(reason, ''), failures, due_at, retry_at, cursor
            from nxt_sync.pull_state
            """;

    private final Database database;

    PullStates(Database database) {
        this.database = database;
    }

    /** Makes a pull of a company known. Says whether it is new. */
    public boolean declare(String pull, int company) throws SQLException {
        return database.inTransaction(transaction -> {
            try (var insert = transaction.prepareStatement(
                    "insert into nxt_sync.pull_state (pull, company) values (?, ?) on conflict do nothing")) {
                insert.setString(1, pull);
                insert.setInt(2, company);
                return insert.executeUpdate() == 1;
            }
        });
    }

    /** Those of one company or customer, by due time. */
    public List<PullState> of(int company, Collection<String> pulls) throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction
                    .prepareStatement(SELECT + "where company = ? and pull = any (?) order by due_at, pull")) {
                select.setInt(1, company);
                select.setArray(2, transaction.createArrayOf("text", pulls.toArray()));
                return read(select.executeQuery());
            }
        });
    }

    /** Those of the given pulls that are not {@link State#OK}. */
    public List<PullState> troubled(Collection<String> pulls) throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction
                    .prepareStatement(
                            SELECT + "where state <> 'ok' and pull = any (?) order by pull, company limit 100")) {
                select.setArray(1, transaction.createArrayOf("text", pulls.toArray()));
                return read(select.executeQuery());
            }
        });
    }

    /** Keeps what became of a run that did not end its pass. */
    public void fail(Claim claim, PullState pull, State state, String reason, Duration retry) throws SQLException {
        database.inTransaction(transaction -> {
            try (var update = transaction.prepareStatement("""
                    update nxt_sync.pull_state set state = ?, reason = ?, failures = failures + 1,
                        retry_at = clock_timestamp() + ? * interval '1 ms'
                    where pull = ? and company = ?""")) {
                update.setString(1, state.name().toLowerCase(Locale.ROOT));
                update.setString(2, reason.replace('\0', ' '));
                update.setLong(3, retry.toMillis());
                update.setString(4, pull.pull());
                update.setInt(5, pull.company());
                update.executeUpdate();
            }
            Claims.check(transaction, claim);
            return true;
        });
    }

    /**
     * Moves the cursor, in the transaction of the rows before it. The last page ends the pass: the pull is well, and so are
     * the rows that an earlier pass set aside and this one did not.
     */
    static void advance(Connection transaction, Checkpoint checkpoint) throws SQLException {
        try (var update = transaction.prepareStatement("""
                update nxt_sync.pull_state
                set state = 'ok', reason = null, failures = 0, retry_at = null, cursor = ?,
                    pass_started_at = coalesce(pass_started_at, ?),
                    rows = case when pass_started_at is null then ? else rows + ? end
                where pull = ? and company = ?""")) {
            update.setString(1, checkpoint.cursor().orElse(null));
            update.setObject(2, Claims.timestamp(checkpoint.readAt()));
            update.setLong(3, checkpoint.rows());
            update.setLong(4, checkpoint.rows());
            update.setString(5, checkpoint.pull());
            update.setInt(6, checkpoint.company());
            update.executeUpdate();
        }
        if (checkpoint.cursor().isEmpty()) {
            complete(transaction, checkpoint);
        }
    }

    private static void complete(Connection transaction, Checkpoint checkpoint) throws SQLException {
        try (var settle = transaction.prepareStatement("""
                delete from nxt_sync.row_fault fault using nxt_sync.pull_state pull
                where pull.pull = ? and pull.company = ? and fault.job = pull.pull and fault.company = pull.company
                  and fault.seen_at < pull.pass_started_at""");
                var end = transaction.prepareStatement(
                        """
                                update nxt_sync.pull_state set due_at = ?, completed_at = pass_started_at, pass_started_at = null
                                where pull = ? and company = ?""")) {
            settle.setString(1, checkpoint.pull());
            settle.setInt(2, checkpoint.company());
            settle.executeUpdate();
            end.setObject(1, Claims.timestamp(checkpoint.due()));
            end.setString(2, checkpoint.pull());
            end.setInt(3, checkpoint.company());
            end.executeUpdate();
        }
    }

    /** The database's time, which orders all reads. */
    public Instant now() throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction.prepareStatement("select clock_timestamp()");
                    ResultSet row = select.executeQuery()) {
                row.next();
                return row.getObject(1, OffsetDateTime.class).toInstant();
            }
        });
    }

    private static List<PullState> read(ResultSet rows) throws SQLException {
        var states = new ArrayList<PullState>();
        try (rows) {
            while (rows.next()) {
                states.add(new PullState(rows.getString(1), rows.getInt(2),
                        State.valueOf(rows.getString(3).toUpperCase(Locale.ROOT)),
                        rows.getString(4), rows.getInt(5), rows.getObject(6, OffsetDateTime.class).toInstant(),
                        instant(rows, 7),
                        Optional.ofNullable(rows.getString(8))));
            }
        }
        return states;
    }

    private static Optional<Instant> instant(ResultSet row, int column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }
}
