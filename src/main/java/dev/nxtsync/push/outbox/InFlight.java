package dev.nxtsync.push.outbox;

import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.toSet;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.Encoding;
import dev.nxtsync.database.Timestamps;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;

/** Finds rows that must not be sent now, as the last thing before they are: others about their records are in flight, or the order of groups forbids it. */
final class InFlight {
    /** SQL that holds for a row of {@code nxt_sync.outbox} that waits until another one about its record has ended. */
    static final String ASIDE = "next_at " + Timestamps.IS_NEVER + " and state = 'waiting'";

    private InFlight() {}

    /** Rows about whose record another row is in flight. */
    static Set<Long> contended(Handle transaction, List<OutboxRow> rows) throws SQLException {
        var encoding = Encoding.read(transaction);
        // in this order, so that two processes do not wait for each other
        var named = rows.stream().filter(row -> row.record().isPresent())
                .sorted(comparing(row -> row.record().orElseThrow())).toList();
        if (named.isEmpty()) {
            return Set.of();
        }
        var records = named.stream().map(row -> encoding.shown(row.record().orElseThrow())).toList();
        transaction.createUpdate("""
                select pg_advisory_xact_lock(hashtextextended(record, 7496)) from unnest(:records::text[]) as record""")
                .bindArray("records", String.class, records).execute();
        return transaction.createQuery("""
                select mine.id from unnest(:ids::bigint[], :records::text[]) as mine (id, record)
                    join nxt_sync.outbox other on other.record = mine.record and other.id <> mine.id
                where other.state in ('sending', 'in_doubt')""")
                .bindArray("ids", Long.class, named.stream().map(OutboxRow::id).toList())
                .bindArray("records", String.class, records).mapTo(Long.class).set();
    }

    /** They wait until {@link PushLanes#announce} finds that no row about their record is in flight any more. */
    static void setAside(Handle transaction, Claim claim, List<OutboxRow> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        var encoding = Encoding.read(transaction);
        var update = transaction.prepareBatch("""
                update nxt_sync.outbox set record = :record, next_at = :never where id = :id and state = 'waiting'""");
        for (OutboxRow row : rows) {
            update.bind("record", encoding.shown(row.record().orElseThrow())).bind("never", Timestamps.NEVER)
                    .bind("id", row.id()).add();
        }
        update.execute();
        Claims.check(transaction, claim);
    }

    /** Rows of groups in which one before them is unsettled and stays behind: whatever was thought before, the table says it. */
    static Set<Long> outOfOrder(Handle transaction, Claim claim, List<OutboxRow> rows) {
        var groups = rows.stream().flatMap(row -> row.group().stream()).distinct().toList();
        if (groups.isEmpty()) {
            return Set.of();
        }
        Map<String, Long> behind = transaction
                .createQuery("""
                        select grp, min(id) as first from (
                            select grp, id from nxt_sync.outbox where state = 'waiting' and %1$s
                            union all
                            select grp, id from nxt_sync.outbox
                            where state in ('sending', 'in_doubt', 'dead') and %1$s) unsettled
                        where id not in (select unnest(:ids::bigint[])) group by grp"""
                        .formatted(OutboxColumns.OF_LANE + " and grp = any (:groups) and id < :last"))
                .bindMethods("claim", claim).bindArray("groups", String.class, groups)
                .bindArray("ids", Long.class, rows.stream().map(OutboxRow::id).toList())
                .bind("last", rows.stream().mapToLong(OutboxRow::id).max().orElseThrow())
                .map((row, context) -> Map.entry(row.getString("grp"), row.getLong("first")))
                .collectToMap(Map.Entry::getKey, Map.Entry::getValue);
        return rows.stream().filter(row -> row.group().map(behind::get).filter(first -> first < row.id()).isPresent())
                .map(OutboxRow::id).collect(toSet());
    }
}
