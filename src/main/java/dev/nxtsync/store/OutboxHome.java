package dev.nxtsync.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

import jakarta.inject.Singleton;

import dev.nxtsync.trouble.Reason;
import dev.nxtsync.trouble.Trouble;

/**
 * Where the outbox was at home when it was last sent from: the server's system identifier and timeline, and the oids of the
 * database and of the table. A backup that was restored, a copy and a fail-over are elsewhere; what they hold may have been
 * sent since they were made.
 */
@Singleton
public class OutboxHome {
    static final Reason HELD = new Reason(Trouble.OUTBOX_HELD,
            "The outbox was restored from a backup, copied, or failed over: what it holds may have been sent "
                    + "meanwhile, so nothing is sent. If no other daemon sends from the original any more, run: java -jar "
                    + "quarkus-run.jar adopt");

    private final Database database;

    OutboxHome(Database database) {
        this.database = database;
    }

    /** Why nothing of the outbox is sent; empty if it is at home. */
    public Optional<Reason> held() throws SQLException {
        return database.inTransaction(transaction -> isHere(transaction) ? Optional.empty() : Optional.of(HELD));
    }

    /**
     * Makes this its home. What is not finished may have been sent, and is looked for first; what is dead, too.
     *
     * @return how many rows are looked for
     */
    public int adopt() throws SQLException {
        database.inTransaction(Database::advanceSequences);
        return database.durably(transaction -> {
            try (var home = transaction.prepareStatement("""
                    insert into nxt_sync.outbox_home (system_identifier, timeline, database_oid, outbox_oid)
                    select system_identifier, timeline, database_oid, outbox_oid from nxt_sync.outbox_here
                    on conflict (one) do update set system_identifier = excluded.system_identifier,
                        timeline = excluded.timeline, database_oid = excluded.database_oid,
                        outbox_oid = excluded.outbox_oid""");
                    var rows = transaction.prepareStatement(
                            """
                                    update nxt_sync.outbox
                                    set state = case when state = 'dead' then state else 'in_doubt' end,
                                        record = case when state = 'waiting' then null else record end,
                                        sent_at = clock_timestamp(), next_at = clock_timestamp(), answered = null, blamed = false,
                                        looks = 0, repeated = true
                                    where state in ('waiting', 'sending', 'in_doubt', 'dead')""");
                    var lanes = transaction.prepareStatement(
                            """
                                    update nxt_sync.job set holder = null, claimed_at = null, fence = greatest(fence + 1, nextval('nxt_sync.fence')),
                                        failures = 0, retry_at = null
                                    where kind = 'push'""")) {
                home.executeUpdate();
                lanes.executeUpdate();
                return rows.executeUpdate();
            }
        });
    }

    static boolean isHere(Connection transaction) throws SQLException {
        try (var select = transaction.prepareStatement("""
                select exists (select from nxt_sync.outbox_home join nxt_sync.outbox_here
                               using (system_identifier, timeline, database_oid, outbox_oid))""");
                var row = select.executeQuery()) {
            row.next();
            return row.getBoolean(1);
        }
    }
}
