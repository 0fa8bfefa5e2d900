package dev.nxtsync.push;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.push.outbox.OutboxReader.SizedRow;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.RowTransition;

/** Settles rows whose payloads are never read in this process, since they take more memory than it has. */
final class OversizedRows {
    private final LaneContext lane;
    private final PayloadAdmission admission;
    private boolean waiting;

    OversizedRows(LaneContext lane, PayloadAdmission admission) {
        this.lane = lane;
        this.admission = admission;
    }

    /** Whether a row waits until there is memory for it. */
    boolean areWaiting() {
        return waiting;
    }

    /** Says whether there were any. */
    boolean settle(AdmittedRows admitted) throws SQLException {
        waiting |= admitted.waits();
        Map<Long, SizedRow> tooLarge = new HashMap<>();
        admitted.tooLarge().forEach(row -> tooLarge.put(row.id(), row));
        lane.settling()
                .settle(lane.services().reader().readWithoutPayload(tooLarge.keySet()).stream()
                        .map(row -> new RowTransition(row,
                                settled(row, admission.tooLarge(Objects.requireNonNull(tooLarge.get(row.id()))) + " "
                                        + ErrorCode.TOO_LARGE_FOR_MEMORY.nextStep())))
                        .toList());
        return !tooLarge.isEmpty();
    }

    private OutboxRow settled(OutboxRow row, String why) {
        return switch (row.state()) {
            case WAITING -> lane.resolution().refused(row, ErrorCode.TOO_LARGE_FOR_MEMORY, why, lane.now());
            case SENDING, IN_DOUBT -> lane.resolution().unreadable(row, why, lane.now());
            case DEAD -> row.settled(Optional.empty());
            case DONE, DISCARDED -> row.settled(Optional.of(new Problem(ErrorCode.TOO_LARGE_FOR_MEMORY, why).coded()));
        };
    }
}
