package dev.nxtsync.push;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.OutboxRow.RowState;
import dev.nxtsync.push.outbox.OutboxRow.Step;
import dev.nxtsync.push.outbox.RowTransition;
import dev.nxtsync.push.plan.PushPlan.Following;

/** Looks whether the records of rows are there before these are sent, and settles the rows that are not sent after that. */
record LookBeforeSend(LaneContext lane, Lookup lookup) {
    /** Rows that are looked for together. */
    static final int MOST = 200;

    /** A processing that was never sent needs no look; of one that was, whoever retries it may be mistaken. */
    static boolean isNeededFor(OutboxRow row) {
        return row.step() == Step.RECORD || row.wasSent();
    }

    /**
     * The rows that can be sent, as they are to be sent.
     *
     * @throws dev.nxtsync.graphql.FailedAnswer if there was no whole answer
     */
    List<OutboxRow> find(List<OutboxRow> rows, Map<Long, Payload> payloads) throws SQLException {
        var records = new LinkedHashMap<Long, Payload>();
        var processings = new LinkedHashMap<Long, Payload>();
        rows.forEach(row -> (row.step() == Step.THEN ? processings : records).put(row.id(),
                Objects.requireNonNull(payloads.get(row.id()))));
        // before the look: what is carried out during it is not seen by it
        Instant now = lane.now();
        var found = lookup.find(records, Optional.empty());
        var doneWhen = lane.plan().then().flatMap(Following::doneWhen);
        var haveRun = doneWhen.isPresent() ? lookup.find(processings, doneWhen).keySet() : Set.<Long>of();
        var sendable = new ArrayList<OutboxRow>();
        var others = new ArrayList<RowTransition>();
        for (OutboxRow row : rows) {
            OutboxRow next = row.step() == Step.THEN
                    ? haveRun.contains(row.id()) ? lane.resolution().processed(row, true, now) : row
                    : lane.resolution().before(row, Objects.requireNonNull(records.get(row.id())),
                            found.getOrDefault(row.id(), List.of()));
            boolean isOpen = next.state() == RowState.WAITING && next.step() == row.step();
            var notBefore = lane.resolution().notBefore(row, now);
            if (isOpen && notBefore.isEmpty() && !lane.plan().isDryRun()) {
                sendable.add(next);
            } else {
                others.add(new RowTransition(row,
                        isOpen ? notBefore.map(row::waiting).orElseGet(() -> checked(next)) : next));
            }
        }
        lane.settling().settle(others);
        return sendable;
    }

    private static OutboxRow checked(OutboxRow row) {
        return row.checked("{\"dry_run\":\"" + row.act().map(Enum::name).orElse("").toLowerCase(Locale.ROOT) + "\"}");
    }
}
