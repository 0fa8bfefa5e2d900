package dev.nxtsync.status;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    /** One failure that the next attempt mends is shown, but is no alarm. */
    static final int ALARM = 2;

    static Finding alarm(String subject, Problem reason) {
        return new Finding(subject, reason, true, Optional.empty());
    }

    static Finding alarm(String subject, ErrorCode errorCode, String message) {
        return alarm(subject, new Problem(errorCode, message));
    }

    static Finding remark(String subject, ErrorCode errorCode, String message) {
        return new Finding(subject, new Problem(errorCode, message), false, Optional.empty());
    }

    /** @param troubles why something cannot be planned, by what it is about */
    static List<Finding> ofPlans(Map<String, Problem> troubles) {
        var findings = new ArrayList<Finding>();
        troubles.forEach(
                (what, reason) -> findings.add(new Finding(what, reason, isOfItsOwn(reason), Optional.empty())));
        return findings;
    }

    /** Whether it is not what is told of the connection anyway. */
    static boolean isOfItsOwn(Problem reason) {
        return reason.errorCode() != ErrorCode.UNAUTHORIZED;
    }
}
