package dev.nxtsync.database;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

import io.quarkus.arc.Unremovable;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Words;

/** Runs the migrations that are pending in a transaction that is rolled back, and so says what would be in their way. */
@Unremovable
@Singleton
public class MigrationDryRun {
    /** Those who push wait for our locks no longer than this. */
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final String CANCELLED = "57014";

    private final Instance<Flyway> flyway;
    private final Database database;
    private final Duration deadline;

    @Inject
    MigrationDryRun(Instance<Flyway> flyway, Database database) {
        this(flyway, database, DEADLINE);
    }

    /** @param deadline for all migrations together, in whole seconds */
    MigrationDryRun(Instance<Flyway> flyway, Database database, Duration deadline) {
        this.flyway = flyway;
        this.database = database;
        this.deadline = deadline;
    }

    /**
     * What was found.
     *
     * @param notes what nobody need do anything about
     * @param problems each with what to do
     */
    public record MigrationFindings(List<String> notes, List<Problem> problems) {}

    /** @param then looks at the database as it would be */
    public MigrationFindings run(Database.Work<MigrationFindings> then) {
        try {
            var changed = changed();
            if (changed.isPresent()) {
                return new MigrationFindings(List.of(), List.of(changed.get()));
            }
            var pending = flyway.get().info().pending();
            return database.inTransaction(transaction -> {
                var before = transaction.getConnection().setSavepoint();
                try {
                    return rehearse(transaction, pending, then);
                } finally {
                    transaction.getConnection().rollback(before);
                }
            });
        } catch (SQLException | FlywayException e) {
            return new MigrationFindings(List.of(), List.of(DatabaseFault.of(e)));
        }
    }

    /** A migration that was run here with another text, or is not there any more. */
    private Optional<Problem> changed() {
        return flyway.get().validateWithResult().invalidMigrations.stream()
                .filter(each -> each.errorDetails.errorCode != CoreErrorCode.RESOLVED_VERSIONED_MIGRATION_NOT_APPLIED)
                .findFirst()
                .map(each -> new Problem(ErrorCode.DATABASE_ERROR,
                        "The schema nxt_sync was made by other migrations than those of this version, so this version "
                                + "will not start: "
                                + Words.sentence(each.errorDetails.errorMessage.lines().findFirst().orElse(""))
                                + " Use the version that made the schema, or a schema that nobody has changed."));
    }

    private MigrationFindings failed(String script, SQLException e) throws SQLException {
        if (DatabaseFault.isAway(e)) {
            throw e;
        }
        if (CANCELLED.equals(e.getSQLState())) {
            return unfinished(script, slow());
        }
        if (DatabaseFault.isWorthAnother(e)) {
            return unfinished(script, "another transaction is in its way");
        }
        var reason = DatabaseFault.of(e);
        return new MigrationFindings(List.of(), List.of(new Problem(reason.errorCode(),
                script + " fails here, so the daemon will not become ready: " + reason.message())));
    }

    private MigrationFindings rehearse(Handle transaction, MigrationInfo[] pending,
            Database.Work<MigrationFindings> then) throws SQLException {
        var notes = new ArrayList<String>();
        String script = "";
        long end = System.nanoTime() + deadline.toNanos();
        try (Statement statement = transaction.getConnection().createStatement()) {
            Database.makeSchema(transaction, "nxt_sync");
            for (MigrationInfo each : pending) {
                script = each.getScript().substring(each.getScript().lastIndexOf('/') + 1);
                long left = Duration.ofNanos(end - System.nanoTime()).toSeconds();
                if (left < 1) {
                    return unfinished(script, slow());
                }
                // not the server's own time-out, which begins anew with each statement of a script
                statement.setQueryTimeout((int) left);
                statement.execute(text(script));
            }
        } catch (JdbiException e) {
            return failed(script, DatabaseFault.sql(e));
        } catch (SQLException e) {
            return failed(script, e);
        }
        if (pending.length > 0) {
            notes.add(Words.count(pending.length, "migration")
                    + " will be run at the start; this was tried, and rolled back");
        }
        var after = then.in(transaction);
        notes.addAll(after.notes());
        return new MigrationFindings(notes, after.problems());
    }

    private String slow() {
        return "all migrations together take longer than " + Words.time(deadline);
    }

    private static MigrationFindings unfinished(String script, String why) {
        return new MigrationFindings(List.of(script + " could not be tried to its end, because " + why
                + "; it was rolled back. The start waits longer"), List.of());
    }

    private static String text(String script) {
        try (InputStream in = Objects
                .requireNonNull(MigrationDryRun.class.getResourceAsStream("/db/migration/" + script), script)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
