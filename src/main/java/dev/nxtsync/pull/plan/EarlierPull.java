package dev.nxtsync.pull.plan;

import java.sql.SQLException;
import java.util.Optional;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.Database;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.pull.state.PullTable;
import dev.nxtsync.pull.state.ReadColumns;

/** What a pull has been before under its name, and whether it can be what it is now. */
@Singleton
final class EarlierPull {
    private final Database database;

    EarlierPull(Database database) {
        this.database = database;
    }

    /** What is in the way of a plan; empty if nothing is, and then it is known what the pull is from now on. */
    Optional<Problem> obstacle(PullPlan plan) throws SQLException {
        return database.inTransaction(transaction -> {
            String table = plan.table().name();
            var other = PullTable.find(transaction, plan.name()).filter(before -> !before.equals(table));
            // what has read nothing is free to become something else
            var obstacle = other.isEmpty()
                    ? vanished(transaction, plan)
                    : other.filter(before -> PullTable.hasBegun(transaction, plan.name()))
                            .map(before -> otherTable(plan, before));
            if (obstacle.isEmpty()) {
                PullTable.keep(transaction, plan.name(), table);
            }
            return obstacle;
        });
    }

    private static Problem otherTable(PullPlan plan, String before) {
        String table = plan.table().name();
        String example = table.equalsIgnoreCase(plan.name())
                ? ""
                : ", such as " + Settings.Pull.variable(table, "TABLE") + "=" + table + " if there is no such pull";
        return new Problem(ErrorCode.CONFIGURATION,
                "The pull " + plan.name() + " has been one of the table " + before
                        + ", and how far it has come is about that. Now it is to be one of " + table
                        + ". Give it another name" + example + ". Or, to begin anew under this name, run: java -jar "
                        + "quarkus-run.jar reset " + plan.name() + ". The rows of " + before + " stay where they are.");
    }

    private static Optional<Problem> vanished(Handle transaction, PullPlan plan) {
        var vanished = ReadColumns.find(transaction, plan.name());
        vanished.removeAll(plan.table().columns().keySet());
        vanished.removeAll(plan.pull().except());
        return vanished.isEmpty()
                ? Optional.empty()
                : Optional.of(new Problem(ErrorCode.COLUMN_VANISHED, "The table " + plan.table().name()
                        + " no longer has " + String.join(", ", vanished)
                        + ", or the client id may no longer read it. Give the right back: the pull goes on by itself. "
                        + "To go on without the column, run: java -jar quarkus-run.jar reset " + plan.name()));
    }
}
