package dev.nxtsync.cli;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

import jakarta.inject.Singleton;

import io.quarkus.runtime.QuarkusApplication;

import dev.nxtsync.config.Settings;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.pull.RunPull;

/** The command {@code pull}: runs one pull to its end, beside daemons that share the database. */
@Singleton
class PullCommand implements QuarkusApplication {
    private final Settings settings;
    private final RunPull pulls;
    private final CommandReplica replica;

    PullCommand(Settings settings, RunPull pulls, CommandReplica replica) {
        this.settings = settings;
        this.pulls = pulls;
        this.replica = replica;
    }

    @Override
    public int run(String... arguments) {
        var pull = Command.named("pull", settings.pulls(), arguments);
        Optional<RunPull.Request> request = request(
                new ArrayDeque<>(List.of(arguments).subList(Math.min(2, arguments.length), arguments.length)));
        if (pull.isEmpty() || request.isEmpty()) {
            return ExitCode.USAGE;
        }
        try {
            var progress = new TerminalProgress();
            return replica.during(() -> pulls.run(pull.get(), request.get(), progress::event, progress))
                    ? 0
                    : ExitCode.FOUND_PROBLEMS;
        } catch (SQLException | FailedAnswer e) {
            return Command.problem(e);
        }
    }

    private static Optional<RunPull.Request> request(Deque<String> options) {
        boolean full = false;
        boolean confirm = false;
        Optional<String> since = Optional.empty();
        Optional<Integer> company = Optional.empty();
        while (!options.isEmpty()) {
            String option = options.removeFirst();
            switch (option) {
                case "--full" -> full = true;
                case "--confirm-deletes" -> confirm = true;
                case "--since" -> since = Optional.of(String.valueOf(options.pollFirst()));
                case "--company" -> {
                    String number = String.valueOf(options.pollFirst());
                    if (!number.matches("\\d{1,9}")) {
                        System.err.println("--company takes a company's number, not \"" + number + "\"");
                        return Optional.empty();
                    }
                    company = Optional.of(Integer.valueOf(number));
                }
                default -> {
                    System.err.println("There is no option \"" + option
                            + "\"; pull knows --full, --since T, --company N and --confirm-deletes");
                    return Optional.empty();
                }
            }
        }
        if (since.filter(text -> !text.matches("\\d{4}-\\d\\d-\\d\\d([T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,7})?)?)?"))
                .isPresent()) {
            System.err.println("--since takes a date, or a date and time, in the server's local time, such as "
                    + "\"2026-10-01 12:00:00\", not \"" + since.get() + "\"");
            return Optional.empty();
        }
        if ((full ? 1 : 0) + (confirm ? 1 : 0) + (since.isPresent() ? 1 : 0) > 1) {
            System.err.println("--full, --since and --confirm-deletes are three different things; give one of them");
            return Optional.empty();
        }
        return Optional.of(new RunPull.Request(full, since.map(PullCommand::whole), company, confirm));
    }

    private static String whole(String since) {
        return since.length() == 10 ? since + " 00:00:00" : since.length() == 16 ? since + ":00" : since;
    }
}
