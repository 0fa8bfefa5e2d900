package dev.nxtsync.status;

import java.time.Instant;
import java.util.Optional;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;

/**
 * Something that an operator may want to know.
 *
 * @param subject what it is about, such as {@code pull orders, 1234567}; the same in each look
 * @param alarm whether somebody has to know; what mends itself with the next attempt is none
 */
public record Finding(String subject, Problem reason, boolean alarm, Optional<Instant> nextAttempt) {

    static Finding alarm(String subject, Problem reason) {
        return new Finding(subject, reason, true, Optional.empty());
    }

    static Finding alarm(String subject, ErrorCode trouble, String message) {
        return alarm(subject, new Problem(trouble, message));
    }

    static Finding remark(String subject, ErrorCode trouble, String message) {
        return new Finding(subject, new Problem(trouble, message), false, Optional.empty());
    }
}
