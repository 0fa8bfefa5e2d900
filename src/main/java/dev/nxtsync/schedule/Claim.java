package dev.nxtsync.schedule;

import java.util.UUID;

import dev.nxtsync.tenant.Tenant;

/**
 * A unit of work that this process holds until somebody else's claim raises its fence.
 *
 * @param fence the number that every write of this claim is checked against
 * @param wanted the wake-ups that were seen when it was claimed
 */
public record Claim(long unit, UnitName name, long fence, UUID holder, long wanted, int failures) {

    public UnitKind kind() {
        return name.kind();
    }

    public String connection() {
        return name.connection();
    }

    /** Whose the unit is; only for one that is not the connection's own. */
    public Tenant tenant() {
        return name.owner().orElseThrow();
    }

    /** The number of whose it is. */
    public int company() {
        return name.company();
    }

    /** The pull or push that it is for; empty where it serves several. */
    public String entry() {
        return name.entry();
    }

    public int lane() {
        return name.lane();
    }

    @Override
    public String toString() {
        return name.toString();
    }
}
