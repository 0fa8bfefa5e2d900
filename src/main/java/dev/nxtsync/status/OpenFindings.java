package dev.nxtsync.status;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.generic.GenericType;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.database.Timestamps;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Words;

/**
 * What is wrong now, as all processes together see it, and since when. A change counts once it has lasted for twenty seconds,
 * so that what comes and goes is told to nobody.
 */
public final class OpenFindings {
    private OpenFindings() {}

    /** Something that is, or was, wrong. */
    public record OpenFinding(String subject, Problem reason, Instant since) {}

    /**
     * What has changed for good since it was last asked.
     *
     * @param open how many troubles there are; empty where only the database would know
     * @param at by the database's clock
     */
    public record Change(List<OpenFinding> begun, List<OpenFinding> ended, OptionalLong open, Instant at) {
        public boolean isEmpty() { return begun.isEmpty() && ended.isEmpty(); }
    }

    /**
     * Keeps what is wrong now, unless another process is just about that.
     *
     * @param now everything that is wrong, by subject and code once
     * @param notice what a person is told of a change, which is kept in the same transaction, and so told once
     */
    public static void keep(Handle transaction, Collection<OpenFinding> now, Function<Change, Optional<String>> notice)
            throws SQLException {
        if (isFirst(transaction)) {
            note(transaction, now);
            var change = change(transaction);
            var body = change.isEmpty() ? Optional.<String>empty() : notice.apply(change);
            if (body.isPresent()) {
                NoticeQueue.add(transaction, body.get());
            }
        }
    }

    /** How many there are now. */
    static long count(Handle transaction) {
        return transaction.createQuery("select count(*) from nxt_sync.trouble where gone_at is null").mapTo(long.class)
                .one();
    }

    /** How many of each code there are now. */
    public static Map<String, Long> counts(Handle transaction) {
        return transaction
                .createQuery("select code, count(*) as open from nxt_sync.trouble where gone_at is null group by code")
                .setMapKeyColumn("code").setMapValueColumn("open")
                .collectInto(new GenericType<TreeMap<String, Long>>() {
                });
    }

    private static boolean isFirst(Handle transaction) {
        return transaction.createQuery("select pg_try_advisory_xact_lock(hashtext('nxt_sync trouble'))")
                .mapTo(boolean.class).one();
    }

    private static void note(Handle transaction, Collection<OpenFinding> now) throws SQLException {
        var encoding = Encoding.read(transaction);
        var put = transaction.prepareBatch("""
                insert into nxt_sync.trouble (subject, code, reason) values (:subject, :code, :reason)
                on conflict (subject, code) do update set reason = excluded.reason, gone_at = null,
                    since = case when trouble.gone_at is null or trouble.reason = excluded.reason then trouble.since
                        else clock_timestamp() end""");
        now.forEach(each -> put.bind("subject", encoding.shown(each.subject())).bind("code", each.reason().code())
                .bind("reason", encoding.shown(each.reason().message())).add());
        put.execute();
        transaction.createUpdate("""
                update nxt_sync.trouble set gone_at = clock_timestamp()
                where gone_at is null
                  and (subject, code) not in (select * from unnest(:subjects::text[], :codes::text[]))""")
                .bindArray("subjects", String.class,
                        now.stream().map(OpenFinding::subject).map(encoding::shown).toList())
                .bindArray("codes", String.class, now.stream().map(each -> each.reason().code()).toList()).execute();
        transaction.execute("delete from nxt_sync.trouble where gone_at is not null and told_at is null");
    }

    private static Change change(Handle transaction) {
        var begun = troubles(transaction, """
                update nxt_sync.trouble set told_at = clock_timestamp()
                where told_at is null and since not between clock_timestamp() - interval '20 s' and clock_timestamp()
                returning subject, code, reason, since""");
        var ended = troubles(transaction, """
                delete from nxt_sync.trouble
                where gone_at not between clock_timestamp() - interval '20 s' and clock_timestamp()
                returning subject, code, reason, since""");
        return transaction.createQuery("""
                select count(*) filter (where gone_at is null) as open, clock_timestamp() as at
                from nxt_sync.trouble""").map((row, context) -> new Change(begun, ended,
                OptionalLong.of(row.getLong("open")), Timestamps.instant(row, "at").orElseThrow())).one();
    }

    private static List<OpenFinding> troubles(Handle transaction, String sql) {
        return transaction.createQuery(sql)
                .map((row, context) -> new OpenFinding(row.getString("subject"),
                        Problem.kept(row.getString("code"), row.getString("reason")),
                        Timestamps.instant(row, "since").orElseThrow()))
                .list();
    }

    /** Says how many are open in a database; nothing where none is, or no daemon has been. */
    public static Database.Work<Optional<String>> warning() {
        return transaction -> {
            if (!Database.hasTable(transaction, "nxt_sync.trouble")) {
                return Optional.empty();
            }
            long open = count(transaction);
            return open == 0
                    ? Optional.empty()
                    : Optional.of(
                            "the daemons report " + Words.count(open, "finding") + "; the command status says which");
        };
    }
}
