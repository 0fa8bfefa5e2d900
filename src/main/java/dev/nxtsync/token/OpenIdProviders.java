package dev.nxtsync.token;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import jakarta.inject.Singleton;

import io.vertx.core.Vertx;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SignInSettings;
import dev.nxtsync.transport.Network;

/** Visma Connect, as each connection of a user sees it. */
@Singleton
public class OpenIdProviders {
    private final Map<String, OpenIdProvider> byName = new TreeMap<>();

    OpenIdProviders(SignInSettings settings, Network network, Vertx vertx) {
        settings.connections().values().stream().filter(each -> each.kind() == Settings.ConnectionKind.USER)
                .forEach(each -> byName.put(each.name(), new OpenIdProvider(each, settings, network, vertx)));
    }

    /** @throws IllegalArgumentException if that is no connection of a user */
    public OpenIdProvider of(String connection) {
        return Optional.ofNullable(byName.get(connection))
                .orElseThrow(() -> new IllegalArgumentException("no user signs in for " + connection));
    }
}
