package dev.nxtsync.config;

import java.util.Optional;

/** By what callers of the public port show who they are. Who has no key here finds nothing at the address. */
public record CallerSettings(Optional<Secret> operatorKey, Optional<Secret> webhookKeys) {

    public static CallerSettings of(Settings all) {
        return new CallerSettings(all.operatorKey(), all.webhookKeys());
    }
}
