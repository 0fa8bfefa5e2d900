package dev.nxtsync.status;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.database.Timestamps;
import dev.nxtsync.error.Problem;

/**
 * What is wrong now, as all processes together see it, and since when. A change counts once it has lasted for twenty seconds,
 * so that what comes and goes is told to nobody.
 */
@Singleton
public class OpenFindings {
    private final Database database;

    public OpenFindings(Database database) {
        this.database = database;
    }

    /** Something that is, or was, wrong. */
    public record OpenFinding(String subject, Problem reason, Instant since) {}

    /**
     * What has changed for good since it was last asked.
     *
     * @param open how many troubles there are
     * @param at by the database's clock
     */
    public record Change(List<OpenFinding> begun, List<OpenFinding> ended, long open, Instant at) {
        public boolean isEmpty() { return begun.isEmpty() && ended.isEmpty(); }
    }

    /**
     * Keeps what is wrong now, unless another process is just about that.
     *
     * @param now everything that is wrong, by subject and code once
     * @param notice what a person is told of a change, which is kept in the same transaction, and so told once
     */
    public void keep(Collection<OpenFinding> now, Function<Change, Optional<String>> notice) throws SQLException {
        database.inTransaction(transaction -> {
            if (isFirst(transaction)) {
                note(transaction, now);
                var change = change(transaction);
                var body = change.isEmpty() ? Optional.<String>empty() : notice.apply(change);
                if (body.isPresent()) {
                    NoticeQueue.add(transaction, body.get());
                }
            }
            return true;
        });
    }

    /** How many of each code there are now. */
    public Map<String, Long> counts() throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction.getConnection().prepareStatement(
                    "select code, count(*) from nxt_sync.trouble where gone_at is null group by code");
                    ResultSet row = select.executeQuery()) {
                var counts = new TreeMap<String, Long>();
                while (row.next()) {
                    counts.put(row.getString(1), row.getLong(2));
                }
                return counts;
            }
        });
    }

    private static boolean isFirst(Handle transaction) throws SQLException {
        return transaction.createQuery("select pg_try_advisory_xact_lock(hashtext('nxt_sync trouble'))")
                .mapTo(boolean.class).findOne().orElse(false);
    }

    private static void note(Handle transaction, Collection<OpenFinding> now) throws SQLException {
        try (var put = transaction.getConnection().prepareStatement("""
                insert into nxt_sync.trouble (subject, code, reason) values (?, ?, ?)
                on conflict (subject, code) do update set reason = excluded.reason, gone_at = null,
                    since = case when trouble.gone_at is null or trouble.reason = excluded.reason then trouble.since
                        else clock_timestamp() end""");
                var gone = transaction.getConnection().prepareStatement(
                        """
                                update nxt_sync.trouble set gone_at = clock_timestamp()
                                where gone_at is null and (subject, code) not in (select * from unnest(?::text[], ?::text[]))""");
                var forget = transaction.getConnection().prepareStatement(
                        "delete from nxt_sync.trouble where gone_at is not null and told_at is null")) {
            var encoding = Encoding.read(transaction);
            for (OpenFinding each : now) {
                put.setString(1, encoding.shown(each.subject()));
                put.setString(2, each.reason().code());
                put.setString(3, encoding.shown(each.reason().message()));
                put.addBatch();
            }
            put.executeBatch();
            gone.setArray(1, transaction.getConnection().createArrayOf("text",
                    now.stream().map(OpenFinding::subject).map(encoding::shown).toArray()));
            gone.setArray(2, transaction.getConnection().createArrayOf("text",
                    now.stream().map(each -> each.reason().code()).toArray()));
            gone.executeUpdate();
            forget.executeUpdate();
        }
    }

    private static Change change(Handle transaction) throws SQLException {
        var begun = troubles(transaction, """
                update nxt_sync.trouble set told_at = clock_timestamp()
                where told_at is null and since not between clock_timestamp() - interval '20 s' and clock_timestamp()
                returning subject, code, reason, since""");
        var ended = troubles(transaction,
                """
                        delete from nxt_sync.trouble where gone_at not between clock_timestamp() - interval '20 s' and clock_timestamp()
                        returning subject, code, reason, since""");
        try (var count = transaction.getConnection().prepareStatement(
                "select count(*) filter (where gone_at is null), clock_timestamp() from nxt_sync.trouble");
                ResultSet row = count.executeQuery()) {
            row.next();
            return new Change(begun, ended, row.getLong(1), Timestamps.instant(row, 2).orElseThrow());
        }
    }

    private static List<OpenFinding> troubles(Handle transaction, String sql) throws SQLException {
        return transaction.createQuery(sql)
                .map((row, context) -> new OpenFinding(row.getString(1),
                        Problem.kept(row.getString(2), row.getString(3)), Timestamps.instant(row, 4).orElseThrow()))
                .list();
    }

    /** Says how many are open in a database; nothing where none is, or no daemon has been. */
    public static Database.Work<Optional<String>> note() {
        return transaction -> {
            if (!Database.hasTable(transaction, "nxt_sync.trouble")) {
                return Optional.empty();
            }
            try (var count = transaction.getConnection()
                    .prepareStatement("select count(*) from nxt_sync.trouble where gone_at is null");
                    var row = count.executeQuery()) {
                row.next();
                int open = row.getInt(1);
                return open == 0
                        ? Optional.empty()
                        : Optional.of("the daemons have met " + open + (open == 1 ? " trouble" : " troubles")
                                + "; the command status says which");
            }
        };
    }
}
