package dev.nxtsync.http;

import java.sql.SQLException;

import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.http.server.Endpoint.Waiting;
import dev.nxtsync.http.server.HttpAnswer;
import dev.nxtsync.http.server.HttpCall;

/** What {@code /api} answers where the database cannot be used: the caller tries again, and what was done is not done twice. */
final class DatabaseAway {
    private DatabaseAway() {}

    /** What is done for a call, with the database. */
    @FunctionalInterface
    interface StoredWork {
        HttpAnswer of(HttpCall call) throws SQLException;
    }

    static Waiting unlessAway(StoredWork work) {
        return call -> {
            try {
                return work.of(call);
            } catch (SQLException e) {
                return HttpAnswer
                        .problem(503, DatabaseFault.of(e).errorCode(),
                                "The database cannot be used now. Try again: what was done already is not done twice.")
                        .with("Retry-After", "5");
            }
        };
    }
}
