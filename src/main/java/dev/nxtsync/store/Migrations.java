package dev.nxtsync.store;

import java.sql.SQLException;

import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;

import org.flywaydb.core.Flyway;

/** Brings the schema {@code nxt_sync} to this version. */
@Singleton
public class Migrations {
    private final Instance<Flyway> flyway;
    private final Database database;
    private volatile boolean done;

    Migrations(Instance<Flyway> flyway, Database database) {
        this.flyway = flyway;
        this.database = database;
    }

    /** Whether {@link #run} has succeeded in this process. */
    public boolean done() {
        return done;
    }

    /**
     * Does nothing where there is nothing to do.
     *
     * @throws SQLException if the database is away, or the schema is missing and may not be made
     * @throws org.flywaydb.core.api.FlywayException if a migration fails
     */
    public void run() throws SQLException {
        database.inTransaction(transaction -> {
            Database.makeSchema(transaction, "nxt_sync");
            return true;
        });
        flyway.get().migrate();
        database.inTransaction(Database::advanceSequences);
        done = true;
    }
}
