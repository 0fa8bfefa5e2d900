package dev.nxtsync.schedule;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.ClockSetBack;
import dev.nxtsync.database.Database;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.error.Words;

/** This process among those that share the database. It is alive as long as its row is beaten, by the database's clock. */
@Singleton
public class Replica {
    /** In seconds without a beat, after which a process counts as gone, and what it held may be taken over. */
    static final int SILENT_AFTER = 16;
    /**
     * SQL that holds for a row of {@code nxt_sync.replica} whose process is alive. A beat in the future is from before the
     * database's clock was set back, and as old as it is ahead.
     */
    public static final String IS_ALIVE = "replica.beat_at between clock_timestamp() - interval '" + SILENT_AFTER
            + " s' and clock_timestamp() + interval '" + SILENT_AFTER + " s'";

    private final UUID id = UUID.randomUUID();
    private final Database database;
    private final Database patient;
    /** Whether this process may have a row. */
    private volatile boolean known;

    public Replica(Database database) {
        this.database = database.promptly();
        this.patient = database.patiently();
    }

    public UUID id() {
        return id;
    }

    /**
     * Says that this process is alive, forgets those that died long ago, and notices that the database's clock was set back.
     * Then one process mends that, which may take long: it beats no more until it has, and so claims nothing and may be taken
     * over, while the others go on.
     */
    public void beat() throws SQLException {
        boolean setBack = database.inTransaction(transaction -> {
            boolean noticed = ClockSetBack.isNoticed(transaction);
            transaction.createUpdate("""
                    insert into nxt_sync.replica (id, host) values (:id, :host)
                    on conflict (id) do update set beat_at = clock_timestamp(), found_silent_at = null""")
                    .bind("id", id).bind("host", host()).execute();
            known = true;
            if (noticed) {
                // whoever seems to have died may have beaten by the old time
                return true;
            }
            transaction.execute("""
                    delete from nxt_sync.replica
                    where beat_at not between clock_timestamp() - interval '1 day'
                        and clock_timestamp() + interval '1 day'
                      and not exists (select from nxt_sync.job where holder = replica.id)""");
            noteSilent(transaction);
            return false;
        });
        if (setBack) {
            patient.inTransaction(transaction -> {
                boolean mended = ClockSetBack.mend(transaction);
                if (mended) {
                    UnitSelection.all().revoke(transaction);
                }
                return mended;
            });
        }
    }

    /**
     * Notes of each holder that has missed two beats that it has, so that it is known to whoever starts later that it had been
     * silent while the database was there.
     */
    private static void noteSilent(Handle transaction) {
        transaction.execute("""
                update nxt_sync.replica set found_silent_at = clock_timestamp()
                where id in (
                    select id from nxt_sync.replica
                    where found_silent_at is null and beat_at
                        not between clock_timestamp() - interval '8 s' and clock_timestamp() + interval '8 s'
                      and exists (select from nxt_sync.job where holder = replica.id)
                    for update skip locked)""");
    }

    /** Says how this process' connections are, and what it alone knows to be wrong, as JSON. */
    public void report(Handle transaction, String json) throws SQLException {
        transaction.createUpdate("update nxt_sync.replica set report = :report::json where id = :id")
                .bind("report", Encoding.read(transaction).json(json)).bind("id", id).execute();
    }

    /** What every living process has reported last, as JSON. */
    public static List<String> reports(Handle transaction) {
        return transaction.createQuery("select report from nxt_sync.replica where report is not null and " + IS_ALIVE)
                .mapTo(String.class).list();
    }

    /** Says that this process is gone, so that nobody waits for its silence. */
    public void leave() throws SQLException {
        if (known) {
            database.inTransaction(transaction -> transaction
                    .createUpdate("delete from nxt_sync.replica where id = :id").bind("id", id).execute());
        }
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }

    /** Says how many daemons are at work on a database; nothing where none is. */
    public static Database.Work<Optional<String>> note() {
        return transaction -> Optional.of(alive(transaction)).filter(alive -> alive > 0)
                .map(alive -> Words.count(alive, "daemon works", "daemons work") + " on it");
    }

    /**
     * Says that more daemons are at work on a database than share the budget.
     *
     * @param share among how many processes a connection's budget is shared
     */
    public static Database.Work<Optional<String>> warning(int share) {
        return transaction -> Optional.of(alive(transaction)).filter(alive -> alive > share)
                .map(alive -> "NXT_BUDGET_SHARE is " + share + ", but should be " + alive
                        + ", because so many daemons work on it");
    }

    private static int alive(Handle transaction) throws SQLException {
        return Database.hasTable(transaction, "nxt_sync.replica")
                ? transaction.createQuery("select count(*) from nxt_sync.replica where " + IS_ALIVE).mapTo(int.class)
                        .one()
                : 0;
    }
}
