package dev.nxtsync.pull.state;

import java.util.Arrays;
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
    private static final String IS_ALIVE = "exists (select from nxt_sync.replica where id = known.replica and "
            + Replica.IS_ALIVE + ")";

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
    public KeyDecision decide(Handle transaction, UUID replica) {
        var before = stored(transaction);
        if (before.filter(columns::equals).isPresent()) {
            renew(transaction, replica);
            return new KeyDecision.Same();
        }
        if (transaction.createUpdate("""
                insert into nxt_sync.pull_key as known (pull, key, replica, started_at)
                select :pull, :columns, :replica,
                    coalesce((select started_at from nxt_sync.replica where id = :replica), clock_timestamp())
                on conflict (pull) do update
                set key = excluded.key, replica = excluded.replica, started_at = excluded.started_at
                where known.started_at <= excluded.started_at or not %s""".formatted(IS_ALIVE)).bind("pull", pull)
                .bindArray("columns", String.class, columns).bind("replica", replica).execute() == 1) {
            return new KeyDecision.Changed(before);
        }
        return new KeyDecision.Overruled(stored(transaction).orElse(List.of()));
    }

    /** Whoever has the same key stands for it once the process that has set it is gone, or was started earlier. */
    private void renew(Handle transaction, UUID replica) {
        transaction.createUpdate("""
                update nxt_sync.pull_key known set replica = own.id, started_at = own.started_at
                from nxt_sync.replica own
                where own.id = :replica and known.pull = :pull and known.replica <> own.id
                  and (known.started_at < own.started_at or not %s)""".formatted(IS_ALIVE)).bind("replica", replica)
                .bind("pull", pull).execute();
    }

    /** The key that another process that is alive has, if it is another one. */
    public Optional<List<String>> disputedBy(Handle transaction, UUID replica) {
        return transaction.createQuery("""
                select key from nxt_sync.pull_key known
                where pull = :pull and replica <> :replica and %s""".formatted(IS_ALIVE)).bind("pull", pull)
                .bind("replica", replica).mapTo(String[].class).findOne().map(Arrays::asList)
                .filter(key -> !key.equals(columns));
    }

    /** Whether it is the one that is stored, for which a process stands that is alive, or this one; or none is. */
    public boolean isAgreed(Handle transaction, UUID replica) {
        return transaction.createQuery("""
                select not exists (select from nxt_sync.pull_key known where pull = :pull
                    and (key <> :columns or (replica <> :replica and not %s)))""".formatted(IS_ALIVE))
                .bind("pull", pull).bindArray("columns", String.class, columns).bind("replica", replica)
                .mapTo(boolean.class).one();
    }

    /** Whether it is the one that is stored, or none is: else another process has exchanged it. */
    public boolean isStored(Handle transaction) {
        return stored(transaction).filter(key -> !key.equals(columns)).isEmpty();
    }

    private Optional<List<String>> stored(Handle transaction) {
        return transaction.createQuery("select key from nxt_sync.pull_key where pull = :pull").bind("pull", pull)
                .mapTo(String[].class).findOne().map(Arrays::asList);
    }
}
