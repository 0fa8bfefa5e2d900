package dev.nxtsync.cli;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import dev.nxtsync.pull.Verification;

/** The command {@code verify}: says where source and target of a pull differ. */
@Singleton
record VerifyCommand(NamedPull named, Verification verification) implements Command {
    int run(String name) throws SQLException, UnusableArgument {
        var pull = named.of(name);
        var progress = new TerminalProgress();
        return verification.run(pull, progress::event, progress) ? 0 : ExitCode.FOUND_PROBLEMS;
    }
}
