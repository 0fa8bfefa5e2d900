package dev.nxtsync.operate;

import java.io.PrintStream;
import java.util.Map;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;

import dev.nxtsync.config.SettingsReader;

/** Tells commands from the daemon before anything starts, and refuses a configuration that the daemon could not keep to. */
@QuarkusMain
public final class NxtSync {
    static final int USAGE = 2;
    static final int FOUND_PROBLEMS = 3;

    private static final String HELP = """
            Usage: java -jar quarkus-run.jar [COMMAND]

            Without a command it runs as a daemon until it is stopped.

            Commands:
              check        says what is wrong between the client id and the last row, and what to do;
                           --wait goes on until a webhook comes, for ten minutes at most
              plan         says how many rows, requests and minutes the first loads will take
              pull NAME    runs a pull at once; --full reads every row again, --since T what changed
                           since then, --confirm-deletes lets a held reconciliation delete;
                           --company N for one company only
              verify NAME  says where source and target of a pull differ
              reset NAME   lets a pull begin anew with its next run; its rows stay
              push NAME    sends what waits of a push, and says how it stands
              dead-letters list | show ID | retry ID… [--payload FILE] | discard ID…
                           outbox rows about which a person decides
              adopt        lets an outbox that was restored, copied or failed over be sent from again

            They exit with 0 if all is well, with 2 if the command line is wrong, and with 3 if there is
            a problem.

            Settings are environment variables that begin with NXT_; see the README.
            """;

    /** A command runs beside a daemon, which has the ports, the schedule and the schema. */
    private static final Map<String, String> AS_COMMAND = Map.of(
            "quarkus.http.host-enabled", "false",
            "quarkus.http.port", "0",
            "quarkus.management.host-enabled", "false",
            "quarkus.management.port", "0",
            "quarkus.scheduler.enabled", "false",
            "quarkus.log.level", "ERROR",
            "quarkus.log.console.stderr", "true");
    private static final Map<String, Class<? extends QuarkusApplication>> COMMANDS = Map.of("check", Check.class,
            "plan", PlanCommand.class, "pull", PullCommand.class, "verify", VerifyCommand.class, "reset",
            ResetCommand.class, "push", PushCommand.class, "dead-letters", DeadLettersCommand.class, "adopt",
            AdoptCommand.class);

    private static boolean check;

    private NxtSync() {}

    public static void main(String... arguments) {
        if (arguments.length == 0) {
            daemon();
        } else if (COMMANDS.containsKey(arguments[0]) && isWhole(arguments)) {
            command(arguments);
        } else if (arguments.length == 1 && arguments[0].matches("help|--help|-h")) {
            System.out.print(HELP);
        } else {
            System.err.println("There is no command \"" + String.join(" ", arguments) + "\".\n\n" + HELP);
            System.exit(USAGE);
        }
    }

    /** Whether it is not a check with other arguments than it has; the others look at theirs by themselves. */
    private static boolean isWhole(String... arguments) {
        return !arguments[0].equals("check") || arguments.length == 1
                || (arguments.length == 2 && arguments[1].equals("--wait"));
    }

    private static void command(String... arguments) {
        AS_COMMAND.forEach(System::setProperty);
        if (arguments[0].equals("check")) {
            check = true;
            // it looks at the database by itself, also where the address is of no use
            System.setProperty("quarkus.datasource.jdbc.url", "jdbc:postgresql:unused");
        } else {
            var reading = SettingsReader.read();
            if (!reading.problems().isEmpty()) {
                refuse(reading, System.err);
                System.exit(USAGE);
            }
        }
        Quarkus.run(COMMANDS.get(arguments[0]), (exitCode, failure) -> System.exit(exitCode), arguments);
    }

    /** Whether this process only looks whether all is well, for which a person waits. */
    static boolean isCheck() {
        return check;
    }

    private static void daemon() {
        var reading = SettingsReader.read();
        reading.warnings().forEach(warning -> System.err.println("Warning: " + warning));
        if (!reading.problems().isEmpty()) {
            refuse(reading, System.err);
            System.exit(USAGE);
        }
        Quarkus.run();
    }

    private static void refuse(SettingsReader.Reading reading, PrintStream out) {
        int count = reading.problems().size();
        out.println(
                "nxt-sync does not start: " + (count == 1 ? "one setting is wrong." : count + " settings are wrong."));
        reading.problems().forEach(problem -> out.println("  " + problem));
    }
}
