package dev.nxtsync.database;

import java.sql.Connection;

import org.jdbi.v3.core.Handle;

/** For tests that begin and end a transaction themselves. */
public final class Handles {
    private Handles() {}

    /** A handle as the product's, on a connection, which is closed with it. */
    public static Handle on(Connection connection) {
        return Statements.of(() -> connection).open();
    }
}
