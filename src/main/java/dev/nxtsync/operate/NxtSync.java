package dev.nxtsync.operate;

import java.io.PrintStream;
import java.util.Map;

import io.quarkus.runtime.Quarkus;
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
              check   says what is wrong between the client id and the last row, and what to do;
                      exits with 0 if all is well and 3 if not

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
            "quarkus.log.console.stderr", "true",
            "quarkus.datasource.jdbc.url", "jdbc:postgresql:unused");

    private static boolean command;

    private NxtSync() {}

    public static void main(String... arguments) {
        if (arguments.length == 0) {
            daemon();
        } else if (arguments.length == 1 && arguments[0].equals("check")) {
            command = true;
            AS_COMMAND.forEach(System::setProperty);
            Quarkus.run(Check.class, (exitCode, failure) -> System.exit(exitCode), arguments);
        } else if (arguments.length == 1 && arguments[0].matches("help|--help|-h")) {
            System.out.print(HELP);
        } else {
            System.err.println("There is no command \"" + String.join(" ", arguments) + "\".\n\n" + HELP);
            System.exit(USAGE);
        }
    }

    /** Whether this process is a command, which a person waits for. */
    static boolean isCommand() { return command; }

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
