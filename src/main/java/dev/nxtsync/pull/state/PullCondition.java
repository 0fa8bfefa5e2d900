package dev.nxtsync.pull.state;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.Encoding;
import dev.nxtsync.database.Timestamps;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.QuotedText;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.UnitKind;

/**
 * How a pull is in a company: its state, what is in the way, who met that, and when it is tried again. These columns of
 * {@code nxt_sync.pull_state} change together, and only here. Every method is for a transaction of the caller's.
 */
final class PullCondition {
    /** A message, and what to do. */
    private static final int LONGEST = 2_000;
    private static final String PLAN = "plan";
    private static final String WELL = "state = 'ok', code = null, reason = null, met_by = null, failures = 0, retry_at = null";

    private PullCondition() {}

    /**
     * Work of a kind on some pulls of a company went well. What it met itself is over, and so is what reading meets, if this
     * was reading. What others met in a target table is theirs to find to be over, since it may be about other rows, or about
     * deletions only: a poll settles what a fetch met only once nothing is left to fetch. That a key is not unique is over only
     * once all rows have been seen.
     */
    static void well(Handle transaction, UnitKind kind, int company, Collection<String> pulls) throws SQLException {
        try (var update = transaction.getConnection().prepareStatement("update nxt_sync.pull_state known set " + WELL
                + """

                        where pull = any (?) and company = ? and state in ('failing', 'stopped')
                          and (met_by = ? or ? in ('poll', 'load') and code is distinct from ? and (code is distinct from ? or met_by is null
                              or met_by = 'fetch' and not exists (
                                  select from nxt_sync.inbox join nxt_sync.job on job.id = inbox.unit
                                  where inbox.pull = known.pull and job.company = known.company)))""")) {
            update.setArray(1, transaction.getConnection().createArrayOf("text", pulls.toArray()));
            update.setInt(2, company);
            update.setString(3, kind.text());
            update.setString(4, kind.text());
            update.setString(5, ErrorCode.KEY_NOT_UNIQUE.code());
            update.setString(6, ErrorCode.TARGET_UNUSABLE.code());
            update.executeUpdate();
        }
    }

    /** A whole table has been read or listed, in which each key came once: work that waited for that goes on. */
    static void unique(Handle transaction, Claim unit) throws SQLException {
        try (var update = transaction.getConnection().prepareStatement("update nxt_sync.pull_state set " + WELL + """

                where pull = ? and company = ? and state in ('failing', 'stopped') and code = ?""")) {
            update.setString(1, unit.entry());
            update.setInt(2, unit.company());
            update.setString(3, ErrorCode.KEY_NOT_UNIQUE.code());
            if (update.executeUpdate() > 0) {
                UnitWakes.goOn(transaction, unit);
            }
        }
    }

    /**
     * A run did not come to its end. Where the pull was begun anew meanwhile, that is of no interest any more: what began then
     * meets what is still in the way by itself.
     *
     * @param kind of work
     * @param pull as it was when the run began
     * @param retry how long to wait
     */
    static void met(Handle transaction, UnitKind kind, PullState pull, PullState.PullHealth state, Problem reason,
            Duration retry) throws SQLException {
        // nothing else may hide that the key is wrong, or rows would be written over each other
        try (var keep = transaction.getConnection().prepareStatement(
                """
                        update nxt_sync.pull_state set failures = failures + 1, retry_at = clock_timestamp() + ? * interval '1 ms'
                        where pull = ? and company = ? and code = ? and code <> ?""")) {
            keep.setLong(1, retry.toMillis());
            keep.setString(2, pull.pull());
            keep.setInt(3, pull.company());
            keep.setString(4, ErrorCode.KEY_NOT_UNIQUE.code());
            keep.setString(5, reason.code());
            if (keep.executeUpdate() == 1) {
                return;
            }
        }
        try (var update = transaction.getConnection().prepareStatement("""
                update nxt_sync.pull_state set state = ?, code = ?, reason = ?, met_by = ?, failures = failures + 1,
                    retry_at = clock_timestamp() + ? * interval '1 ms'
                where pull = ? and company = ? and loaded_at is not distinct from ?""")) {
            update.setString(1, state.text());
            update.setString(2, reason.code());
            update.setString(3, text(transaction, reason));
            update.setString(4, kind.text());
            update.setLong(5, retry.toMillis());
            update.setString(6, pull.pull());
            update.setInt(7, pull.company());
            Timestamps.timestamp(update, 8, pull.loadedAt());
            update.executeUpdate();
        }
    }

    /** None of a pull's companies can be read, and nothing of it runs until it has been planned again. */
    static void stopped(Handle transaction, String pull, Problem reason) throws SQLException {
        try (var update = transaction.getConnection().prepareStatement("""
                update nxt_sync.pull_state set state = 'stopped', code = ?, reason = ?, met_by = ?, retry_at = null
                where pull = ? and state <> 'away' and code is distinct from ?""")) {
            update.setString(1, reason.code());
            update.setString(2, text(transaction, reason));
            update.setString(3, PLAN);
            update.setString(4, pull);
            update.setString(5, ErrorCode.KEY_NOT_UNIQUE.code());
            update.executeUpdate();
        }
    }

    /**
     * A pull is planned: what {@link #stopped} said is over.
     *
     * @param mended whether what runs have met in the target may be over too
     * @return in how many companies something was in the way
     */
    static int planned(Handle transaction, String pull, boolean mended) throws SQLException {
        // a version before this one did not say who met what
        try (var update = transaction.getConnection().prepareStatement("update nxt_sync.pull_state set " + WELL + """

                where pull = ? and state in ('failing', 'stopped')
                  and (met_by = ? or state = 'stopped' and met_by is null and retry_at is null or ? and code = ?)""")) {
            update.setString(1, pull);
            update.setString(2, PLAN);
            update.setBoolean(3, mended);
            update.setString(4, ErrorCode.TARGET_UNUSABLE.code());
            return update.executeUpdate();
        }
    }

    /** The connection sees these companies of a pull and no others. Answers which are away since now. */
    static List<Integer> seen(Handle transaction, String pull, Collection<Integer> companies) throws SQLException {
        var seen = transaction.getConnection().createArrayOf("integer", companies.toArray());
        try (var back = transaction.getConnection().prepareStatement(
                "update nxt_sync.pull_state set " + WELL + " where pull = ? and state = 'away' and company = any (?)");
                var away = transaction.getConnection().prepareStatement(
                        """
                                update nxt_sync.pull_state set state = 'away', code = ?,
                                    reason = 'the connection does not see this company', met_by = ?, failures = 0, retry_at = null
                                where pull = ? and state <> 'away' and company <> all (?) returning company""")) {
            back.setString(1, pull);
            back.setArray(2, seen);
            back.executeUpdate();
            away.setString(1, ErrorCode.COMPANY_NOT_GRANTED.code());
            away.setString(2, PLAN);
            away.setString(3, pull);
            away.setArray(4, seen);
            var gone = new ArrayList<Integer>();
            try (var row = away.executeQuery()) {
                while (row.next()) {
                    gone.add(row.getInt(1));
                }
            }
            return gone;
        }
    }

    /** A pull begins anew, with nothing in the way. */
    static void anew(Handle transaction, String pull) throws SQLException {
        try (var update = transaction.getConnection().prepareStatement(
                "update nxt_sync.pull_state set " + WELL + " where pull = ? and state in ('failing', 'stopped')")) {
            update.setString(1, pull);
            update.executeUpdate();
        }
    }

    /** What has backed off is tried at once. */
    static void hurry(Handle transaction, Collection<String> pulls) throws SQLException {
        try (var update = transaction.getConnection().prepareStatement(
                "update nxt_sync.pull_state set retry_at = null where pull = any (?) and retry_at is not null")) {
            update.setArray(1, transaction.getConnection().createArrayOf("text", pulls.toArray()));
            update.executeUpdate();
        }
    }

    private static String text(Handle transaction, Problem reason) throws SQLException {
        return Encoding.read(transaction).shown(QuotedText.upTo(LONGEST, reason.message()));
    }
}
