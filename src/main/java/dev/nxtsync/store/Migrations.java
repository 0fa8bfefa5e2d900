package dev.nxtsync.store;

import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;

import org.flywaydb.core.Flyway;

/** Brings the schema {@code nxt_sync} to this version. */
@Singleton
public class Migrations {
    private final Instance<Flyway> flyway;
    private volatile boolean done;

    Migrations(Instance<Flyway> flyway) {
        this.flyway = flyway;
    }

    /** Whether {@link #run} has succeeded in this process. */
    public boolean done() {
        return done;
    }

    /** @throws org.flywaydb.core.api.FlywayException if the database is away, or rights are missing */
    public void run() {
        flyway.get().migrate();
        done = true;
    }
}
