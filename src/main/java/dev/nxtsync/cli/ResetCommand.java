package dev.nxtsync.cli;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import dev.nxtsync.error.Words;
import dev.nxtsync.pull.state.PullUnitStore;

/** The command {@code reset}: a pull forgets how far it has come, and keeps its rows. */
@Singleton
record ResetCommand(NamedPull named, PullUnitStore units) implements Command {
    int run(String name) throws SQLException, UnusableArgument {
        var pull = named.of(name);
        int companies = units.reset(pull.name());
        System.out.println("ok         pull " + pull.name() + " begins anew in " + Words.count(companies, "company")
                + " with its next run; its rows stay");
        return 0;
    }
}
