package dev.nxtsync.status;

import java.time.Instant;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;

/**
 * A finding as it is told to other processes and shown. Times are in ISO 8601.
 *
 * @param code in the catalogue; of a later version it may be one that is not known here
 * @param nextAttemptAt null where none is planned, or nobody knows when
 * @param since null as long as it is not yet kept
 */
public record ShownFinding(String subject, String code, boolean alarm, String reason, String nextStep,
        @Nullable String nextAttemptAt, @Nullable String since) {

    static ShownFinding of(Finding finding) {
        return new ShownFinding(finding.subject(), finding.reason().code(), finding.alarm(), finding.reason().message(),
                finding.reason().errorCode().nextStep(), finding.nextAttempt().map(Instant::toString).orElse(null),
                null);
    }

    /** As it was found; one whose code is not known here is told as such. */
    Finding finding() {
        return new Finding(subject, new Problem(ErrorCode.of(code).orElse(ErrorCode.UNEXPECTED), reason), alarm,
                Optional.ofNullable(nextAttemptAt).map(Instant::parse));
    }

    /** What tells it from all others. */
    String id() {
        return subject + " " + code;
    }

    ShownFinding since(@Nullable String time) {
        return new ShownFinding(subject, code, alarm, reason, nextStep, nextAttemptAt, time);
    }
}
