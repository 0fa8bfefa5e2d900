package dev.nxtsync.pull.state;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How far a pull is with its control totals in one company.
 *
 * @param beganAt when the totals under way were first asked for; empty while nothing is open
 * @param answeredAt when they were last answered
 * @param asks how often they have been asked for
 * @param mends how often the rows of groups have been listed for them
 * @param mended how many of these were other than here, when they were last listed
 * @param grouping columns of the target by which rows are grouped
 * @param mostRows a question over more rows was not answered in time
 * @param failures in a row, to ask
 */
public record ProofState(String pull, int company, ProofStep step, Instant dueAt, Optional<Instant> beganAt,
        Optional<Instant> answeredAt, int asks, int mends, Optional<Long> mended, List<String> grouping,
        Optional<Long> mostRows, int failures) {

    /** What comes next. */
    public enum ProofStep {
        /** All groups are asked for, when that is due. */
        REST,
        /** Once a poll has read what the answer told, those that differ are compared again. */
        SETTLE,
        /** Their rows are being listed. */
        MEND,
        /** Those that are open are asked for again: they have been listed, or have changed meanwhile. */
        AGAIN
    }

    /** One of which nothing has been asked. */
    static ProofState none(String pull, int company, Instant now) {
        return new ProofState(pull, company, ProofStep.REST, now, Optional.empty(), Optional.empty(), 0, 0,
                Optional.empty(), List.of(), Optional.empty(), 0);
    }

    /** The same of rows that are grouped by other columns. */
    public ProofState groupedBy(List<String> columns) {
        return new ProofState(pull, company, step, dueAt, beganAt, answeredAt, asks, mends, mended, columns, mostRows,
                failures);
    }

    /** The next totals are due. */
    public ProofState resting(Instant due) {
        return new ProofState(pull, company, ProofStep.REST, due, Optional.empty(), Optional.empty(), 0, 0,
                Optional.empty(), grouping, mostRows, 0);
    }

    /** Totals have been answered, and some differ. */
    public ProofState answered(Instant began, Instant answered) {
        return new ProofState(pull, company, ProofStep.SETTLE, answered, Optional.of(beganAt.orElse(began)),
                Optional.of(answered), asks + 1, mends, mended, grouping, mostRows, 0);
    }

    /** The rows of some groups are to be listed. */
    public ProofState mending() {
        return new ProofState(pull, company, ProofStep.MEND, dueAt, beganAt, answeredAt, 0, mends + 1, mended, grouping,
                mostRows, 0);
    }

    /** Those that are open are to be asked for again. */
    public ProofState again() {
        return new ProofState(pull, company, ProofStep.AGAIN, dueAt, beganAt, answeredAt, asks, mends, mended, grouping,
                mostRows, failures);
    }

    /** Asking has failed. */
    public ProofState failed(Instant retry, Optional<Long> most) {
        return new ProofState(pull, company, step, retry, beganAt, answeredAt, asks, mends, mended, grouping,
                most.or(() -> mostRows), failures + 1);
    }
}
