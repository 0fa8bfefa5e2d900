package dev.nxtsync.database;

import java.util.HashMap;
import java.util.Map;

import jakarta.inject.Named;
import jakarta.inject.Singleton;

import io.quarkus.arc.Unremovable;
import io.quarkus.credentials.CredentialsProvider;

import dev.nxtsync.config.Settings;

/** Who to log in as, asked for each new connection of the pool. */
@Singleton
@Unremovable
@Named("nxtDatabaseCredentials")
record DatabaseCredentials(Settings.DatabaseSettings database) implements CredentialsProvider {
    @Override
    public Map<String, String> getCredentials(String name) {
        var credentials = new HashMap<String, String>();
        database.user().ifPresent(user -> credentials.put(USER_PROPERTY_NAME, user));
        database.password().ifPresent(password -> credentials.put(PASSWORD_PROPERTY_NAME, password.reveal()));
        return credentials;
    }
}
