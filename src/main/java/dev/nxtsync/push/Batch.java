package dev.nxtsync.push;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import dev.nxtsync.push.Preparation.PreparedRow;
import dev.nxtsync.push.outbox.MutationKind;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.OutboxRow.Step;

/** Chooses the rows that go into one request. */
final class Batch {

    /** What rows must have in common to share a request. */
    record Alike(Step step, Optional<MutationKind> act) {
        static Alike of(OutboxRow row) {
            return new Alike(row.step(), row.step() == Step.THEN ? Optional.empty() : row.act());
        }
    }

    private Batch() {}

    /**
     * The first row, and those after it that may go with it. Of a group, none goes that has an earlier row which does not;
     * no two rows about one record go together; no row goes into a larger request than it may.
     *
     * @param prepared in the order of their ids
     * @param most rows
     * @param bytes that they take together, if there is more than one
     */
    static List<PreparedRow> of(List<PreparedRow> prepared, int most, int bytes, boolean onePerGroup) {
        var batch = new ArrayList<PreparedRow>();
        Set<String> closed = new HashSet<>();
        Set<String> records = new HashSet<>();
        int limit = most;
        long size = 0;
        for (PreparedRow candidate : prepared) {
            OutboxRow row = candidate.row();
            int own = Math.min(limit, row.atMost().orElse(limit));
            boolean fits = batch.isEmpty() || (batch.size() < own && size + candidate.bytes() <= bytes
                    && Alike.of(row).equals(Alike.of(batch.get(0).row()))
                    && row.group().filter(closed::contains).isEmpty()
                    && row.record().filter(records::contains).isEmpty());
            if (fits) {
                batch.add(candidate);
                limit = own;
                size += candidate.bytes();
                row.record().ifPresent(records::add);
            }
            if (!fits || onePerGroup) {
                row.group().ifPresent(closed::add);
            }
            if (batch.size() >= limit) {
                break;
            }
        }
        return batch;
    }
}
