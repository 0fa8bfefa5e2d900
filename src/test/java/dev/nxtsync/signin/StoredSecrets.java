package dev.nxtsync.signin;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

import dev.nxtsync.database.Database;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.support.TestDatabase;

/** What persons' sign-ins leave in a database, for tests of what is encrypted. */
public final class StoredSecrets {
    private final Database store;

    public StoredSecrets(TestDatabase database) {
        store = ScheduleFixture.migrated(database);
    }

    public Ciphertexts ciphertexts() {
        return new Ciphertexts(store);
    }

    public void signedIn(String connection, String refreshToken, String accessToken, Duration life)
            throws SQLException {
        new UserGrants(store, ScheduleFixture.claims(store)).signedIn(connection,
                new UserGrant.Owner("https://connect.example", "p", Optional.empty(), "P"),
                new UserGrant.SealedTokens(refreshToken, accessToken, life, "s"));
    }

    /** A sign-in that is under way. */
    public void begun(String connection, String challenge) throws SQLException {
        var signIns = new SignInTable(store);
        signIns.offer("link", connection);
        signIns.begin("link", connection, "state", "cookie", challenge);
    }
}
