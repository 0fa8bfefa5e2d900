package dev.nxtsync.store;

import java.util.UUID;

/**
 * A unit of work that this process holds until somebody else's claim raises its fence.
 *
 * @param scope {@code company} or {@code customer}: what {@code company} is the number of
 * @param fence the number that every write of this claim is checked against
 * @param wanted the wake-ups that were seen when it was claimed
 */
public record Claim(long unit, String kind, String connection, String scope, int company, long fence, UUID holder,
        long wanted,
        int failures) {

    @Override
    public String toString() {
        return kind + " " + connection + " " + scope + " " + company;
    }
}
