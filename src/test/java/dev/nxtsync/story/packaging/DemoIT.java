package dev.nxtsync.story.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.nxtsync.sandbox.Demo;
import dev.nxtsync.support.Daemon;

/** The demo, with a shorter outage. */
@Tag("packaging")
class DemoIT {
    private static final Pattern PORT = Pattern.compile("127\\.0\\.0\\.1:(\\d+)");
    private static final Pattern COMMAND = Pattern.compile("(?m)^  (\\S.*)$");

    @Test
    void itGetsThroughAllItsStepsOffersCommandsThatRunAndLeavesNothingWhenAPersonStopsIt(@TempDir Path directory)
            throws Exception {
        Path said = directory.resolve("said");
        var demo = new ProcessBuilder(Daemon.java(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Ddemo.outage=3",
                "-Dnxt.quick=" + System.getProperty("nxt.quick"), "-cp", System.getProperty("java.class.path"),
                Demo.class.getName()).redirectErrorStream(true).redirectOutput(said.toFile()).start();
        List<ProcessHandle> children;
        try {
            await().atMost(Duration.ofMinutes(3)).until(() -> !demo.isAlive()
                    || Files.readString(said).contains("Ctrl-C ends everything, and removes target/demo.env."));
            children = demo.descendants().toList();
            String shown = Files.readString(said);
            assertThat(shown).contains("1. Pull:", "2. Token:", "3. Push:", "4. Webhook:", "5. Outage:")
                    .containsPattern("\\d,\\d{3} rows came in \\d").containsPattern(" AS +\\d+ orders +\\d+\\.\\d\\d\n")
                    .contains("no call had to wait for it.").containsPattern("Order \\d+ was made in")
                    .contains("the total that Business NXT gave it: 1373.00.")
                    .containsPattern(" \\d+(\\.\\d)? m?s later the change is in PostgreSQL\\.")
                    .contains("Health says: ", "The API is back. ").doesNotContain("Exception", "WARN", "ERROR");
            assertThat(shown.lines()).hasSizeLessThan(45).allMatch(line -> line.length() <= 160);
            var commands = COMMAND.matcher(shown.substring(shown.indexOf("Five commands"))).results()
                    .map(each -> each.group(1)).toList();
            assertThat(commands).hasSize(5);
            var psql = Pattern.compile("//postgres@(\\S+)").matcher(commands.get(4));
            assertThat(psql.find()).isTrue();
            try (var connection = DriverManager.getConnection("jdbc:postgresql://" + psql.group(1), "postgres", "");
                    var statement = connection.createStatement();
                    var zone = statement.executeQuery("""
                            select array_to_string(setconfig, ' ') from pg_db_role_setting
                            join pg_database on pg_database.oid = setdatabase
                            where datname = current_database() and setrole = 0""")) {
                assertThat(zone.next()).isTrue();
                assertThat(zone.getString(1)).as("times that a person sees").isEqualToIgnoringCase("timezone=UTC");
            }
            for (String command : commands) {
                runs(command);
            }
        } finally {
            // as Ctrl-C, which what is started in the background ignores
            demo.destroy();
        }
        assertThat(demo.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(said)).endsWith("Stopping …\nEverything has ended.\n");
        assertThat(children).isNotEmpty().noneMatch(ProcessHandle::isAlive);
        assertThat(PORT.matcher(Files.readString(said)).results().map(each -> Integer.parseInt(each.group(1))))
                .as("of daemon, sandbox and PostgreSQL").hasSizeGreaterThanOrEqualTo(3).noneMatch(Daemon::isInUse);
    }

    private static void runs(String command) throws Exception {
        String tool = command.contains("java") ? "java" : command.split(" ", 2)[0];
        var shell = new ProcessBuilder("sh", "-c", "command -v " + tool + " > /dev/null || exit 0; " + command)
                .redirectErrorStream(true);
        shell.environment().put("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
        var running = shell.start();
        String output = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(running.waitFor()).as(command + ":\n" + output).isZero();
    }
}
