package dev.nxtsync.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;

import jakarta.inject.Singleton;

import org.postgresql.jdbc.PgConnection;

import io.agroal.api.AgroalPoolInterceptor;

/**
 * Since when each connection is known. The pool may make one for a caller who is then served by another, so that it has been
 * idle, and perhaps lost, before it is lent for the first time. For any thread.
 */
@Singleton
class ConnectionAges implements AgroalPoolInterceptor {
    private final Map<PgConnection, Long> since = Collections.synchronizedMap(new WeakHashMap<>());

    @Override
    public void onConnectionCreate(Connection connection) {
        try {
            met(connection);
        } catch (SQLException e) {
            throw new IllegalStateException("The pool has a connection that is none of PostgreSQL's driver.", e);
        }
    }

    /** @param time of {@link System#nanoTime}; what was not known before is no older */
    boolean isOlder(Connection connection, long time) throws SQLException {
        return met(connection) - time < 0;
    }

    /** When it was met first, be it now. */
    private long met(Connection connection) throws SQLException {
        return since.computeIfAbsent(connection.unwrap(PgConnection.class), unknown -> System.nanoTime());
    }
}
