package dev.nxtsync.cli;

import java.util.Map;
import java.util.TimeZone;

import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.annotations.QuarkusMain;

import dev.nxtsync.config.DatabaseUrl;
import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SettingsReader;
import dev.nxtsync.http.server.UnusablePort;

/** Tells commands from the daemon before anything starts, and refuses a configuration that the daemon could not keep to. */
@QuarkusMain
public final class NxtSync {
    private static final Logger LOG = Logger.getLogger(NxtSync.class);

    private static final String HELP = """
            Usage: java -jar quarkus-run.jar [COMMAND]

            Without a command it runs as a daemon until it is stopped.

            Look:
              check [--wait]      says what is wrong between the client id and the last row, and what to do
                                  about it; with --wait also whether a webhook comes
              status              how everything stands: troubles, connections, pulls, pushes, last runs
              discover [--yaml]   tables and columns that can be read, with types and numbers of rows; with
                                  --yaml as a configuration
              plan                how many rows, requests and minutes the first loads will take
              verify NAME         where source and target of a pull differ

            Act on a pull:
              pull NAME           runs it at once: what has changed since the last time
                --full            reads every row again
                --since T         reads what has changed since T, in the server's local time
                --company N       in one company only
                --confirm-deletes reconciles, and deletes however many rows are gone
              reset NAME          lets it begin anew with its next run; its rows stay

            Act on a push:
              push NAME           sends what waits, and says how it stands
              dead-letters list | show ID | retry ID… [--payload FILE] | discard ID…
                                  outbox rows about which a person decides
              adopt               lets an outbox be sent from again that was restored, copied or failed over

            Act on a connection of a user:
              sign-in NAME        prints a link, good once and for ten minutes, by which a person signs in
              sign-out NAME       revokes what came of that; somebody else may then sign in

            A command exits with 0 if all is well, 1 if it fails unexpectedly, 2 if the command line or the
            configuration is wrong, and 3 if it has found a problem. It shares the database with daemons that
            run, opens no port, and writes what it has to say to standard output. It is a JVM of its own: in a
            pod start it with -Xmx64m, so that both fit into the memory limit.

            Settings are environment variables that begin with NXT_; see the README.
            """;

    /** A command runs beside a daemon, which has the ports and the schema. */
    private static final Map<String, String> AS_COMMAND = Map.of("quarkus.http.host-enabled", "false",
            "quarkus.log.level", "ERROR", "quarkus.log.console.stderr", "true");

    private NxtSync() {}

    public static void main(String... arguments) {
        useNoZoneOfTheHost();
        if (arguments.length == 0) {
            daemon();
        } else if (arguments.length == 1 && arguments[0].matches("help|--help|-h")) {
            System.out.print(HELP);
        } else {
            CommandLine.flaw(arguments).ifPresent(flaw -> {
                System.err.println(flaw + "\n\n" + HELP);
                System.exit(ExitCode.USAGE);
            });
            command(arguments);
        }
    }

    /**
     * The driver tells PostgreSQL the zone of the JVM at the login, and is refused where PostgreSQL does not know it. Nothing
     * of ours depends on that zone but the log.
     */
    private static void useNoZoneOfTheHost() {
        System.setProperty("log.zone", TimeZone.getDefault().getID());
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
    }

    private static void command(String... arguments) {
        AS_COMMAND.forEach(System::setProperty);
        var reading = SettingsReader.read();
        String url = reading.settings().database().url();
        if (arguments[0].equals("check")) {
            if (!reading.readable()) {
                System.exit(CheckCommand.unreadable(reading));
            }
            if (url.isEmpty() || DatabaseUrl.flaw(url).isPresent()) {
                // it looks at the database by itself, also where the address is of no use
                url = "jdbc:postgresql:unused";
            }
        } else if (!reading.problems().isEmpty()) {
            refuse(reading, new EarlyLog(Settings.Log.TEXT));
            System.exit(ExitCode.USAGE);
        }
        FrameworkSettings.give(url, 0);
        Quarkus.run(CommandRunner.class, (exitCode, failure) -> System.exit(exitCode), arguments);
    }

    private static void daemon() {
        var reading = SettingsReader.read();
        var log = new EarlyLog(reading.settings().log());
        reading.warnings().forEach(warning -> System.err.println(log.line("WARN", "Warning: " + warning)));
        if (!reading.problems().isEmpty()) {
            refuse(reading, log);
            System.exit(ExitCode.USAGE);
        }
        if (reading.settings().log() == Settings.Log.JSON) {
            System.setProperty("quarkus.log.console.json.enabled", "true");
        }
        FrameworkSettings.give(reading.settings().database().url(), reading.settings().management().port());
        Quarkus.run(null, (exitCode, failure) -> end(log, exitCode, failure));
    }

    /** @param failure of the start; null if it was one that ended in an orderly way */
    private static void end(EarlyLog log, int exitCode, @Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            var unusable = cause instanceof UnusablePort ours
                    ? ours
                    : cause instanceof QuarkusBindException taken ? new UnusablePort(taken) : null;
            if (unusable != null) {
                System.err.println(log.doesNotStart(String.valueOf(unusable.getMessage())));
                System.exit(ExitCode.USAGE);
            }
        }
        if (failure != null) {
            LOG.error("nxt-sync does not start", failure);
        }
        System.exit(exitCode);
    }

    private static void refuse(SettingsReader.SettingsRead reading, EarlyLog log) {
        int count = reading.problems().size();
        System.err.println(log.doesNotStart(count == 1 ? "one setting is wrong." : count + " settings are wrong."));
        reading.problems().forEach(problem -> System.err.println(log.line("ERROR", "  " + problem)));
    }
}
