package dev.nxtsync.status;

import java.time.Instant;
import java.util.Optional;

import dev.nxtsync.trouble.Reason;
import dev.nxtsync.trouble.Trouble;

/**
 * Something that an operator may want to know.
 *
 * @param subject what it is about, such as {@code pull orders, 1234567}; the same in each look
 * @param alarm whether somebody has to know; what mends itself with the next attempt is none
 */
public record Finding(String subject, Reason reason, boolean alarm, Optional<Instant> nextAttempt) {

    static Finding alarm(String subject, Reason reason) {
        return new Finding(subject, reason, true, Optional.empty());
    }

    static Finding alarm(String subject, Trouble trouble, String message) {
        return alarm(subject, new Reason(trouble, message));
    }

    static Finding remark(String subject, Trouble trouble, String message) {
        return new Finding(subject, new Reason(trouble, message), false, Optional.empty());
    }
}
