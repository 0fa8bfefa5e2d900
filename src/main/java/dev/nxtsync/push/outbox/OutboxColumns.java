package dev.nxtsync.push.outbox;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.Encoding;
import dev.nxtsync.database.Timestamps;
import dev.nxtsync.push.outbox.OutboxRow.RowState;
import dev.nxtsync.push.outbox.OutboxRow.Step;
import dev.nxtsync.schedule.Claim;

/** The columns of {@code nxt_sync.outbox}, as a row has them. */
final class OutboxColumns {
    /** In the order in which they are read; with a place for the payload. */
    static final String ALL = """
            id, key, %s, grp, state, attempts, step, act, record, stamp, sent_at, next_at, answered, blamed, at_most,
            repeated, looks, result::text, error
            """;

    private OutboxColumns() {}

    /** Answers the rows that were no longer in the state in which they were read. */
    static Set<Long> write(Handle transaction, Claim claim, List<OutboxRow> rows, List<RowState> before)
            throws SQLException {
        try (var update = transaction.getConnection().prepareStatement(
                """
                        update nxt_sync.outbox set state = ?, attempts = ?, step = ?, act = ?, record = ?, stamp = ?, sent_at = ?,
                            next_at = case when repeated and not ? and ? in ('done', 'dead') then clock_timestamp() else ? end,
                            answered = ?, blamed = ?, at_most = ?, repeated = repeated or ?, looks = ?,
                            result = ?::json, error = ?,
                            settled_at = case when ? in ('done', 'dead', 'discarded') then coalesce(settled_at, clock_timestamp()) end
                        where id = ? and state = ? and\s"""
                        + LaneCondition.SQL)) {
            var encoding = Encoding.read(transaction);
            for (int i = 0; i < rows.size(); i++) {
                OutboxRow row = rows.get(i);
                update.setString(1, row.state().text());
                update.setInt(2, row.attempts());
                update.setString(3, lower(row.step()));
                update.setString(4, row.act().map(OutboxColumns::lower).orElse(null));
                update.setString(5, row.record().map(encoding::shown).orElse(null));
                update.setString(6, row.stamp().orElse(null));
                time(update, 7, row.sentAt());
                // marked for one more count by somebody who did not hold the lane
                update.setBoolean(8, row.repeated());
                update.setString(9, row.state().text());
                time(update, 10, row.nextAt());
                update.setString(11, row.answered().map(encoding::shown).orElse(null));
                update.setBoolean(12, row.blamed());
                update.setObject(13, row.atMost().orElse(null), Types.INTEGER);
                update.setBoolean(14, row.repeated());
                update.setInt(15, row.looks());
                update.setString(16, row.result().map(encoding::json).orElse(null));
                update.setString(17, row.error().map(encoding::shown).orElse(null));
                update.setString(18, row.state().text());
                update.setLong(19, row.id());
                update.setString(20, before.get(i).text());
                LaneCondition.bind(update, 21, claim);
                update.addBatch();
            }
            int[] counts = update.executeBatch();
            var lost = new HashSet<Long>();
            for (int i = 0; i < counts.length; i++) {
                if (counts[i] == 0) {
                    lost.add(rows.get(i).id());
                }
            }
            return lost;
        }
    }

    private static void time(PreparedStatement statement, int index, Optional<Instant> at) throws SQLException {
        statement.setObject(index, at.map(Timestamps::timestamp).orElse(null), Types.TIMESTAMP_WITH_TIMEZONE);
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** The row at which a query for {@link #ALL} stands. */
    static OutboxRow read(ResultSet row) throws SQLException {
        return new OutboxRow(row.getLong(1), row.getString(2), row.getString(3), text(row, 4),
                RowState.of(row.getString(5)), row.getInt(6), Step.valueOf(row.getString(7).toUpperCase(Locale.ROOT)),
                text(row, 8).map(act -> MutationKind.valueOf(act.toUpperCase(Locale.ROOT))), text(row, 9),
                text(row, 10), Timestamps.instant(row, 11), Timestamps.instant(row, 12), text(row, 13),
                row.getBoolean(14), Optional.ofNullable(row.getObject(15, Integer.class)), row.getBoolean(16),
                row.getInt(17), text(row, 18), text(row, 19));
    }

    private static Optional<String> text(ResultSet row, int column) throws SQLException {
        return Optional.ofNullable(row.getString(column));
    }
}
