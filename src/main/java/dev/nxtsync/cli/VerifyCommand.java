package dev.nxtsync.cli;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import dev.nxtsync.pull.Verification;
import dev.nxtsync.pull.state.Proofs;

/** The command {@code verify}: says where source and target of a pull differ, and has the daemon prove it anew. */
@Singleton
record VerifyCommand(NamedPull named, Verification verification, Proofs proofs) implements Command {
    int run(String name) throws SQLException, UnusableArgument {
        var pull = named.of(name);
        var progress = new TerminalProgress();
        boolean isEqual = verification.run(pull, progress::event, progress);
        // what was proven may be so no more, or may be so again
        proofs.hasten(pull.name());
        return isEqual ? 0 : ExitCode.FOUND_PROBLEMS;
    }
}
