package dev.nxtsync.pull.state;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.Encoding;
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
    private static final String SET_WELL = """
            update nxt_sync.pull_state known
            set state = 'ok', code = null, reason = null, met_by = null, failures = 0, retry_at = null
            """;

    private PullCondition() {}

    /**
     * Work of a kind on some pulls of a company went well. What it met itself is over, and so is what reading meets, if this
     * was reading. What others met in a target table is theirs to find to be over, since it may be about other rows, or about
     * deletions only: a poll settles what a fetch met only once nothing is left to fetch. That a key is not unique is over only
     * once all rows have been seen.
     */
    static void well(Handle transaction, UnitKind kind, int company, Collection<String> pulls) {
        transaction.createUpdate(SET_WELL + """
                where pull = any (:pulls) and company = :company and state in ('failing', 'stopped')
                  and (met_by = :kind or :kind in ('poll', 'load') and code is distinct from :keyNotUnique
                      and (code is distinct from :targetUnusable or met_by is null
                          or met_by = 'fetch' and not exists (
                              select from nxt_sync.inbox join nxt_sync.job on job.id = inbox.unit
                              where inbox.pull = known.pull and job.company = known.company)))""")
                .bindArray("pulls", String.class, pulls).bind("company", company).bind("kind", kind.text())
                .bind("keyNotUnique", ErrorCode.KEY_NOT_UNIQUE.code())
                .bind("targetUnusable", ErrorCode.TARGET_UNUSABLE.code()).execute();
    }

    /** A whole table has been read or listed, in which each key came once: work that waited for that goes on. */
    static void unique(Handle transaction, Claim unit) {
        if (transaction.createUpdate(SET_WELL + """
                where pull = :pull and company = :company and state in ('failing', 'stopped') and code = :code""")
                .bind("pull", unit.entry()).bind("company", unit.company())
                .bind("code", ErrorCode.KEY_NOT_UNIQUE.code()).execute() > 0) {
            UnitWakes.goOn(transaction, unit);
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
        if (transaction.createUpdate("""
                update nxt_sync.pull_state
                set failures = failures + 1, retry_at = clock_timestamp() + :retry * interval '1 ms'
                where pull = :pull and company = :company and code = :keyNotUnique and code <> :code""")
                .bind("retry", retry.toMillis()).bind("pull", pull.pull()).bind("company", pull.company())
                .bind("keyNotUnique", ErrorCode.KEY_NOT_UNIQUE.code()).bind("code", reason.code()).execute() == 1) {
            return;
        }
        transaction.createUpdate("""
                update nxt_sync.pull_state set state = :state, code = :code, reason = :reason, met_by = :metBy,
                    failures = failures + 1, retry_at = clock_timestamp() + :retry * interval '1 ms'
                where pull = :pull and company = :company and loaded_at is not distinct from :loadedAt""")
                .bind("state", state.text()).bind("code", reason.code()).bind("reason", text(transaction, reason))
                .bind("metBy", kind.text()).bind("retry", retry.toMillis()).bind("pull", pull.pull())
                .bind("company", pull.company()).bind("loadedAt", pull.loadedAt()).execute();
    }

    /** None of a pull's companies can be read, and nothing of it runs until it has been planned again. */
    static void stopped(Handle transaction, String pull, Problem reason) throws SQLException {
        transaction.createUpdate("""
                update nxt_sync.pull_state
                set state = 'stopped', code = :code, reason = :reason, met_by = :metBy, retry_at = null
                where pull = :pull and state <> 'away' and code is distinct from :keyNotUnique""")
                .bind("code", reason.code()).bind("reason", text(transaction, reason)).bind("metBy", PLAN)
                .bind("pull", pull).bind("keyNotUnique", ErrorCode.KEY_NOT_UNIQUE.code()).execute();
    }

    /**
     * A pull is planned: what {@link #stopped} said is over.
     *
     * @param mended whether what runs have met in the target may be over too
     * @return in how many companies something was in the way
     */
    static int planned(Handle transaction, String pull, boolean mended) {
        // a version before this one did not say who met what
        return transaction.createUpdate(SET_WELL + """
                where pull = :pull and state in ('failing', 'stopped')
                  and (met_by = :metBy or state = 'stopped' and met_by is null and retry_at is null
                      or :mended and code = :code)""").bind("pull", pull).bind("metBy", PLAN).bind("mended", mended)
                .bind("code", ErrorCode.TARGET_UNUSABLE.code()).execute();
    }

    /** The connection sees these companies of a pull and no others. Answers which are away since now. */
    static List<Integer> seen(Handle transaction, String pull, Collection<Integer> companies) {
        transaction.createUpdate(SET_WELL + "where pull = :pull and state = 'away' and company = any (:companies)")
                .bind("pull", pull).bindArray("companies", Integer.class, companies).execute();
        return transaction.createQuery("""
                update nxt_sync.pull_state set state = 'away', code = :code,
                    reason = 'the connection does not see this company', met_by = :metBy, failures = 0, retry_at = null
                where pull = :pull and state <> 'away' and company <> all (:companies) returning company""")
                .bind("code", ErrorCode.COMPANY_NOT_GRANTED.code()).bind("metBy", PLAN).bind("pull", pull)
                .bindArray("companies", Integer.class, companies).mapTo(Integer.class).list();
    }

    /** A pull begins anew, with nothing in the way. */
    static void anew(Handle transaction, String pull) {
        transaction.createUpdate(SET_WELL + "where pull = :pull and state in ('failing', 'stopped')").bind("pull", pull)
                .execute();
    }

    /** What has backed off is tried at once. */
    static void hurry(Handle transaction, Collection<String> pulls) {
        transaction.createUpdate("""
                update nxt_sync.pull_state set retry_at = null where pull = any (:pulls) and retry_at is not null""")
                .bindArray("pulls", String.class, pulls).execute();
    }

    private static String text(Handle transaction, Problem reason) throws SQLException {
        return Encoding.read(transaction).shown(QuotedText.upTo(LONGEST, reason.message()));
    }
}
