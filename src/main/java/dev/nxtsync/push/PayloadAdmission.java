package dev.nxtsync.push;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.nxtsync.push.outbox.OutboxReader;
import dev.nxtsync.push.outbox.OutboxReader.SizedRow;
import dev.nxtsync.push.outbox.OutboxRow;

/**
 * Reads rows for whose payloads there is memory. What the tree of a payload costs is known only once its text has been read;
 * if there is not that much memory, the row is left, and that cost counts when it is tried again.
 */
final class PayloadAdmission {
    private final OutboxReader reader;
    private final PayloadMemory memory;
    private final int most;
    /** By id, what a payload weighs beside its bytes. */
    private final Map<Long, Integer> structures = new HashMap<>();

    /** @param most bytes of payload that are read together, if there is more than one row */
    PayloadAdmission(OutboxReader reader, PayloadMemory memory, int most) {
        this.reader = reader;
        this.memory = memory;
        this.most = most;
    }

    /** Rows that were read, with their memory, until it is closed. */
    record Admitted(AdmittedRows admitted, List<OutboxRow> rows) implements AutoCloseable {
        @Override
        public void close() {
            admitted.close();
        }
    }

    /** @param sized in the order of their ids */
    Admitted read(List<SizedRow> sized) throws SQLException {
        while (true) {
            var admitted = AdmittedRows.take(sized.stream().map(this::weighed).toList(), memory, most);
            boolean fits = false;
            try {
                var rows = reader.read(admitted.ids());
                rows.forEach(row -> structures.put(row.id(), PayloadText.structure(row.payload())));
                var ids = admitted.ids();
                fits = admitted
                        .holds(sized.stream().filter(each -> ids.contains(each.id())).map(this::weighed).toList());
                if (fits) {
                    return new Admitted(admitted, rows);
                }
            } finally {
                if (!fits) {
                    admitted.close();
                }
            }
        }
    }

    /** Why a row is never read. */
    String tooLarge(SizedRow row) {
        return memory.tooLarge(row.bytes() - Objects.requireNonNullElse(structures.get(row.id()), 0), row.bytes());
    }

    private SizedRow weighed(SizedRow row) {
        return new SizedRow(row.id(), row.group(), row.bytes() + structures.getOrDefault(row.id(), 0));
    }
}
