package dev.nxtsync.push;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.push.outbox.MutationKind;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.OutboxRow.Step;
import dev.nxtsync.push.outbox.RowTransition;

/** Checks the payloads of rows that wait and looks for their records, until some can be sent. For one run of a lane. */
final class Preparation {
    /** The server takes 15 MB; some are left for the document. */
    static final int MOST_BYTES = 14_950_000;

    private final LaneContext lane;
    private final LookBeforeSend look;
    /** Rows that were looked for, by id. */
    private final Map<Long, LookedUp> lookedUp = new HashMap<>();

    /** A row that was looked for, without what is read again with it. */
    private record LookedUp(Optional<MutationKind> act, Optional<String> record, Optional<String> stamp) {
        static LookedUp of(OutboxRow row) {
            return new LookedUp(row.act(), row.record(), row.stamp());
        }

        OutboxRow on(OutboxRow row) {
            return row.step() == Step.THEN ? row : row.about(act.orElseThrow(), record.orElseThrow(), stamp);
        }
    }

    /** A row that can be sent. */
    record PreparedRow(OutboxRow row, Payload payload) {
        int bytes() {
            return PayloadText.bytes(row.payload());
        }
    }

    Preparation(LaneContext lane, LookBeforeSend look) {
        this.lane = lane;
        this.look = look;
    }

    /**
     * The rows that can be sent, of each group a beginning. Empty if rows were settled or looked for instead, after which all
     * are to be read again.
     *
     * @param ready rows that wait, in the order of their ids, of each group a beginning
     * @param most how many of them go into the next request
     */
    List<PreparedRow> prepare(List<OutboxRow> ready, int most) throws SQLException {
        var payloads = new LinkedHashMap<Long, Payload>();
        if (!check(ready, payloads)) {
            return List.of();
        }
        var unlooked = ready.stream().filter(row -> !isPrepared(row)).limit(LookBeforeSend.MOST).toList();
        if (ready.stream().limit(most).anyMatch(unlooked::contains)) {
            look.find(unlooked, payloads).forEach(row -> lookedUp.put(row.id(), LookedUp.of(row)));
            return List.of();
        }
        return GroupOrder.beginnings(ready, OutboxRow::group, this::isPrepared).stream()
                .map(row -> Optional.ofNullable(lookedUp.get(row.id())).map(known -> known.on(row)).orElse(row))
                .map(row -> new PreparedRow(row, Objects.requireNonNull(payloads.get(row.id())))).toList();
    }

    /** Rows about the records of these are looked for again: what was known of them was known before these were sent. */
    void forget(List<OutboxRow> sent) {
        Set<String> records = sent.stream().flatMap(row -> row.record().stream()).collect(Collectors.toSet());
        lookedUp.values().removeIf(known -> known.record().filter(records::contains).isPresent());
    }

    private boolean isPrepared(OutboxRow row) {
        return !LookBeforeSend.isNeededFor(row) || lookedUp.containsKey(row.id());
    }

    /** Settles rows whose payload cannot be sent. Says whether all can. */
    private boolean check(List<OutboxRow> ready, Map<Long, Payload> payloads) throws SQLException {
        var refused = new ArrayList<RowTransition>();
        for (OutboxRow row : ready) {
            var reading = row.step() == Step.THEN || lookedUp.containsKey(row.id())
                    ? Payload.identify(lane.plan(), row.key(), row.payload())
                    : Payload.read(lane.plan(), row.key(), row.payload());
            int bytes = PayloadText.bytes(row.payload());
            if (reading instanceof Payload.SoundPayload sound && bytes <= MOST_BYTES) {
                payloads.put(row.id(), sound.payload());
            } else {
                refused.add(new RowTransition(row,
                        lane.resolution().refused(row, ErrorCode.PAYLOAD_INVALID,
                                reading instanceof Payload.FlawedPayload flawed
                                        ? flawed.why()
                                        : "The payload takes " + bytes
                                                + " bytes in a request, but Business NXT accepts at most 15 MB.",
                                lane.now())));
            }
        }
        lane.settling().settle(refused);
        return refused.isEmpty();
    }
}
