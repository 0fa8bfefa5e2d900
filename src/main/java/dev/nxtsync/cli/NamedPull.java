package dev.nxtsync.cli;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import dev.nxtsync.config.NameSuggestion;
import dev.nxtsync.config.Pulls;
import dev.nxtsync.config.Settings;
import dev.nxtsync.pull.state.PatternTables;

/** Finds the pull that a command names, also one that a daemon has made of a table that a pattern fits to. */
@Singleton
record NamedPull(Pulls pulls, PatternTables tables) {

    Settings.Pull of(String name) throws SQLException, UnusableArgument {
        if (!pulls.hasPatterns() || !pulls.isOfPattern(name)) {
            return Command.named("pull", pulls.all(), name);
        }
        for (var each : tables.recall(pulls)) {
            if (each.pull().equals(name) && (!each.taken() || each.lost())) {
                throw new UnusableArgument((each.lost()
                        ? "The pull \"" + name + "\" is paused. "
                        : "There is no pull \"" + name + "\": pull " + each.pattern() + " leaves out the table "
                                + each.tableName() + ". ")
                        + each.reason());
            }
        }
        if (pulls.isPattern(name) && !pulls.all().containsKey(name)) {
            throw new UnusableArgument("\"" + name + "\" is a pull of many tables. Name one of those that it makes"
                    + NameSuggestion.among(name, pulls.names()));
        }
        return Command.named("pull", pulls.all(), name);
    }
}
