package dev.nxtsync.store;

import java.time.Instant;
import java.util.Optional;

/**
 * How far a pull has come in one company.
 *
 * @param company the company's number, or the customer's for a system table
 * @param cursor the key after which the pass under way goes on, as JSON written by the server; empty between passes
 */
public record PullState(String pull, int company, State state, String reason, int failures, Instant dueAt,
        Optional<Instant> retryAt, Optional<String> cursor) {

    public enum State {
        /** Its last run went well, or it has not run yet. */
        OK,
        /** It tries again by itself. */
        FAILING,
        /** It looks again now and then, but somebody has to do something first. */
        STOPPED
    }
}
