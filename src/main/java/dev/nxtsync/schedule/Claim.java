package dev.nxtsync.schedule;

import java.util.UUID;

import dev.nxtsync.tenant.Scope;
import dev.nxtsync.tenant.Tenant;

/**
 * A unit of work that this process holds until somebody else's claim raises its fence.
 *
 * @param scope {@code company} or {@code customer}: what {@code company} is the number of; {@code connection} where it is of
 *        none
 * @param entry the pull of a load or reconciliation, or the push of a lane; empty where one unit serves all pulls of a
 *        company
 * @param lane which of a push's lanes; 0 for what has none
 * @param fence the number that every write of this claim is checked against
 * @param wanted the wake-ups that were seen when it was claimed
 */
public record Claim(long unit, String kind, String connection, String scope, int company, String entry, int lane,
        long fence,
        UUID holder, long wanted, int failures) {

    /** Whose the unit is; only for one that is not of a connection. */
    public Tenant tenant() {
        return new Tenant(Scope.of(scope), company);
    }

    @Override
    public String toString() {
        return kind + (entry.isEmpty() ? "" : " of " + entry + (kind.equals("push") ? ", lane " + lane + "," : ""))
                + " " + connection + " " + scope + " " + company;
    }
}
