package dev.nxtsync.push;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

import dev.nxtsync.graphql.Failure;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.RowTransition;

/**
 * The outcome of one request with rows.
 *
 * @param rows what becomes of each that was sent, since it was marked
 * @param aside rows that were not sent, since others about their records are in flight
 * @param creator if a key came back as it was sent, by whom the record says that it was created; empty text if it does not
 * @param changedKey if a key came back changed, how
 * @param failure what is in the way of other rows too
 */
record SendResult(List<RowTransition> rows, Set<Long> aside, Optional<String> creator, Optional<String> changedKey,
        Optional<Failure> failure) {

    /** Nothing was sent, for a reason that others meet too. */
    static SendResult failed(Failure failure) {
        return new SendResult(List.of(), Set.of(), Optional.empty(), Optional.empty(), Optional.of(failure));
    }

    /** Nothing was sent, since these rows cannot be sent now. */
    static SendResult setAside(Set<Long> rows) {
        return new SendResult(List.of(), rows, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** What becomes of the n-th row. */
    @FunctionalInterface
    interface RowOutcome {
        OutboxRow decide(OutboxRow row, int index);
    }

    /** Each row by itself. */
    static SendResult each(List<OutboxRow> rows, RowOutcome outcome) {
        var each = IntStream.range(0, rows.size())
                .mapToObj(i -> new RowTransition(rows.get(i), outcome.decide(rows.get(i), i))).toList();
        return new SendResult(each, Set.of(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    SendResult with(Optional<Failure> inTheWay) {
        return new SendResult(rows, aside, creator, changedKey, inTheWay);
    }

    SendResult withKeys(Optional<String> createdBy, Optional<String> changed) {
        return new SendResult(rows, aside, createdBy, changed, failure);
    }
}
