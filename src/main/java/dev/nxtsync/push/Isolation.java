package dev.nxtsync.push;

import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Next;
import dev.nxtsync.schedule.Backoff;
import dev.nxtsync.store.Claim;
import dev.nxtsync.store.DatabaseClock;
import dev.nxtsync.store.Outbox.Sized;
import dev.nxtsync.store.OutboxRow;
import dev.nxtsync.store.OutboxRow.State;
import dev.nxtsync.store.StaleClaim;
import dev.nxtsync.trouble.Reason;
import dev.nxtsync.trouble.Stopping;

/**
 * Keeps a row that cannot be worked on from keeping the others of its lane: after a failure fewer rows are taken together,
 * down to the one that fails alone. What was thrown in here is that row's fault. That no whole answer comes may be anybody's;
 * it is the row's if others are answered meanwhile, again and again.
 */
final class Isolation {
    /** After which a row that is never answered is a person's matter; with growing pauses, about half a minute. */
    private static final int MOST_TRIES = 6;
    /** So many that fail alone, and none that is answered, are not at fault. */
    private static final int MOST_SUSPECTS = 3;

    private final Lane lane;
    private final Claim claim;
    private final Verdict verdict;
    private final Settling settling;
    private final DatabaseClock clock;
    /** Rows that failed alone, in this turn. */
    private final Map<Long, FailedAnswer> suspects = new HashMap<>();

    Isolation(Lane lane, Claim claim, Verdict verdict, Settling settling, DatabaseClock clock) {
        this.lane = lane;
        this.claim = claim;
        this.verdict = verdict;
        this.settling = settling;
        this.clock = clock;
    }

    /** What is done with rows; says whether there was something to do. */
    @FunctionalInterface
    interface Work {
        boolean done() throws SQLException;
    }

    /** How many rows may be taken together. */
    int rows() {
        return lane.together(claim);
    }

    Set<Long> suspects() {
        return suspects.keySet();
    }

    /** These and those that failed. */
    Set<Long> with(Set<Long> others) {
        var all = new HashSet<>(others);
        all.addAll(suspects.keySet());
        return all;
    }

    /**
     * Does something with rows, and says whether there was something to do.
     *
     * @throws FailedAnswer if what failed is not for these rows only
     */
    boolean of(List<Sized> rows, Work work) throws SQLException {
        if (rows.isEmpty()) {
            return false;
        }
        try {
            boolean worked = work.done();
            if (worked) {
                lane.together(claim, 2 * Math.max(rows.size(), rows()));
            }
            return worked;
        } catch (FailedAnswer e) {
            Next next = e.failure().next();
            if (next != Next.LOOK_FIRST && next != Next.FIX) {
                throw e;
            }
            if (!isSplit(rows)) {
                suspects.put(rows.get(0).id(), e);
                if (suspects.size() == MOST_SUSPECTS) {
                    end();
                }
            }
        } catch (Stopping | StaleClaim e) {
            throw e;
        } catch (RuntimeException e) {
            lane.tell(e, claim + (rows.size() == 1 ? ", row " + rows.get(0).id() : ""));
            if (!isSplit(rows)) {
                dead(lane.outbox().readWithoutPayload(List.of(rows.get(0).id())), Reason.unexpected("The row", e));
            }
        }
        return true;
    }

    private boolean isSplit(List<Sized> rows) {
        lane.together(claim, rows.size() / 2);
        return rows.size() > 1;
    }

    /** Puts the suspects off, or leaves them to a person. @throws FailedAnswer if nobody was answered meanwhile */
    void end() throws SQLException {
        if (suspects.isEmpty()) {
            return;
        }
        FailedAnswer last = suspects.values().iterator().next();
        if (!lane.isAnswered(claim)) {
            throw last;
        }
        for (OutboxRow row : lane.outbox().readWithoutPayload(suspects.keySet())) {
            int tries = lane.tried(row.id());
            Reason why = suspects.getOrDefault(row.id(), last).failure().traced();
            if (tries < MOST_TRIES) {
                lane.putOff(claim, why, tries);
                Instant again = clock.now().plus(Backoff.after(tries + 3));
                settling.settle(List.of(row), List.of(row.state() == State.WAITING
                        ? row.waiting(again)
                        : row.nextAt(again)));
            } else {
                lane.untried(row.id());
                dead(List.of(row), why);
            }
        }
        suspects.clear();
    }

    private void dead(List<OutboxRow> rows, Reason why) throws SQLException {
        settling.settle(rows, rows.stream().map(row -> row.state() == State.WAITING
                ? verdict.refused(row, why.trouble(), why.message(), clock.now())
                : Looking.unlookable(row, why)).toList());
    }
}
