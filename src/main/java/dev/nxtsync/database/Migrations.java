package dev.nxtsync.database;

import java.sql.SQLException;

import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;

import org.flywaydb.core.Flyway;
import org.jboss.logging.Logger;

/** Brings the schema {@code nxt_sync} to this version. */
@Singleton
public class Migrations {
    private static final Logger LOG = Logger.getLogger(Migrations.class);
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
        database.useTransaction(transaction -> {
            Database.makeSchema(transaction, "nxt_sync");
        });
        flyway.get().migrate();
        database.inTransaction(Database::advanceSequences);
        done = true;
        validate(database);
    }

    /**
     * Has PostgreSQL look at the rows that were there before a check was: without the lock under which it was made, and so
     * that nobody waits for it. What is not done now is done at the next start.
     */
    static void validate(Database database) {
        try {
            database.patiently().useTransaction(transaction -> {
                Database.alone(transaction, "validation");
                transaction.createQuery("""
                        select 'alter table ' || conrelid::regclass || ' validate constraint ' || quote_ident(conname)
                        from pg_constraint where connamespace = 'nxt_sync'::regnamespace and not convalidated""")
                        .mapTo(String.class).list().forEach(transaction::execute);
            });
        } catch (SQLException e) {
            LOG.warnf(
                    "A check of a table of nxt_sync is on for new rows only, and for all rows after the next start: %s",
                    DatabaseFault.of(e).message());
        }
    }
}
