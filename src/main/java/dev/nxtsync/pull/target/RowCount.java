package dev.nxtsync.pull.target;

import java.sql.SQLException;
import java.util.OptionalLong;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.SqlName;

/**
 * Counts the rows of a target anew: what is added up from page to page starts from nothing where {@code nxt_sync} was made
 * anew, and does not see what others do.
 */
public final class RowCount {
    /** Below the silence of a run after which it is given up. */
    private static final String LONGEST = "set local statement_timeout = '1min'";
    private static final String CANCELLED = "57014";

    private RowCount() {}

    /**
     * What is to be added to the number of a pull's rows in a company, for the transaction that adds it. Locks no row, so that
     * it may take long; what others write meanwhile they add to the number themselves.
     *
     * @return empty if another transaction is just about it, or if the table is too large to be counted in a minute
     */
    public static OptionalLong correction(Handle transaction, TargetTable target, String pull, int company)
            throws SQLException {
        boolean alone = transaction
                .createQuery("select pg_try_advisory_xact_lock(hashtext('nxt_sync rows ' || :pull), :company)")
                .bind("pull", pull).bind("company", company).mapTo(boolean.class).one();
        if (!alone) {
            // two that add the same would add it twice
            return OptionalLong.empty();
        }
        // what is read outlives it, and the time limit does not
        var limited = transaction.getConnection().setSavepoint();
        try {
            return OptionalLong.of(TargetFault.guard(transaction, target, guarded -> {
                guarded.execute(LONGEST);
                return count(guarded, target, pull, company);
            }));
        } catch (TargetFault e) {
            if (CANCELLED.equals(e.getSQLState())) {
                return OptionalLong.empty();
            }
            throw e;
        } finally {
            transaction.getConnection().rollback(limited);
        }
    }

    /** In one statement, which sees the rows and their number as the same commits have left them. */
    private static long count(Handle transaction, TargetTable target, String pull, int company) {
        return transaction
                .createQuery("select (select count(*) from " + target.quotedName() + " where "
                        + SqlName.quoted(target.owner()) + " = :company and nxt_deleted_at is null) - rows "
                        + "from nxt_sync.pull_state where pull = :pull and company = :company")
                .bind("company", company).bind("pull", pull).mapTo(Long.class).findOne().orElse(0L);
    }
}
