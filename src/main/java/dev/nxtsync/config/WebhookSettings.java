package dev.nxtsync.config;

import java.util.List;

/**
 * Whom webhooks are for.
 *
 * @param isOpen whether there is an address for them
 */
public record WebhookSettings(boolean isOpen, List<Settings.Pull> pulls) {

    public static WebhookSettings of(Settings all) {
        return new WebhookSettings(all.webhookKeys().isPresent(), List.copyOf(all.pulls().values()));
    }
}
