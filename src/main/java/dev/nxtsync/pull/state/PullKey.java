package dev.nxtsync.pull.state;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.schedule.Replica;

/**
 * The key by which the rows of a pull are told apart. Of living processes whose settings name different keys the one that was
 * started last decides, so that two never undo each other's.
 *
 * @param columns in the target, without the company, in the order of the pull's {@code KEY}
 */
public record PullKey(String pull, List<String> columns) {
    private static final String ALIVE = "select from nxt_sync.replica where id = known.replica and " + Replica.IS_ALIVE;

    /** What is stored of it, and how a process gets to decide. */
    public sealed interface KeyDecision {
        /** The key is this one, as before. */
        record Same() implements KeyDecision {}

        /**
         * The key is this one from now on.
         *
         * @param before the columns of the key until now; empty if none was stored
         */
        record Changed(Optional<List<String>> before) implements KeyDecision {}

        /** A process that was started later, and is alive, has another key. */
        record Overruled(List<String> by) implements KeyDecision {}
    }

    /** Sets the key, if this process may. Others wait with theirs until the transaction ends. */
    public KeyDecision decide(Handle transaction, UUID replica) throws SQLException {
        var before = stored(transaction);
        if (before.filter(columns::equals).isPresent()) {
            renew(transaction, replica);
            return new KeyDecision.Same();
        }
        try (var decide = transaction.getConnection().prepareStatement("""
                insert into nxt_sync.pull_key as known (pull, key, replica, started_at)
                select ?, ?, ?, coalesce((select started_at from nxt_sync.replica where id = ?), clock_timestamp())
                on conflict (pull) do update
                set key = excluded.key, replica = excluded.replica, started_at = excluded.started_at
                where known.started_at <= excluded.started_at or not exists (""" + ALIVE + ")")) {
            decide.setString(1, pull);
            decide.setArray(2, transaction.getConnection().createArrayOf("text", columns.toArray()));
            decide.setObject(3, replica);
            decide.setObject(4, replica);
            if (decide.executeUpdate() == 1) {
                return new KeyDecision.Changed(before);
            }
        }
        return new KeyDecision.Overruled(stored(transaction).orElse(List.of()));
    }

    /** Whoever has the same key stands for it once the process that has set it is gone, or was started earlier. */
    private void renew(Handle transaction, UUID replica) throws SQLException {
        try (var renew = transaction.getConnection().prepareStatement("""
                update nxt_sync.pull_key known set replica = own.id, started_at = own.started_at
                from nxt_sync.replica own
                where own.id = ? and known.pull = ? and known.replica <> own.id
                  and (known.started_at < own.started_at or not exists (""" + ALIVE + "))")) {
            renew.setObject(1, replica);
            renew.setString(2, pull);
            renew.executeUpdate();
        }
    }

    /** The key that another process that is alive has, if it is another one. */
    public Optional<List<String>> disputedBy(Handle transaction, UUID replica) throws SQLException {
        try (var select = transaction.getConnection().prepareStatement(
                "select key from nxt_sync.pull_key known where pull = ? and replica <> ? and exists (" + ALIVE + ")")) {
            select.setString(1, pull);
            select.setObject(2, replica);
            return key(select).filter(key -> !key.equals(columns));
        }
    }

    /** Whether it is the one that is stored, for which a process stands that is alive, or this one; or none is. */
    public boolean isAgreed(Handle transaction, UUID replica) throws SQLException {
        try (var select = transaction.getConnection()
                .prepareStatement("select from nxt_sync.pull_key known where pull = ? "
                        + "and (key <> ? or (replica <> ? and not exists (" + ALIVE + ")))")) {
            select.setString(1, pull);
            select.setArray(2, transaction.getConnection().createArrayOf("text", columns.toArray()));
            select.setObject(3, replica);
            try (ResultSet row = select.executeQuery()) {
                return !row.next();
            }
        }
    }

    /** Whether it is the one that is stored, or none is: else another process has exchanged it. */
    public boolean isStored(Handle transaction) throws SQLException {
        return stored(transaction).filter(key -> !key.equals(columns)).isEmpty();
    }

    private Optional<List<String>> stored(Handle transaction) throws SQLException {
        try (var select = transaction.getConnection()
                .prepareStatement("select key from nxt_sync.pull_key where pull = ?")) {
            select.setString(1, pull);
            return key(select);
        }
    }

    private static Optional<List<String>> key(PreparedStatement select) throws SQLException {
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? Optional.of(List.of((String[]) row.getArray(1).getArray())) : Optional.empty();
        }
    }
}
