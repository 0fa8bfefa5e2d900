package dev.nxtsync.cli;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.pull.RunPull;

/** The command {@code pull}: runs one pull to its end, beside daemons that share the database. */
@Singleton
class PullCommand extends Command {
    private final Settings settings;
    private final RunPull pulls;
    private final CommandReplica replica;

    PullCommand(Settings settings, RunPull pulls, CommandReplica replica) {
        this.settings = settings;
        this.pulls = pulls;
        this.replica = replica;
    }

    int run(String name, RunPull.Request request) throws SQLException, UnusableArgument {
        var pull = named("pull", settings.pulls(), name);
        var progress = new TerminalProgress();
        return replica.during(() -> pulls.run(pull, request, progress::event, progress)) ? 0 : ExitCode.FOUND_PROBLEMS;
    }
}
