package dev.nxtsync.pull;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import org.jboss.logging.Logger;

import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.schedule.Claim;

/**
 * Walks whose stored cursor the server refuses, as one that another version stored, or one of a column that has another type
 * now: no page follows such a cursor, so that the walk can only begin anew. That is tried once the cursor was refused three
 * times in a row. Where the beginning is answered, it is not the request that is refused but the cursor; where it is not, the
 * stored walk stays as it is. A walk whose new cursor is refused too does not begin again before one was accepted. Safe for any
 * number of threads.
 */
final class RefusedCursors {
    private static final Logger LOG = Logger.getLogger(RefusedCursors.class);
    private static final int OFTEN = 3;

    private final Map<UnitWalk, Integer> refusals = new ConcurrentHashMap<>();

    /** @param name its own within the unit */
    private record UnitWalk(long unit, String name) {}

    /**
     * Says that a page was not answered, and whether the page at the beginning is to be asked for in its place.
     *
     * @param walk a name of its own within the unit
     * @param cursor after which it was asked; empty at the beginning
     */
    boolean startsOver(Claim claim, String walk, Optional<String> cursor, Failure failure) {
        if (cursor.isEmpty()) {
            refusals.remove(key(claim, walk));
            return false;
        }
        if (!isOf(cursor.get(), failure) || refusals.merge(key(claim, walk), 1, Integer::sum) != OFTEN) {
            return false;
        }
        LOG.warnf(
                "Pull %s, %s: Business NXT has refused the %s %d times in a row to go on after the last row that it had "
                        + "read (%s). It begins anew if its first page is answered.",
                claim.entry().isEmpty() ? walk : claim.entry(), claim.tenant(), claim.kind(), OFTEN,
                failure.traced(failure.message()));
        return true;
    }

    /** Says that a page was answered. */
    void accepted(Claim claim, String walk, Optional<String> cursor) {
        if (cursor.isPresent()) {
            refusals.remove(key(claim, walk));
        }
    }

    /** Forgets what was refused to a unit, since its walk goes on in another way. */
    void forget(Claim claim) {
        refusals.keySet().removeIf(each -> each.unit() == claim.unit());
    }

    /** An error whose meaning is not known may be about a value that is lacking. */
    private static boolean isOf(String cursor, Failure failure) {
        return failure instanceof Failure.InvalidRequest || (failure instanceof Failure.Rejected
                && Filters.parse(cursor).properties().stream().anyMatch(each -> each.getValue().isNull()));
    }

    private static UnitWalk key(Claim claim, String walk) {
        return new UnitWalk(claim.unit(), walk);
    }
}
