package dev.nxtsync.schedule;

import java.sql.SQLException;
import java.util.Collection;

import org.jboss.logging.Logger;

/**
 * Units that this process holds at the database, and that no thread works on: by a claim whose commit was not answered, and
 * perhaps only a moment later, or by one of before a fail-over. Not thread-safe.
 */
final class UnknownClaims {
    private static final Logger LOG = Logger.getLogger(UnknownClaims.class);
    /** A server that stood still carries out what it was told before when it goes on, beside what it is told then. */
    private static final int LOOKS = 5;
    /** A server that takes another's place may have lost a freeing that was answered, without anybody noticing. */
    private static final int TICKS_BETWEEN_LOOKS = 20;

    private final Claims claims;
    /** How many more times they are looked for, a tick after the other. */
    private int looks;
    private int ticks;

    UnknownClaims(Claims claims) {
        this.claims = claims;
    }

    /** Says that there may be some. */
    void suspect() {
        looks = LOOKS;
    }

    /**
     * Frees those that there are, if it is time to look for them.
     *
     * @param known the fences of all claims that this process knows to hold, now
     */
    void tick(Collection<Long> known) {
        ticks++;
        if (ticks % TICKS_BETWEEN_LOOKS == 0) {
            looks = Math.max(looks, 1);
        }
        if (looks > 0) {
            try {
                claims.freeAllBut(known);
                looks--;
            } catch (SQLException e) {
                LOG.debugf("perhaps a unit is held that nobody works on; looked at again: %s", e.getMessage());
            }
        }
    }
}
