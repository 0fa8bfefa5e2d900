package dev.nxtsync.push;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import org.apache.commons.lang3.function.FailableBooleanSupplier;

import dev.nxtsync.error.Problem;
import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Recovery;
import dev.nxtsync.push.outbox.OutboxReader.SizedRow;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.OutboxRow.RowState;
import dev.nxtsync.push.outbox.RowTransition;
import dev.nxtsync.schedule.Backoff;
import dev.nxtsync.schedule.StaleClaim;

/**
 * Isolates rows that cannot be worked on, so that they stop no others of their lane. An exception is the fault of one row,
 * which is found by halving. A missing answer may be the fault of a row or an outage: after the second in a row the lane backs
 * off, and then asks for one row, each time another one. As soon as anything is answered, rows that failed alone before are
 * put off; after several such failures a row is left to a person.
 */
final class Isolation {
    /** After which a row that is never answered is a person's matter; with growing pauses, about five minutes. */
    private static final int MOST_TRIES = 6;
    private static final Set<RowState> OPEN = Set.of(RowState.WAITING, RowState.IN_DOUBT);

    private final LaneContext lane;
    private final AnsweredRequests answeredRequests;
    private final UnansweredRows unanswered;
    private boolean answered;
    private boolean failed;

    Isolation(LaneContext lane) {
        this.lane = lane;
        this.answeredRequests = lane.learned().answered();
        this.unanswered = answeredRequests.unanswered(lane.claim().lane());
    }

    /** How many rows may be taken together. */
    int rows() {
        return unanswered.together();
    }

    Set<Long> suspects() {
        return unanswered.suspects();
    }

    /** The others, and the rows that failed. */
    Set<Long> with(Set<Long> others) {
        var all = new HashSet<>(others);
        all.addAll(suspects());
        return all;
    }

    /** A request about these rows was answered. */
    void answered(Collection<Long> rows) {
        answered = true;
        unanswered.clear(rows);
        answeredRequests.answered();
    }

    /** Whether any request of this run was answered. */
    boolean isAnswered() { return answered; }

    /**
     * Does something with rows, and says whether there was something to do.
     *
     * @throws LaneBlocked if what failed is not for these rows only
     */
    boolean attempt(List<SizedRow> rows, FailableBooleanSupplier<SQLException> work) throws SQLException {
        if (rows.isEmpty()) {
            return false;
        }
        try {
            boolean worked = work.getAsBoolean();
            if (worked) {
                unanswered.worked(rows.size());
                judge();
            }
            return worked;
        } catch (FailedAnswer e) {
            unanswered(rows, e.failure());
        } catch (ShuttingDown | StaleClaim | LaneBlocked e) {
            throw e;
        } catch (RuntimeException e) {
            lane.services().failures().unexpected(e,
                    lane.claim() + (rows.size() == 1 ? ", row " + rows.get(0).id() : ""));
            unanswered.split(rows.size());
            // what was marked as being sent may have been, and is looked for
            if (lane.services().outbox().recover(lane.claim(), lane.times().timeLimit()) == 0 && rows.size() == 1) {
                thrown(rows.get(0).id(), Problem.unexpected("The row", e));
            }
        }
        return true;
    }

    private void unanswered(List<SizedRow> rows, Failure failure) {
        Recovery next = failure.next();
        if (next != Recovery.LOOK_FIRST && next != Recovery.FIX) {
            throw LaneBlocked.ofLooking(failure);
        }
        failed = true;
        boolean othersAreAnswered = answeredRequests.failed();
        if (rows.size() == 1) {
            unanswered.suspect(rows.get(0).id(), new UnansweredRows.Suspect(failure, answeredRequests.answers()));
        } else if (othersAreAnswered) {
            unanswered.tooMany(rows.size());
        } else {
            unanswered.probe();
        }
        if (!othersAreAnswered) {
            throw LaneBlocked.ofLooking(failure);
        }
    }

    /**
     * Asks for something that is no row's, when nothing is left but rows that failed alone: if that is answered, it
     * was those rows. Says whether there were any.
     *
     * @param control throws a {@link FailedAnswer} if it is not answered
     */
    boolean asks(Runnable control) throws SQLException {
        judge();
        if (suspects().isEmpty()) {
            return false;
        }
        try {
            control.run();
        } catch (FailedAnswer e) {
            throw LaneBlocked.ofLooking(e.failure());
        }
        judge();
        return true;
    }

    /** Ends a run that has more to do. */
    void pause() {
        if (!failed) {
            unanswered.eased();
        }
    }

    /** Ends a run that has nothing more to do. */
    void end() throws SQLException {
        // a person may have decided about others
        var settled = new HashSet<>(unanswered.tried());
        lane.services().reader().readWithoutPayload(settled).stream()
                .filter(row -> row.state() == RowState.WAITING || row.nextAt().isPresent())
                .forEach(row -> settled.remove(row.id()));
        unanswered.clear(settled);
        pause();
    }

    /** Puts off rows that failed alone before something else was answered, or leaves them to a person. */
    private void judge() throws SQLException {
        var proven = unanswered.proven(answeredRequests.answers());
        // at once, since one that cannot be put off now is not to be counted again for the same failure
        unanswered.forget(proven.keySet());
        for (OutboxRow row : lane.services().reader().readWithoutPayload(proven.keySet())) {
            int tries = unanswered.tried(row.id());
            Problem why = Objects.requireNonNull(proven.get(row.id())).failure().traced();
            // one that is settled, and looked at for the last time, keeps what is known of it
            if (tries < MOST_TRIES || !OPEN.contains(row.state())) {
                lane.services().failures().putOff(lane.claim(), why, tries);
                Instant again = lane.now().plus(Backoff.after(2 * tries));
                lane.settling().settle(List.of(new RowTransition(row,
                        row.state() == RowState.WAITING ? row.waiting(again) : row.nextAt(again))));
            } else {
                giveUp(row, why, tries);
            }
        }
    }

    /** Gives a row up for which an exception was thrown when it was alone. */
    private void thrown(long id, Problem why) throws SQLException {
        for (OutboxRow row : lane.services().reader().readWithoutPayload(List.of(id))) {
            giveUp(row, why, unanswered.tried(id));
        }
    }

    /** Leaves a row to a person, at once or when the server cannot be at work on it any more. */
    private void giveUp(OutboxRow row, Problem why, int tries) throws SQLException {
        Instant now = lane.now();
        OutboxRow next = row.state() == RowState.WAITING
                ? lane.resolution().refused(row, why.errorCode(), why.message(), now)
                : lane.resolution().unlookable(row, why, now, now.plus(Backoff.after(2 * tries)));
        lane.settling().settle(List.of(new RowTransition(row, next)));
        if (OPEN.contains(next.state())) {
            lane.services().failures().putOff(lane.claim(), why, tries);
        } else {
            unanswered.clear(List.of(row.id()));
        }
    }
}
