package dev.nxtsync.cli;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.push.RunPush;

/** The command {@code push}: sends what waits of one push, beside daemons that share the database. */
@Singleton
record PushCommand(Settings settings, RunPush runner, CommandReplica replica) implements Command {
    int run(String name) throws SQLException, UnusableArgument {
        var push = Command.named("push", settings.pushes(), name);
        return replica.during(() -> runner.run(push, new TerminalProgress()::event)) ? 0 : ExitCode.FOUND_PROBLEMS;
    }
}
