package dev.nxtsync.cli;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.config.Settings;
import dev.nxtsync.pull.state.AbsentPull;
import dev.nxtsync.pull.state.PatternTables;

/** Finds the pull that a command names, also one that a daemon has made of a table that a pattern fits to. */
@Singleton
record NamedPull(Pulls pulls, PatternTables tables, AbsentPull absent) {

    Settings.Pull of(String name) throws SQLException, UnusableArgument {
        if (pulls.hasPatterns() && pulls.isOfPattern(name)) {
            for (var each : tables.recall(pulls)) {
                if (each.pull().equals(name) && each.lost()) {
                    throw new UnusableArgument("The pull \"" + name + "\" is paused. " + each.reason());
                }
            }
        }
        var pull = pulls.all().get(name);
        if (pull == null) {
            throw new UnusableArgument(absent.reason(name));
        }
        return pull;
    }
}
