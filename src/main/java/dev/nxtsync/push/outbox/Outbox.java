package dev.nxtsync.push.outbox;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.StaleClaim;

/** Marks and settles the rows of one push lane, for the claim that holds it. */
@Singleton
public class Outbox {
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
            int count = transaction.createUpdate("""
                    update nxt_sync.outbox set state = 'in_doubt', next_at = sent_at + :limit * interval '1 ms'
                    where state = 'sending' and\s""" + OutboxColumns.OF_LANE).bind("limit", timeLimit.toMillis())
                    .bindMethods("claim", claim).execute();
            if (count > 0) {
                Claims.check(transaction, claim);
            }
            return count;
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
            var contended = new HashSet<>(InFlight.contended(transaction, rows));
            InFlight.setAside(transaction, claim, rows.stream().filter(row -> contended.contains(row.id())).toList());
            contended.addAll(InFlight.outOfOrder(transaction, claim, rows));
            if (!contended.isEmpty()) {
                return new Contended(contended);
            }
            Instant now = transaction.createQuery("select clock_timestamp()").mapTo(Instant.class).one();
            var marked = rows.stream().map(row -> new RowTransition(row, row.sending(now))).toList();
            Set<Long> lost = OutboxColumns.write(transaction, claim, marked);
            if (!lost.isEmpty()) {
                transaction.getConnection().rollback();
                return new Contended(lost);
            }
            Claims.check(transaction, claim);
            return new Marked(marked.stream().map(RowTransition::after).toList());
        });
    }

    /** Whether the claim still holds its lane. */
    public void check(Claim claim) throws SQLException {
        database.useTransaction(transaction -> {
            Claims.check(transaction, claim);
        });
    }

    /** Why nothing of the outbox may be sent; empty if nothing is in the way. */
    public Optional<Problem> held(Claim claim, String keyColumn) throws SQLException {
        return database.inTransaction(transaction -> held(transaction, claim, keyColumn));
    }

    /**
     * Keeps what has become of rows. A row that a person has changed meanwhile is left as it is.
     *
     * @throws StaleClaim if somebody else holds the lane; then the rows are marked for one more count, whoever holds it
     */
    public void settle(Claim claim, List<RowTransition> transitions) throws SQLException {
        if (transitions.isEmpty()) {
            return;
        }
        try {
            database.durably(transaction -> {
                OutboxColumns.write(transaction, claim, transitions);
                Claims.check(transaction, claim);
                return true;
            });
        } catch (StaleClaim e) {
            countAgain(transitions.stream().map(each -> each.after().id()).toList());
            throw e;
        }
    }

    /** What was sent just now, under a claim that is gone, may be there beside what the new holder has sent. */
    private void countAgain(List<Long> rows) throws SQLException {
        database.durably(transaction -> transaction.createUpdate("""
                update nxt_sync.outbox set repeated = true,
                    sent_at = case when state in ('done', 'dead', 'discarded') then clock_timestamp() else sent_at end,
                    next_at = case when state in ('done', 'dead', 'discarded') then clock_timestamp() else next_at end,
                    looks = case when state in ('dead', 'discarded') then greatest(looks, 1) else looks end
                where id = any (:ids)""").bindArray("ids", Long.class, rows).execute());
    }

    private static Optional<Problem> held(Handle transaction, Claim claim, String keyColumn) {
        return OutboxOrigin.held(transaction)
                .or(() -> transaction.createQuery("""
                        select stopped from nxt_sync.push_state where push = :push and stopped = :column""")
                        .bind("push", claim.entry()).bind("column", keyColumn).mapTo(String.class).findFirst()
                        .map(Outbox::changesKeys));
    }

    static Problem changesKeys(String keyColumn) {
        return new Problem(ErrorCode.KEY_CHANGED,
                "The column " + keyColumn
                        + " came back with another value than was sent, so records could not be found again by it. "
                        + ErrorCode.KEY_CHANGED.nextStep());
    }
}
