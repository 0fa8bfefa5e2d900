package dev.nxtsync.cli;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import dev.nxtsync.error.Words;
import dev.nxtsync.push.outbox.OutboxOrigin;

/** The command {@code adopt}: an outbox that was restored, copied or failed over is sent from again. */
@Singleton
record AdoptCommand(OutboxOrigin origin) implements Command {
    int run() throws SQLException {
        if (origin.held().isEmpty()) {
            System.out.println("ok         the outbox is not a copy; there is nothing to adopt");
            return 0;
        }
        var untold = origin.untold();
        if (untold.isPresent()) {
            System.out.println("PROBLEM    outbox: " + untold.get().coded());
            return ExitCode.FOUND_PROBLEMS;
        }
        System.out.println("ok         the outbox is adopted; "
                + Words.count(origin.adopt(), "unfinished row is", "unfinished rows are")
                + " looked for in Business NXT for NXT_PUSH_REPEAT_AFTER before they are sent");
        return 0;
    }
}
