package dev.nxtsync.cli;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import io.quarkus.runtime.QuarkusApplication;

import dev.nxtsync.config.Settings;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.push.RunPush;

/** The command {@code push}: sends what waits of one push, beside daemons that share the database. */
@Singleton
class PushCommand implements QuarkusApplication {
    private final Settings settings;
    private final RunPush pushes;
    private final CommandReplica replica;

    PushCommand(Settings settings, RunPush pushes, CommandReplica replica) {
        this.settings = settings;
        this.pushes = pushes;
        this.replica = replica;
    }

    @Override
    public int run(String... arguments) {
        var push = Command.named("push", settings.pushes(), arguments);
        if (push.isEmpty() || arguments.length > 2) {
            return ExitCode.USAGE;
        }
        try {
            return replica.during(() -> pushes.run(push.get(), event -> System.out.println(WorkLine.of(event))))
                    ? 0
                    : ExitCode.FOUND_PROBLEMS;
        } catch (SQLException | FailedAnswer e) {
            return Command.problem(e);
        }
    }
}
