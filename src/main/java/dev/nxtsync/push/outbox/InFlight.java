package dev.nxtsync.push.outbox;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

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
        var contended = new HashSet<Long>();
        var encoding = Encoding.read(transaction);
        try (var lock = transaction.getConnection()
                .prepareStatement("select pg_advisory_xact_lock(hashtextextended(?, 7496))");
                var select = transaction.getConnection().prepareStatement(
                        """
                                select 1 from nxt_sync.outbox where record = ? and id <> ? and state in ('sending', 'in_doubt')""")) {
            for (OutboxRow row : rows.stream().filter(each -> each.record().isPresent())
                    .sorted((a, b) -> a.record().orElseThrow().compareTo(b.record().orElseThrow())).toList()) {
                lock.setString(1, encoding.shown(row.record().orElseThrow()));
                lock.execute();
                select.setString(1, encoding.shown(row.record().orElseThrow()));
                select.setLong(2, row.id());
                try (var other = select.executeQuery()) {
                    if (other.next()) {
                        contended.add(row.id());
                    }
                }
            }
        }
        return contended;
    }

    /** They wait until {@link PushLanes#announce} finds that no row about their record is in flight any more. */
    static void setAside(Handle transaction, Claim claim, List<OutboxRow> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        try (var update = transaction.getConnection().prepareStatement(
                "update nxt_sync.outbox set record = ?, next_at = ? where id = ? and state = 'waiting'")) {
            var encoding = Encoding.read(transaction);
            for (OutboxRow row : rows) {
                update.setString(1, encoding.shown(row.record().orElseThrow()));
                update.setObject(2, Timestamps.timestamp(Timestamps.NEVER));
                update.setLong(3, row.id());
                update.addBatch();
            }
            update.executeBatch();
        }
        Claims.check(transaction, claim);
    }

    /** Rows of groups in which one before them is unsettled and stays behind: whatever was thought before, the table says it. */
    static Set<Long> outOfOrder(Handle transaction, Claim claim, List<OutboxRow> rows) throws SQLException {
        var groups = rows.stream().flatMap(row -> row.group().stream()).distinct().toArray();
        if (groups.length == 0) {
            return Set.of();
        }
        try (var select = transaction.getConnection().prepareStatement(
                """
                        with batch as (select unnest(?::bigint[]) as id)
                        select grp, min(id) from (
                            select grp, id from nxt_sync.outbox where state = 'waiting' and %1$s
                            union all
                            select grp, id from nxt_sync.outbox where state in ('sending', 'in_doubt', 'dead') and %1$s) unsettled
                        where id not in (select id from batch) group by grp"""
                        .formatted(LaneCondition.SQL + " and grp = any (?) and id < ?"))) {
            select.setArray(1,
                    transaction.getConnection().createArrayOf("bigint", rows.stream().map(OutboxRow::id).toArray()));
            long last = rows.stream().mapToLong(OutboxRow::id).max().orElseThrow();
            for (int first : new int[]{2, 7}) {
                LaneCondition.bind(select, first, claim);
                select.setArray(first + 3, transaction.getConnection().createArrayOf("text", groups));
                select.setLong(first + 4, last);
            }
            var behind = new HashMap<String, Long>();
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    behind.put(row.getString(1), row.getLong(2));
                }
            }
            return rows.stream()
                    .filter(row -> row.group().map(behind::get).filter(first -> first < row.id()).isPresent())
                    .map(OutboxRow::id).collect(Collectors.toSet());
        }
    }
}
