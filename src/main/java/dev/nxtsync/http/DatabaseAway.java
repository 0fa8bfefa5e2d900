package dev.nxtsync.http;

import java.sql.SQLException;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.http.server.Endpoint.Waiting;
import dev.nxtsync.http.server.HttpAnswer;
import dev.nxtsync.http.server.HttpCall;

/** What all of {@code /api} answers where something that it needs is away: nothing was done, and the caller tries again. */
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
                return HttpAnswer.problem(503, ErrorCode.DATABASE_AWAY, "The database is away; nothing was done.")
                        .with("Retry-After", "5");
            }
        };
    }
}
