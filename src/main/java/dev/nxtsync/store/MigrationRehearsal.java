package dev.nxtsync.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;

import io.quarkus.arc.Unremovable;

import dev.nxtsync.trouble.Reason;
import dev.nxtsync.trouble.Trouble;

/** Runs the migrations that are pending in a transaction that is rolled back, and so says what would be in their way. */
@Unremovable
@Singleton
public class MigrationRehearsal {
    /** Those who push wait for a lock of ours no longer than this. */
    private static final String BRIEFLY = "set local statement_timeout = '5s'";
    private static final String CANCELLED = "57014";
    private static final Set<String> PASSING = Set.of(Database.LOCK_TIME_OUT, CANCELLED);

    private final Instance<Flyway> flyway;
    private final Database database;

    MigrationRehearsal(Instance<Flyway> flyway, Database database) {
        this.flyway = flyway;
        this.database = database;
    }

    /**
     * What was found.
     *
     * @param notes what nobody need do anything about
     * @param problems each with what to do
     */
    public record Findings(List<String> notes, List<Reason> problems) {}

    /** @param pushing whether anything is to be sent */
    public Findings run(boolean pushing) {
        try {
            var changed = changed();
            if (changed.isPresent()) {
                return new Findings(List.of(), List.of(changed.get()));
            }
            var pending = flyway.get().info().pending();
            return database.inTransaction(transaction -> {
                var before = transaction.setSavepoint();
                try {
                    return rehearse(transaction, pending, pushing);
                } finally {
                    transaction.rollback(before);
                }
            });
        } catch (SQLException | FlywayException e) {
            return new Findings(List.of(), List.of(DatabaseFault.of(e)));
        }
    }

    /** A migration that was run here with another text, or is not there any more. */
    private Optional<Reason> changed() {
        return flyway.get().validateWithResult().invalidMigrations.stream()
                .filter(each -> each.errorDetails.errorCode != CoreErrorCode.RESOLVED_VERSIONED_MIGRATION_NOT_APPLIED)
                .findFirst()
                .map(each -> new Reason(Trouble.DATABASE_ERROR,
                        "The schema nxt_sync was made by other migrations than this "
                                + "version's, so that it will not start: "
                                + each.errorDetails.errorMessage.lines().findFirst().orElse("")
                                + ". Use the version that made it, or a schema that nobody has changed."));
    }

    private static Findings rehearse(Connection transaction, MigrationInfo[] pending, boolean pushing)
            throws SQLException {
        var notes = new ArrayList<String>();
        String script = "";
        try (Statement statement = transaction.createStatement()) {
            statement.execute(BRIEFLY);
            Database.makeSchema(transaction, "nxt_sync");
            for (MigrationInfo each : pending) {
                script = each.getScript().substring(each.getScript().lastIndexOf('/') + 1);
                statement.execute(text(script));
            }
        } catch (SQLException e) {
            if (PASSING.contains(String.valueOf(e.getSQLState()))) {
                return new Findings(List.of(script + " was tried, and rolled back before its end, since another "
                        + "transaction holds a lock or it takes long; the start is more patient"), List.of());
            }
            var reason = DatabaseFault.of(e);
            return new Findings(List.of(), List.of(new Reason(reason.trouble(),
                    script + " fails here, so that the daemon will not become ready: " + reason.message())));
        }
        if (pending.length > 0) {
            notes.add(pending.length + (pending.length == 1 ? " migration" : " migrations")
                    + " will be run at the start; that was tried, and rolled back");
        }
        var refused = OutboxHome.held(transaction).filter(each -> each.trouble() == Trouble.WAL_REFUSED);
        if (!pushing) {
            refused.ifPresent(each -> notes.add("pulls would run, and pushes would not: " + each.message()));
        }
        return new Findings(notes, pushing ? refused.stream().toList() : List.of());
    }

    private static String text(String script) {
        try (InputStream in = Objects.requireNonNull(
                MigrationRehearsal.class.getResourceAsStream("/db/migration/" + script), script)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
