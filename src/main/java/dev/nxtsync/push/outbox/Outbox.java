package dev.nxtsync.push.outbox;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import jakarta.inject.Singleton;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.database.Rows;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.push.outbox.OutboxRow.State;
import dev.nxtsync.push.outbox.OutboxRow.Step;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.StaleClaim;

/** The rows of one push lane, for the claim that holds it. */
@Singleton
public class Outbox {
    private static final String COLUMNS = """
            id, key, %s, grp, state, attempts, step, act, record, stamp, sent_at, next_at, answered, blamed, at_most,
            repeated, looks, result::text, error
            """;
    /**
     * Nothing before it in its group is unsettled, but for rows that could be sent with it. By one time for all rows, or the
     * second of a group would be ready whose first comes of age while they are looked at.
     */
    static final String READY = """
            o.state = 'waiting' and (o.next_at is null or o.next_at <= statement_timestamp())
            and (o.grp is null or not exists (
                select from nxt_sync.outbox b
                where b.push = o.push and b.company = o.company and b.lane = o.lane and b.grp = o.grp and b.id < o.id
                  and (b.state in ('sending', 'in_doubt', 'dead') or b.next_at is not null)
                  and (b.state in ('sending', 'in_doubt', 'dead') or b.state = 'waiting' and b.next_at > statement_timestamp())))
            """;

    private final Database database;

    public Outbox(Database database) {
        this.database = database;
    }

    /** Rows cannot be sent now. */
    public sealed interface Marking {}

    /** They are marked as being sent, at this moment. */
    public record Marked(List<OutboxRow> rows) implements Marking {}

    /**
     * These are not as they were read, another row about the same record is in flight, or one before them in their group is
     * neither settled nor among the rows.
     */
    public record Contended(Set<Long> rows) implements Marking {}

    /** The outbox is a copy that nobody has adopted, or a key column was found to change keys. */
    public record Held(Problem why) implements Marking {}

    /** The database's clock. */
    public DatabaseClock clock() throws SQLException {
        return database.clock();
    }

    /** What an earlier holder was sending when it ended may have been sent. */
    public int recover(Claim claim, Duration timeLimit) throws SQLException {
        return database.durably(transaction -> {
            try (var recover = transaction.prepareStatement("""
                    update nxt_sync.outbox set state = 'in_doubt', next_at = sent_at + ? * interval '1 ms'
                    where state = 'sending' and\s""" + OfLane.SQL)) {
                recover.setLong(1, timeLimit.toMillis());
                OfLane.bind(recover, 2, claim);
                int count = recover.executeUpdate();
                if (count > 0) {
                    Claims.check(transaction, claim);
                }
                return count;
            }
        });
    }

    /**
     * A row that has not been read yet.
     *
     * @param bytes of its payload
     */
    public record Sized(long id, Optional<String> group, int bytes) {}

    /**
     * Rows that were or may have been sent, and are to be looked for now, in the order of their ids.
     *
     * @param but not these
     */
    public List<Sized> toLookFor(Claim claim, int most, Set<Long> but) throws SQLException {
        return sized("where next_at <= clock_timestamp() and state in ('in_doubt', 'done', 'dead', 'discarded') and "
                + OfLane.SQL + " and o.id <> all (?)", claim, most, List.of(but));
    }

    /**
     * Rows that may be sent now, in the order of their ids: of each group a beginning, if earlier ones are sent before or
     * with later ones.
     *
     * @param unchecked only rows that have no result
     * @param aside rows that cannot be sent just now, so that none behind them in their groups can
     */
    public List<Sized> ready(Claim claim, int most, boolean unchecked, Set<Long> aside) throws SQLException {
        return sized("where o.push = ? and o.company = ? and o.lane = ? and " + READY
                + (unchecked ? "and o.result is null " : "") + """
                        and o.id <> all (?) and (o.grp is null or not exists (
                           select from nxt_sync.outbox a where a.id = any (?) and a.grp = o.grp and a.id < o.id))""",
                claim, most, List.of(aside, aside));
    }

    private List<Sized> sized(String where, Claim claim, int most, List<Set<Long>> ids) throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction.prepareStatement("select id, grp, octet_length(payload::text) "
                    + "from nxt_sync.outbox o " + where + " order by id limit ?")) {
                OfLane.bind(select, 1, claim);
                int next = 4;
                for (Set<Long> each : ids) {
                    select.setArray(next++, transaction.createArrayOf("bigint", each.toArray()));
                }
                select.setInt(next, most);
                var rows = new ArrayList<Sized>();
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        rows.add(new Sized(row.getLong(1), text(row, 2), row.getInt(3)));
                    }
                }
                return rows;
            }
        });
    }

    /** These rows, in the order of their ids. */
    public List<OutboxRow> read(Collection<Long> ids) throws SQLException {
        return read("payload::text", ids);
    }

    /** These rows with an empty payload, however large theirs is. */
    public List<OutboxRow> readWithoutPayload(Collection<Long> ids) throws SQLException {
        return read("'{}'", ids);
    }

    private List<OutboxRow> read(String payload, Collection<Long> ids) throws SQLException {
        if (ids.isEmpty()) {
            return List.of();
        }
        return database.inTransaction(transaction -> {
            try (var select = transaction.prepareStatement("select " + COLUMNS.formatted(payload)
                    + " from nxt_sync.outbox where id = any (?) order by id")) {
                select.setArray(1, transaction.createArrayOf("bigint", ids.toArray()));
                var rows = new ArrayList<OutboxRow>();
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        rows.add(read(row));
                    }
                }
                return rows;
            }
        });
    }

    /** When the next row of the lane is to be looked at. */
    public Optional<Instant> next(Claim claim) throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction.prepareStatement(
                    "select min(next_at) from nxt_sync.outbox where next_at is not null and " + OfLane.SQL)) {
                OfLane.bind(select, 1, claim);
                try (var row = select.executeQuery()) {
                    row.next();
                    return Rows.instant(row, 1);
                }
            }
        });
    }

    /**
     * Marks rows as being sent: the last thing before they are. All of them, or none.
     *
     * @param rows as they are to be sent; each was waiting
     * @param keyColumn of the push
     * @throws StaleClaim if somebody else holds the lane
     */
    public Marking mark(Claim claim, List<OutboxRow> rows, String keyColumn) throws SQLException {
        return database.durably(transaction -> {
            Optional<Problem> held = held(transaction, claim, keyColumn);
            if (held.isPresent()) {
                return new Held(held.get());
            }
            Set<Long> contended = InFlight.contended(transaction, rows);
            InFlight.setAside(transaction, claim, rows.stream().filter(row -> contended.contains(row.id())).toList());
            contended.addAll(InFlight.outOfOrder(transaction, claim, rows));
            if (!contended.isEmpty()) {
                return new Contended(contended);
            }
            Instant now = now(transaction);
            var marked = rows.stream().map(row -> row.sending(now)).toList();
            Set<Long> lost = write(transaction, claim, marked, rows.stream().map(OutboxRow::state).toList());
            if (!lost.isEmpty()) {
                transaction.rollback();
                return new Contended(lost);
            }
            Claims.check(transaction, claim);
            return new Marked(marked);
        });
    }

    /** Whether the claim still holds its lane. */
    public void check(Claim claim) throws SQLException {
        database.inTransaction(transaction -> {
            Claims.check(transaction, claim);
            return true;
        });
    }

    /** Why nothing of the outbox may be sent; empty if nothing is in the way. */
    public Optional<Problem> held(Claim claim, String keyColumn) throws SQLException {
        return database.inTransaction(transaction -> held(transaction, claim, keyColumn));
    }

    /**
     * Keeps what has become of rows. A row that a person has changed meanwhile is left as it is.
     *
     * @param before the states in which they were read
     * @throws StaleClaim if somebody else holds the lane; then the rows are marked for one more count, whoever holds it
     */
    public void settle(Claim claim, List<OutboxRow> rows, List<State> before) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        try {
            database.durably(transaction -> {
                write(transaction, claim, rows, before);
                Claims.check(transaction, claim);
                return true;
            });
        } catch (StaleClaim e) {
            countAgain(rows);
            throw e;
        }
    }

    /** Of these rows, those in whose group a later one was sent at the same time and is done. */
    public Set<Long> passedOver(Claim claim, Collection<Long> ids) throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction.prepareStatement("""
                    select o.id from nxt_sync.outbox o
                    where o.id = any (?) and exists (
                        select from nxt_sync.outbox later
                        where later.push = o.push and later.company = o.company and later.lane = o.lane
                          and later.grp = o.grp and later.id > o.id and later.state = 'done'
                          and later.sent_at >= o.sent_at)""")) {
                select.setArray(1, transaction.createArrayOf("bigint", ids.toArray()));
                var passed = new HashSet<Long>();
                try (var row = select.executeQuery()) {
                    while (row.next()) {
                        passed.add(row.getLong(1));
                    }
                }
                return passed;
            }
        });
    }

    /** What was sent just now, under a claim that is gone, may be there beside what the new holder has sent. */
    private void countAgain(List<OutboxRow> rows) throws SQLException {
        database.durably(transaction -> {
            try (var mark = transaction.prepareStatement(
                    """
                            update nxt_sync.outbox set repeated = true,
                                sent_at = case when state in ('done', 'dead', 'discarded') then clock_timestamp() else sent_at end,
                                next_at = case when state in ('done', 'dead', 'discarded') then clock_timestamp() else next_at end,
                                looks = case when state in ('dead', 'discarded') then greatest(looks, 1) else looks end
                            where id = any (?)""")) {
                mark.setArray(1, transaction.createArrayOf("bigint", rows.stream().map(OutboxRow::id).toArray()));
                return mark.executeUpdate();
            }
        });
    }

    private static Optional<Problem> held(Connection transaction, Claim claim, String keyColumn) throws SQLException {
        var elsewhere = OutboxOrigin.held(transaction);
        if (elsewhere.isPresent()) {
            return elsewhere;
        }
        try (var select = transaction
                .prepareStatement("select stopped from nxt_sync.push_state where push = ? and stopped = ?")) {
            select.setString(1, claim.entry());
            select.setString(2, keyColumn);
            try (var row = select.executeQuery()) {
                return row.next() ? Optional.of(changesKeys(keyColumn)) : Optional.empty();
            }
        }
    }

    /** Answers the rows that were no longer in the state in which they were read. */
    private static Set<Long> write(Connection transaction, Claim claim, List<OutboxRow> rows, List<State> before)
            throws SQLException {
        try (var update = transaction.prepareStatement(
                """
                        update nxt_sync.outbox set state = ?, attempts = ?, step = ?, act = ?, record = ?, stamp = ?, sent_at = ?,
                            next_at = case when repeated and not ? and ? in ('done', 'dead') then clock_timestamp() else ? end,
                            answered = ?, blamed = ?, at_most = ?, repeated = repeated or ?, looks = ?,
                            result = ?::json, error = ?,
                            settled_at = case when ? in ('done', 'dead', 'discarded') then coalesce(settled_at, clock_timestamp()) end
                        where id = ? and state = ? and\s"""
                        + OfLane.SQL)) {
            var encoding = Encoding.of(transaction);
            for (int i = 0; i < rows.size(); i++) {
                OutboxRow row = rows.get(i);
                update.setString(1, row.state().text());
                update.setInt(2, row.attempts());
                update.setString(3, lower(row.step()));
                update.setString(4, row.act().map(Outbox::lower).orElse(null));
                update.setString(5, row.record().map(encoding::shown).orElse(null));
                update.setString(6, row.stamp().orElse(null));
                time(update, 7, row.sentAt());
                // marked for one more count by somebody who did not hold the lane
                update.setBoolean(8, row.repeated());
                update.setString(9, row.state().text());
                time(update, 10, row.nextAt());
                update.setString(11, row.answered().map(encoding::shown).orElse(null));
                update.setBoolean(12, row.blamed());
                update.setObject(13, row.atMost().orElse(null), Types.INTEGER);
                update.setBoolean(14, row.repeated());
                update.setInt(15, row.looks());
                update.setString(16, row.result().map(encoding::json).orElse(null));
                update.setString(17, row.error().map(encoding::shown).orElse(null));
                update.setString(18, row.state().text());
                update.setLong(19, row.id());
                update.setString(20, before.get(i).text());
                OfLane.bind(update, 21, claim);
                update.addBatch();
            }
            int[] counts = update.executeBatch();
            var lost = new HashSet<Long>();
            for (int i = 0; i < counts.length; i++) {
                if (counts[i] == 0) {
                    lost.add(rows.get(i).id());
                }
            }
            return lost;
        }
    }

    /** What PostgreSQL can hold of the text. */
    private static Instant now(Connection transaction) throws SQLException {
        try (var select = transaction.prepareStatement("select clock_timestamp()"); var row = select.executeQuery()) {
            row.next();
            return Rows.instant(row, 1).orElseThrow();
        }
    }

    private static void time(PreparedStatement statement, int index, Optional<Instant> at) throws SQLException {
        statement.setObject(index, at.map(Rows::timestamp).orElse(null), Types.TIMESTAMP_WITH_TIMEZONE);
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static OutboxRow read(ResultSet row) throws SQLException {
        return new OutboxRow(row.getLong(1), row.getString(2), row.getString(3), text(row, 4),
                State.of(row.getString(5)), row.getInt(6), Step.valueOf(row.getString(7).toUpperCase(Locale.ROOT)),
                text(row, 8).map(act -> MutationKind.valueOf(act.toUpperCase(Locale.ROOT))), text(row, 9),
                text(row, 10),
                Rows.instant(row, 11), Rows.instant(row, 12), text(row, 13), row.getBoolean(14),
                Optional.ofNullable(row.getObject(15, Integer.class)), row.getBoolean(16), row.getInt(17),
                text(row, 18), text(row, 19));
    }

    private static Optional<String> text(ResultSet row, int column) throws SQLException {
        return Optional.ofNullable(row.getString(column));
    }

    static Problem changesKeys(String keyColumn) {
        return new Problem(ErrorCode.KEY_CHANGED, "The column " + keyColumn
                + " came back other than it was sent, so that records could not be found again by it. "
                + ErrorCode.KEY_CHANGED.nextStep());
    }
}
