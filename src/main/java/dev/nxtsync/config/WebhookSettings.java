package dev.nxtsync.config;

/**
 * Whom webhooks are for.
 *
 * @param isOpen whether there is an address for them
 */
public record WebhookSettings(boolean isOpen) {

    public static WebhookSettings of(Settings all) {
        return new WebhookSettings(all.webhookKeys().isPresent());
    }
}
