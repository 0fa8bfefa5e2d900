package dev.nxtsync.cli;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import io.quarkus.runtime.QuarkusApplication;

import dev.nxtsync.push.outbox.OutboxOrigin;

/** The command {@code adopt}: an outbox that was restored, copied or failed over is sent from again. */
@Singleton
class AdoptCommand implements QuarkusApplication {
    private final OutboxOrigin origin;

    AdoptCommand(OutboxOrigin origin) {
        this.origin = origin;
    }

    @Override
    public int run(String... arguments) {
        if (arguments.length > 1) {
            System.err.println("adopt takes no arguments");
            return ExitCode.USAGE;
        }
        try {
            if (origin.held().isEmpty()) {
                System.out.println("ok         the outbox is at home; there is nothing to adopt");
                return 0;
            }
            var untold = origin.untold();
            if (untold.isPresent()) {
                System.out.println("PROBLEM    outbox: " + untold.get().coded());
                return ExitCode.FOUND_PROBLEMS;
            }
            System.out.println("ok         the outbox is adopted; " + origin.adopt()
                    + " unfinished rows are looked for in Business NXT for NXT_PUSH_REPEAT_AFTER before they are sent");
            return 0;
        } catch (SQLException e) {
            return Command.problem(e);
        }
    }
}
