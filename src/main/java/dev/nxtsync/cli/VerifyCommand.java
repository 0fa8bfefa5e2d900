package dev.nxtsync.cli;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import io.quarkus.runtime.QuarkusApplication;

import dev.nxtsync.config.Settings;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.pull.Verification;

/** The command {@code verify}: says where source and target of a pull differ. */
@Singleton
class VerifyCommand implements QuarkusApplication {
    private final Settings settings;
    private final Verification verification;

    VerifyCommand(Settings settings, Verification verification) {
        this.settings = settings;
        this.verification = verification;
    }

    @Override
    public int run(String... arguments) {
        var pull = Command.named("pull", settings.pulls(), arguments);
        if (pull.isEmpty() || arguments.length > 2) {
            return ExitCode.USAGE;
        }
        try {
            var progress = new TerminalProgress();
            return verification.run(pull.get(), progress::event, progress) ? 0 : ExitCode.FOUND_PROBLEMS;
        } catch (SQLException | FailedAnswer e) {
            return Command.problem(e);
        }
    }
}
