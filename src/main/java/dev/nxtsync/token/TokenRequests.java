package dev.nxtsync.token;

import jakarta.inject.Singleton;

import io.vertx.core.Vertx;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.TokenSettings;
import dev.nxtsync.transport.Network;

/** Where the tokens of each connection come from: its own credentials, or what a person's sign-in has left. */
@Singleton
record TokenRequests(TokenSettings settings, UserTokenRequests users, Network network, Vertx vertx) {
    TokenRequest of(Settings.Connection connection) {
        return switch (connection.kind()) {
            case USER -> users.of(connection);
            case SERVICE -> new ClientCredentials(connection, settings, network, vertx);
        };
    }
}
