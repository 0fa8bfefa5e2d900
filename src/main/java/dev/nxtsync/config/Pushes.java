package dev.nxtsync.config;

import java.util.Map;
import java.util.Set;

/**
 * The pushes that are configured.
 *
 * @param all by name
 */
public record Pushes(Map<String, Settings.Push> all) {

    public static Pushes of(Settings settings) {
        return new Pushes(settings.pushes());
    }

    public Set<String> names() {
        return all.keySet();
    }
}
