package dev.nxtsync.cli;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import io.quarkus.runtime.QuarkusApplication;

import dev.nxtsync.config.Settings;
import dev.nxtsync.pull.state.PullUnitStore;

/** The command {@code reset}: a pull forgets how far it has come, and keeps its rows. */
@Singleton
class ResetCommand implements QuarkusApplication {
    private final Settings settings;
    private final PullUnitStore units;

    ResetCommand(Settings settings, PullUnitStore units) {
        this.settings = settings;
        this.units = units;
    }

    @Override
    public int run(String... arguments) {
        var pull = Command.named("pull", settings.pulls(), arguments);
        if (pull.isEmpty() || arguments.length > 2) {
            return ExitCode.USAGE;
        }
        try {
            int companies = units.reset(pull.get().name());
            System.out.println("ok         pull " + pull.get().name() + " begins anew in " + companies
                    + (companies == 1 ? " company" : " companies") + " with its next run; its rows stay");
            return 0;
        } catch (SQLException e) {
            return Command.problem(e);
        }
    }
}
