package dev.nxtsync.database;

import java.sql.SQLException;
import java.util.List;
import java.util.Set;

import org.jboss.logging.Logger;
import org.jdbi.v3.core.Handle;

/**
 * The sequences of {@code nxt_sync}, brought up to what their tables hold. Logical replication does not take sequences along,
 * and neither does a copy of a table: the first numbers after a fail-over would be ones that have been given before, so that
 * rows collide, and a fence falls.
 */
public final class Sequences {
    private static final Logger LOG = Logger.getLogger(Sequences.class);
    private static final String KEY_EXISTS = "23505";
    private static final Set<String> NUMBERED = Set.of("job_pkey", "inbox_pkey", "run_pkey", "outbox_pkey");

    /** @param highest a query for the highest number in use */
    private record Numbers(String sequence, String highest) {}

    private static final List<Numbers> ALL = List.of(new Numbers("nxt_sync.fence", """
            select greatest((select max(fence) from nxt_sync.job),
                (select max(greatest(generation, pending_fence)) from nxt_sync.user_grant))"""),
            new Numbers("nxt_sync.outbox_id", "select max(id) from nxt_sync.outbox"),
            new Numbers("nxt_sync.job_id_seq", "select max(id) from nxt_sync.job"),
            new Numbers("nxt_sync.inbox_id_seq", "select max(id) from nxt_sync.inbox"),
            new Numbers("nxt_sync.run_id_seq", "select max(id) from nxt_sync.run"));

    private Sequences() {}

    /** A number that is not above all before it; what got it is rolled back. */
    public static final class Behind extends SQLException {
        private static final long serialVersionUID = 1L;

        public Behind(String what) {
            // not none, which is what an outage has
            super(what, KEY_EXISTS);
        }
    }

    /** Whether a number was given that is in use, or that is lower than one that was given before. */
    static boolean isBehind(SQLException e) {
        return e instanceof Behind || (KEY_EXISTS.equals(e.getSQLState())
                && DatabaseFault.constraint(e).filter(NUMBERED::contains).isPresent());
    }

    /** Advances those that are behind. For one process at a time: see {@link Database#advanceSequences}. */
    static void advance(Handle transaction) {
        for (Numbers each : ALL) {
            transaction
                    .createQuery("select setval('" + each.sequence() + "', highest) from (" + each.highest()
                            + ") known (highest), " + each.sequence()
                            + " s where highest >= s.last_value + case when s.is_called then 1 else 0 end")
                    .mapTo(Long.class).findOne()
                    .ifPresent(number -> LOG.warnf(
                            "The sequence %s was behind its table, as after a logical fail-over, and was advanced to %d",
                            each.sequence(), number));
        }
    }
}
