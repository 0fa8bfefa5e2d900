package dev.nxtsync.push;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.nxtsync.push.outbox.OutboxReader.SizedRow;

/**
 * The rows that may be read now, by the memory that their payloads cost. A row that never fits is left to a person; one that
 * does not fit now waits, and no row behind it in its group is read before it.
 *
 * @param rows those whose memory has been taken, if there are any; {@link #close} gives it back
 * @param tooLarge those that never fit
 * @param waits whether some fit, and not now
 */
record AdmittedRows(List<SizedRow> rows, List<SizedRow> tooLarge, boolean waits,
        PayloadMemory memory) implements AutoCloseable {

    /**
     * Takes the memory for a beginning of the rows.
     *
     * @param sized in the order of their ids
     * @param most bytes of payload that they have together, if there is more than one
     */
    static AdmittedRows take(List<SizedRow> sized, PayloadMemory memory, int most) {
        var rows = new ArrayList<SizedRow>();
        var tooLarge = new ArrayList<SizedRow>();
        Set<String> closed = new HashSet<>();
        boolean waits = false;
        int together = Math.min(most, memory.together());
        long bytes = 0;
        for (SizedRow each : sized) {
            if (each.group().filter(closed::contains).isPresent()) {
                continue;
            }
            if (each.bytes() > memory.most()) {
                tooLarge.add(each);
            } else if (bytes + each.bytes() <= together) {
                rows.add(each);
                bytes += each.bytes();
                continue;
            } else if (!rows.isEmpty()) {
                break;
            } else if (memory.take(each.bytes())) {
                rows.add(each);
                break;
            } else {
                waits = true;
            }
            each.group().ifPresent(closed::add);
        }
        return new AdmittedRows(rows, tooLarge, waits, memory);
    }

    List<Long> ids() {
        return rows.stream().map(SizedRow::id).toList();
    }

    /** Whether what was taken is enough for the rows, as they are known to weigh now. */
    boolean holds(List<SizedRow> weighed) {
        return weighed.size() == 1
                ? weighed.get(0).bytes() <= Math.max(rows.get(0).bytes(), memory.together())
                : weighed.stream().mapToLong(SizedRow::bytes).sum() <= memory.together();
    }

    @Override
    public void close() {
        // only a row that is alone was large
        if (rows.size() == 1) {
            memory.giveBack(rows.get(0).bytes());
        }
    }
}
