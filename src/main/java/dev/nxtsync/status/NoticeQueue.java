package dev.nxtsync.status;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.Encoding;

/** Notices that wait until they are taken, at most for a day. Each is sent by one process at a time. */
@Singleton
record NoticeQueue(Database database) {
    /**
     * One that is to be sent now.
     *
     * @param attempts this one included
     */
    public record QueuedNotice(String id, String body, int attempts) {}

    /** An id that a receiver knows a second delivery by. */
    public static String newId() {
        return "msg_" + UUID.randomUUID().toString().replace("-", "");
    }

    /** Adds one, in the transaction that keeps what it is about. */
    static void add(Handle transaction, String body) throws SQLException {
        transaction.createUpdate("insert into nxt_sync.notice (id, body) values (:id, :body)").bind("id", newId())
                .bind("body", Encoding.read(transaction).json(body)).execute();
    }

    /**
     * The oldest that is due, which nobody else gets for so long.
     *
     * @param lease longer than it takes to send one
     */
    public Optional<QueuedNotice> next(Duration lease) throws SQLException {
        return database.inTransaction(transaction -> transaction.createQuery("""
                update nxt_sync.notice
                set attempts = attempts + 1, next_at = clock_timestamp() + :lease * interval '1 ms'
                where id = (select id from nxt_sync.notice where next_at <= clock_timestamp()
                            order by made_at limit 1 for update skip locked)
                returning id, body, attempts""").bind("lease", lease.toMillis())
                .map(ConstructorMapper.of(QueuedNotice.class)).findOne());
    }

    /** It was taken. */
    public void done(QueuedNotice notice) throws SQLException {
        database.inTransaction(transaction -> transaction.createUpdate("delete from nxt_sync.notice where id = :id")
                .bind("id", notice.id()).execute());
    }

    /** It was not taken, and is tried again. Says whether it was given up instead, since it is a day old. */
    public boolean again(QueuedNotice notice, Duration after) throws SQLException {
        return database.inTransaction(transaction -> {
            boolean givenUp = transaction.createUpdate("""
                    delete from nxt_sync.notice where id = :id
                      and made_at not between clock_timestamp() - interval '1 day' and clock_timestamp()""")
                    .bind("id", notice.id()).execute() == 1;
            transaction.createUpdate("""
                    update nxt_sync.notice set next_at = clock_timestamp() + :after * interval '1 ms'
                    where id = :id""").bind("after", after.toMillis()).bind("id", notice.id()).execute();
            return givenUp;
        });
    }
}
