package dev.nxtsync.pull.state;

import static dev.nxtsync.database.Timestamps.instant;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

import org.jdbi.v3.core.statement.StatementContext;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;

/**
 * How far a pull has come in one company.
 *
 * @param company the company's number, or the customer's for a system table
 * @param loadedAt when the first load had read everything; empty while it has not
 * @param reason what is in the way, unless its state is {@link PullHealth#OK}
 * @param mark the highest change stamp that was read; empty if no row had one
 * @param floor a change stamp up to which nothing is committed late any more, as far as that is known
 * @param digest of the rows of the last increment; empty once another job has written
 * @param walk the increment under way
 * @param reread the key after which the slow re-read goes on, as JSON written by the server
 * @param held why a reconciliation waits for a person
 * @param paused whether a person has paused the pull
 * @param completeAsOf every change that was shown by then is in
 * @param missing why rows are lacking, as a reconciliation has found by counting
 */
public record PullState(String pull, int company, PullHealth state, Problem reason, int failures, Instant dueAt,
        Optional<Instant> retryAt, Optional<Instant> loadedAt, Optional<Mark> mark, Optional<String> floor,
        Optional<String> digest, Optional<Walk> walk, Optional<String> reread, Optional<String> held, boolean paused,
        Optional<Instant> completeAsOf, Optional<String> missing) {

    /** Without reflection, which costs a quiet poll more than its queries do. */
    static PullState of(ResultSet row, StatementContext context) throws SQLException {
        Optional<String> mark = text(row, "mark");
        Optional<Instant> seenAt = instant(row, "mark_seen_at");
        Optional<String> cursor = text(row, "cursor");
        Optional<String> upper = text(row, "upper");
        Optional<Instant> startedAt = instant(row, "increment_started_at");
        return new PullState(row.getString("pull"), row.getInt("company"), PullHealth.of(row.getString("state")),
                Problem.kept(text(row, "code").orElse(""), text(row, "reason").orElse("")), row.getInt("failures"),
                instant(row, "due_at").orElseThrow(), instant(row, "retry_at"), instant(row, "loaded_at"),
                mark.map(stamp -> new Mark(stamp, seenAt.orElseThrow())), text(row, "floor"), text(row, "digest"),
                cursor.map(last -> new Walk(last, upper.orElseThrow(), startedAt.orElseThrow())),
                text(row, "reread_cursor"), text(row, "held"), row.getBoolean("paused"), instant(row, "complete_as_of"),
                text(row, "missing"));
    }

    private static Optional<String> text(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getString(column));
    }

    /** Whether its changes are read: it is loaded, its company is there, its key is one, and nobody has paused it. */
    public boolean isFollowed() {
        boolean isKeyless = state == PullHealth.STOPPED && reason.errorCode() == ErrorCode.KEY_NOT_UNIQUE;
        return loadedAt.isPresent() && state != PullHealth.AWAY && !isKeyless && !paused;
    }

    public enum PullHealth {
        /** Its last run went well, or it has not run yet. */
        OK,
        /** It tries again by itself. */
        FAILING,
        /** It looks again now and then, but somebody has to do something first. */
        STOPPED,
        /** Its company is not among those that the connection sees; its rows stay as they are. */
        AWAY;

        /** As it is stored. */
        String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static PullHealth of(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    /**
     * A change stamp.
     *
     * @param stamp as the server wrote it
     * @param seenAt when the request was sent that first showed it
     */
    public record Mark(String stamp, Instant seenAt) {}

    /**
     * An increment of several pages.
     *
     * @param cursor stamp and key of the last row, as JSON written by the server
     * @param upper the change stamp up to which it goes
     * @param startedAt when its first page was asked for
     */
    public record Walk(String cursor, String upper, Instant startedAt) {}
}
