package dev.nxtsync.push.outbox;

import static java.util.stream.Collectors.toSet;

import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

import dev.nxtsync.database.Encoding;
import dev.nxtsync.schedule.Claim;

/** The columns of {@code nxt_sync.outbox}, as a row has them. */
final class OutboxColumns {
    /** With a place for the payload. */
    static final String ALL = """
            id, key, %s as payload, grp as "group", state, attempts, step, act, record, stamp, sent_at, next_at,
            answered, blamed, at_most, repeated, looks, result::text, error
            """;
    static final RowMapper<OutboxRow> ROW = ConstructorMapper.of(OutboxRow.class);
    /** The condition that a row is of the lane of a {@code claim}. */
    static final String OF_LANE = "push = :claim.entry and company = :claim.company and lane = :claim.lane";

    private OutboxColumns() {}

    /** Answers the rows that were no longer in the state in which they were read. */
    static Set<Long> write(Handle transaction, Claim claim, List<RowTransition> transitions) throws SQLException {
        var encoding = Encoding.read(transaction);
        // a row may have been marked for one more count by somebody who did not hold the lane
        var update = transaction.prepareBatch("""
                update nxt_sync.outbox set state = :state, attempts = :row.attempts, step = :step, act = :act,
                    record = :record, stamp = :row.stamp, sent_at = :row.sentAt,
                    next_at = case when repeated and not :row.repeated and :state in ('done', 'dead')
                        then clock_timestamp() else :row.nextAt end,
                    answered = :answered, blamed = :row.blamed, at_most = :row.atMost,
                    repeated = repeated or :row.repeated, looks = :row.looks, result = :result::json, error = :error,
                    settled_at = case when :state in ('done', 'dead', 'discarded')
                        then coalesce(settled_at, clock_timestamp()) end
                where id = :row.id and state = :before and\s""" + OF_LANE);
        for (RowTransition each : transitions) {
            OutboxRow row = each.after();
            update.bindMethods("row", row).bindMethods("claim", claim).bind("state", row.state().text())
                    .bind("step", lower(row.step())).bind("act", row.act().map(OutboxColumns::lower).orElse(null))
                    .bind("record", row.record().map(encoding::shown).orElse(null))
                    .bind("answered", row.answered().map(encoding::shown).orElse(null))
                    .bind("result", row.result().map(encoding::json).orElse(null))
                    .bind("error", row.error().map(encoding::shown).orElse(null))
                    .bind("before", each.before().state().text()).add();
        }
        int[] counts = update.execute();
        return IntStream.range(0, counts.length).filter(i -> counts[i] == 0)
                .mapToObj(i -> transitions.get(i).after().id()).collect(toSet());
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
