package dev.nxtsync.config;

import java.util.Map;
import java.util.Optional;

/**
 * With what persons sign in.
 *
 * @param publicUrl where browsers find this daemon
 * @param extraParameters of the authorization request, besides what the protocol wants
 * @param encryptionKey of what sign-ins leave in the database
 */
public record SignInSettings(TokenSettings tokens, Optional<String> publicUrl, Settings.ResponseMode responseMode,
        Map<String, String> extraParameters, Optional<Secret> encryptionKey) {

    public static SignInSettings of(Settings all) {
        return new SignInSettings(TokenSettings.of(all), all.publicUrl().map(Settings::withoutSlash),
                all.responseMode(), all.extraParameters(), all.encryptionKey());
    }

    public Map<String, Settings.Connection> connections() {
        return tokens.connections();
    }

    /**
     * An address at which browsers find this daemon.
     *
     * @param path with a slash at its beginning
     * @throws java.util.NoSuchElementException if there is no {@code NXT_PUBLIC_URL}, which a connection of a user needs
     */
    public String publicUrl(String path) {
        return publicUrl.orElseThrow() + path;
    }
}
