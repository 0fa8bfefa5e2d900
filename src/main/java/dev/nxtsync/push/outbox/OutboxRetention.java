package dev.nxtsync.push.outbox;

import java.sql.SQLException;
import java.time.Duration;

import jakarta.inject.Singleton;

import dev.nxtsync.database.Database;

/** Deletes finished rows after the time for which their push keeps them. */
@Singleton
public class OutboxRetention {
    private final Database database;

    public OutboxRetention(Database database) {
        this.database = database;
    }

    /**
     * Forgets finished rows, and their keys, after so long; not those that are still to be counted, and none whose time lies
     * ahead: a key that is forgotten too early could be pushed twice.
     */
    public int forget(String push, Duration keep) throws SQLException {
        return database.patiently().inTransaction(transaction -> transaction.createUpdate("""
                delete from nxt_sync.outbox
                where push = :push and state in ('done', 'discarded') and next_at is null
                  and settled_at < clock_timestamp() - :keep * interval '1 ms'""").bind("push", push)
                .bind("keep", keep.toMillis()).execute());
    }
}
