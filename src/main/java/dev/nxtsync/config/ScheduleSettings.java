package dev.nxtsync.config;

import java.time.Duration;

/**
 * How much is worked on, and how long.
 *
 * @param timeLimit how long the server works on one request before it gives up
 * @param inProgress requests of one company at a time
 */
public record ScheduleSettings(Duration timeLimit, int inProgress) {

    public static ScheduleSettings of(Settings all) {
        return new ScheduleSettings(all.api().timeLimit(), all.budget().inProgress());
    }
}
