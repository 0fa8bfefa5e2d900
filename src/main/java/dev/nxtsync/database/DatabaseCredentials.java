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
class DatabaseCredentials implements CredentialsProvider {
    private final Settings settings;

    DatabaseCredentials(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Map<String, String> getCredentials(String name) {
        var credentials = new HashMap<String, String>();
        settings.database().user().ifPresent(user -> credentials.put(USER_PROPERTY_NAME, user));
        settings.database().password()
                .ifPresent(password -> credentials.put(PASSWORD_PROPERTY_NAME, password.reveal()));
        return credentials;
    }
}
