package dev.nxtsync.store;

import java.time.Instant;
import java.util.Optional;

/**
 * How far a pull has come in one company.
 *
 * @param company the company's number, or the customer's for a system table
 * @param cursor the key after which the pass under way goes on, as JSON written by the server; empty between passes
 * @param passStartedAt when the pass under way began; empty between passes
 * @param rows that the pass under way, else the last one, has read
 */
public record PullState(String pull, int company, State state, String reason, int failures, Instant dueAt,
        Optional<Instant> retryAt,
        Optional<String> cursor, Optional<Instant> passStartedAt, long rows) {

    public enum State {
        /** Its last run went well, or it has not run yet. */
        OK,
        /** It tries again by itself. */
        FAILING,
        /** It looks again now and then, but somebody has to do something first. */
        STOPPED
    }
}
