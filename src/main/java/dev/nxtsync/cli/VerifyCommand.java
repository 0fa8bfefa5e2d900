package dev.nxtsync.cli;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.pull.Verification;

/** The command {@code verify}: says where source and target of a pull differ. */
@Singleton
class VerifyCommand extends Command {
    private final Settings settings;
    private final Verification verification;

    VerifyCommand(Settings settings, Verification verification) {
        this.settings = settings;
        this.verification = verification;
    }

    int run(String name) throws SQLException, UnusableArgument {
        var pull = named("pull", settings.pulls(), name);
        var progress = new TerminalProgress();
        return verification.run(pull, progress::event, progress) ? 0 : ExitCode.FOUND_PROBLEMS;
    }
}
