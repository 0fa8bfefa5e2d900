package dev.nxtsync.cli;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import dev.nxtsync.pull.RunPull;

/** The command {@code pull}: runs one pull to its end, beside daemons that share the database. */
@Singleton
record PullCommand(NamedPull named, RunPull runner, CommandReplica replica) implements Command {
    int run(String name, RunPull.Request request) throws SQLException, UnusableArgument {
        var pull = named.of(name);
        var progress = new TerminalProgress();
        return replica.during(() -> runner.run(pull, request, progress::event, progress)) ? 0 : ExitCode.FOUND_PROBLEMS;
    }
}
