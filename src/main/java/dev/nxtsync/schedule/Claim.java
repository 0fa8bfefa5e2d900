package dev.nxtsync.schedule;

import java.util.UUID;

import dev.nxtsync.tenant.Tenant;

/**
 * A unit of work that this process holds until somebody else's claim raises its fence.
 *
 * @param fence the number that every write of this claim is checked against
 * @param wanted the wake-ups that were seen when it was claimed
 */
public record Claim(long unit, WorkUnit work, long fence, UUID holder, long wanted, int failures) {

    public UnitKind kind() {
        return work.kind();
    }

    public String connection() {
        return work.connection();
    }

    /** Whose the unit is; only for one that is not the connection's own. */
    public Tenant tenant() {
        return work.owner().orElseThrow();
    }

    /** The number of whose it is. */
    public int company() {
        return work.company();
    }

    /** The pull or push that it is for; empty where it serves several. */
    public String entry() {
        return work.entry();
    }

    public int lane() {
        return work.lane();
    }

    @Override
    public String toString() {
        return work.toString();
    }
}
