package dev.nxtsync.cli;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.push.RunPush;

/** The command {@code push}: sends what waits of one push, beside daemons that share the database. */
@Singleton
class PushCommand extends Command {
    private final Settings settings;
    private final RunPush pushes;
    private final CommandReplica replica;

    PushCommand(Settings settings, RunPush pushes, CommandReplica replica) {
        this.settings = settings;
        this.pushes = pushes;
        this.replica = replica;
    }

    int run(String name) throws SQLException, UnusableArgument {
        var push = named("push", settings.pushes(), name);
        return replica.during(() -> pushes.run(push, new TerminalProgress()::event)) ? 0 : ExitCode.FOUND_PROBLEMS;
    }
}
