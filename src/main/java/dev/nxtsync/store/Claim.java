package dev.nxtsync.store;

import java.util.UUID;

/**
 * A unit of work that this process holds until somebody else's claim raises its fence.
 *
 * @param scope {@code company} or {@code customer}: what {@code company} is the number of
 * @param pull of a load or reconciliation; empty where one unit serves all pulls of a company
 * @param fence the number that every write of this claim is checked against
 * @param wanted the wake-ups that were seen when it was claimed
 */
public record Claim(long unit, String kind, String connection, String scope, int company, String pull, long fence,
        UUID holder, long wanted, int failures) {

    /** The company or customer as the API's slots are counted. */
    public String tenant() {
        return scope + " " + company;
    }

    @Override
    public String toString() {
        return kind + (pull.isEmpty() ? "" : " of " + pull) + " " + connection + " " + tenant();
    }
}
