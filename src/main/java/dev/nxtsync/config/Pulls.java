package dev.nxtsync.config;

import java.time.ZoneId;
import java.util.Map;
import java.util.Set;

/**
 * The pulls that are configured.
 *
 * @param all by name
 * @param timeZone of their cron expressions
 */
public record Pulls(Map<String, Settings.Pull> all, ZoneId timeZone) {

    public static Pulls of(Settings settings) {
        return new Pulls(settings.pulls(), settings.timeZone());
    }

    public Set<String> names() {
        return all.keySet();
    }
}
