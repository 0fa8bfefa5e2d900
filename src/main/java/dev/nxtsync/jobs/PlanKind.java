package dev.nxtsync.jobs;

import java.time.Duration;

/**
 * What a feature plans.
 *
 * @param what in the plural, as people are told: {@code pulls} or {@code pushes}
 * @param thread that plans it
 * @param again after how long what could be planned is planned again, since what it was planned from may have changed
 */
public record PlanKind(String what, String thread, Duration again) {
    /** By which an outage of it is known. */
    String work(String connection) {
        return "planning of " + what + " of " + connection;
    }
}
