package dev.nxtsync.pull.preview;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingDouble;

import java.util.List;

import dev.nxtsync.tenant.Tenant;

/**
 * How long the first loads of a connection take. Nobody knows how fast the server will answer, what else will ask it, and how
 * often; so there is a range, in which nine of ten loads end when nothing is in their way.
 *
 * @param perMinute requests that the connection may send, four fifths of them for loads, at once
 * @param inProgress requests of one company at a time
 * @param polls requests a minute that polls need once tables are loaded
 */
public record FirstLoads(int perMinute, int inProgress, double polls, List<PlannedLoad> walks) {
    /** Loads that run side by side in one process. */
    private static final int SIDE_BY_SIDE = 6;
    /** From the start of the process to its first request, in minutes. */
    private static final double START = 0.5;
    /** Pages of a load come faster or slower than the one that was measured. */
    private static final double FASTER = 0.7;
    private static final double SLOWER = 1.5;
    /** What is over the budget's whole minutes: a request counts until a minute after its answer, and the last loads run alone. */
    private static final double SPARE = 1.1;

    /**
     * The load of one table of one company, page by page.
     *
     * @param seconds that its answers take, by what was measured
     */
    public record PlannedLoad(Tenant tenant, long requests, double seconds) {}

    /** In minutes. */
    public record EstimatedRange(double low, double high) {

        /** Of what runs side by side. */
        public EstimatedRange and(EstimatedRange other) {
            return new EstimatedRange(Math.max(low, other.low), Math.max(high, other.high));
        }
    }

    public EstimatedRange minutes() {
        double asked = walks.stream().mapToLong(PlannedLoad::requests).sum();
        double most = perMinute * 0.8;
        double waits = waits(asked, Math.max(perMinute / 5.0, most - polls));
        double answers = answers() * SLOWER;
        return new EstimatedRange(Math.max(waits(asked, most), answers() * FASTER),
                START + Math.max(waits * SPARE + Math.min(1, answers / (waits + 1)), answers));
    }

    /** How many minutes pass before the last of so many requests may be sent. */
    private static double waits(double requests, double perMinute) {
        return Math.max(0, Math.ceil(requests / perMinute) - 1);
    }

    /** How long the answers take, as far as they do not come side by side. */
    private double answers() {
        // a page alone, then the others by as many requests at a time as are left beside polls
        double longest = walks.stream().mapToDouble(each -> each.seconds() / Math.max(1, each.requests())
                * (1 + Math.ceil((each.requests() - 1) / Math.max(1.0, inProgress - 1)))).max().orElse(0);
        double ofOneCompany = walks.stream()
                .collect(groupingBy(PlannedLoad::tenant, summingDouble(PlannedLoad::seconds))).values().stream()
                .mapToDouble(seconds -> seconds / Math.min(inProgress, SIDE_BY_SIDE)).max().orElse(0);
        double all = walks.stream().mapToDouble(PlannedLoad::seconds).sum() / SIDE_BY_SIDE;
        return Math.max(longest, Math.max(ofOneCompany, all)) / 60;
    }
}
