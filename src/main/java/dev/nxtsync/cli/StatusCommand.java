package dev.nxtsync.cli;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;

import io.quarkus.runtime.ShutdownEvent;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.database.SqlState;
import dev.nxtsync.pull.state.PatternTables;
import dev.nxtsync.status.StatusReport;

/** The command {@code status}: what {@code GET /api/status} answers, for a person. */
@Singleton
class StatusCommand implements Command {
    private static final Duration EVERY = Duration.ofSeconds(3);

    private final StatusReport status;
    private final PatternTables tables;
    private final Pulls pulls;
    private final CountDownLatch stopping = new CountDownLatch(1);

    StatusCommand(StatusReport status, PatternTables tables, Pulls pulls) {
        this.status = status;
        this.tables = tables;
        this.pulls = pulls;
    }

    /** @param watch again and again, until a person stops it; a database that has the tables is waited for */
    int run(boolean watch) throws SQLException, InterruptedException {
        var terminal = Terminal.here(System.getenv());
        if (watch) {
            return watch(terminal);
        }
        lines(terminal, terminal.size()).forEach(System.out::println);
        return 0;
    }

    private int watch(Terminal terminal) throws SQLException, InterruptedException {
        do {
            var size = terminal.size();
            var lines = new ArrayList<String>();
            try {
                lines.addAll(lines(terminal, size));
            } catch (SQLException e) {
                if (SqlState.UNDEFINED_TABLE.equals(e.getSQLState())) {
                    throw e;
                }
                lines.addAll(Terminal.folded(Report.line("PROBLEM", "database: " + DatabaseFault.of(e).coded()),
                        size.columns(), Report.COLUMN));
                lines.add("It is asked again every " + EVERY.toSeconds() + " s. Ctrl-C ends this.");
            }
            lines.add("");
            System.out.print(terminal.isThere() ? Terminal.page(lines, size) : String.join("\n", lines) + "\n");
            if (System.out.checkError()) {
                return ExitCode.NOBODY_READS;
            }
        } while (!stopping.await(EVERY.toSeconds(), TimeUnit.SECONDS));
        return 0;
    }

    private List<String> lines(Terminal terminal, Terminal.Size size) throws SQLException {
        tables.recall(pulls);
        return StatusLayout.lines(status.askStored(), terminal, size.columns());
    }

    /** First, so that nobody waits for the next look. */
    void stop(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) ShutdownEvent event) {
        stopping.countDown();
    }
}
