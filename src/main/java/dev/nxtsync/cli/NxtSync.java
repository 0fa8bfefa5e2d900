package dev.nxtsync.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.stream.Stream;

import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

import io.quarkus.runtime.ApplicationLifecycleManager;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.annotations.QuarkusMain;

import dev.nxtsync.config.DatabaseUrl;
import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SettingsReader;
import dev.nxtsync.config.TraceExport;
import dev.nxtsync.http.server.UnusablePort;

/** Tells commands from the daemon before anything starts, and refuses a configuration that the daemon could not keep to. */
@QuarkusMain
public final class NxtSync {
    private static final Logger LOG = Logger.getLogger(NxtSync.class);

    /** A command runs beside a daemon, which has the ports and the schema. */
    private static final Map<String, String> AS_COMMAND = Map.of("quarkus.http.host-enabled", "false",
            "quarkus.log.level", "ERROR", "quarkus.log.console.stderr", "true");

    private NxtSync() {}

    public static void main(String... arguments) {
        useNoZoneOfTheHost();
        if (arguments.length == 0) {
            daemon();
            return;
        }
        writeUtf8WhereTheLocaleSaysNothing();
        var parsed = Commands.parse(arguments);
        System.out.print(parsed.out());
        System.err.print(parsed.err());
        if (parsed.call().isEmpty()) {
            System.exit(wholly(parsed.exitCode()));
        }
        command(arguments);
    }

    /**
     * The driver tells PostgreSQL the zone of the JVM at the login, and is refused where PostgreSQL does not know it. Nothing
     * of ours depends on that zone but the log.
     */
    private static void useNoZoneOfTheHost() {
        System.setProperty("log.zone", TimeZone.getDefault().getID());
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
    }

    /** In the locale C, which cron and services have, an ä would be a ?, also in a payload that a person is to correct. */
    private static void writeUtf8WhereTheLocaleSaysNothing() {
        if (Set.of("ANSI_X3.4-1968", "US-ASCII").contains(System.getProperty("native.encoding", ""))) {
            System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8));
        }
    }

    /** What is cut short, as on a full disk, must not be taken for all. */
    private static int wholly(int exitCode) {
        if (!System.out.checkError() || exitCode != 0) {
            return exitCode;
        }
        System.err.println("The output could not be written completely.");
        return ExitCode.UNEXPECTED;
    }

    private static void command(String... arguments) {
        AS_COMMAND.forEach(System::setProperty);
        var reading = SettingsReader.read();
        String url = reading.settings().database().url();
        if (arguments[0].equals("check")) {
            if (!reading.readable()) {
                System.exit(wholly(CheckCommand.unreadable(reading)));
            }
            if (!DatabaseUrl.isUsable(url)) {
                // it looks at the database by itself, also where the address is of no use
                url = "jdbc:postgresql:unused";
            }
        } else if (!reading.problems().isEmpty()) {
            refuse(reading, new EarlyLog(Settings.Log.TEXT));
            System.exit(ExitCode.USAGE);
        }
        FrameworkSettings.give(url, 0, false);
        Quarkus.run(CommandRunner.class, (exitCode, failure) -> System.exit(wholly(exitCode)), arguments);
    }

    private static void daemon() {
        var reading = SettingsReader.read();
        var log = new EarlyLog(reading.settings().log());
        var traces = TraceExport.of(System.getenv());
        Stream.concat(reading.warnings().stream(), traces.warnings().stream())
                .forEach(warning -> System.err.println(log.line("WARN", "Warning: " + warning)));
        if (!reading.problems().isEmpty()) {
            refuse(reading, log);
            System.exit(ExitCode.USAGE);
        }
        if (reading.settings().log() == Settings.Log.JSON) {
            System.setProperty("quarkus.log.console.json.enabled", "true");
        }
        FrameworkSettings.give(reading.settings().database().url(), reading.settings().management().port(),
                traces.endpoint().isPresent());
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
                exit(ExitCode.USAGE, failure);
                return;
            }
        }
        if (failure != null) {
            LOG.error("nxt-sync does not start", failure);
        }
        exit(exitCode, failure);
    }

    /** As the framework does, which in dev mode goes on with the next start. */
    private static void exit(int exitCode, @Nullable Throwable failure) {
        ApplicationLifecycleManager.getDefaultExitCodeHandler().accept(exitCode, failure);
    }

    private static void refuse(SettingsReader.SettingsRead reading, EarlyLog log) {
        int count = reading.problems().size();
        System.err.println(log.doesNotStart(count == 1 ? "one setting is wrong." : count + " settings are wrong."));
        reading.problems().forEach(problem -> System.err.println(log.line("ERROR", "  " + problem)));
    }
}
