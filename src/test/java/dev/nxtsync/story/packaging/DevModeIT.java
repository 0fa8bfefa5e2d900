package dev.nxtsync.story.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.Tree;

/** What a contributor works with: the daemon, which takes up each change, and what it talks to beside it. */
@Tag("packaging")
class DevModeIT {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Path CHANGED = Path.of("src/main/java/dev/nxtsync/health/HealthChecks.java");

    /** On a copy, with the classes of this build. Maven fetches what only dev mode needs, if it is the first time. */
    @Test
    @Timeout(value = 4, unit = TimeUnit.MINUTES)
    void itStartsTakesUpAChangeAndStopsWithAllThatItHasStarted(@TempDir Path directory) throws Exception {
        assumeTrue(Size.full(), "no user meets it, and it costs as much as three other stories");
        Files.createDirectories(directory.resolve("docs"));
        for (String each : List.of("src", "pom.xml", "mvnw", ".mvn", "LICENSE", "docs/openapi.yaml", "target/classes",
                "target/test-classes")) {
            Tree.copy(Path.of(each), directory.resolve(each));
        }
        List<Integer> ports = IntStream.range(0, 4).mapToObj(i -> Daemon.freePort()).toList();
        Path said = Files.createDirectories(Path.of("target", "daemons")).resolve("quarkus-dev.log");
        var builder = new ProcessBuilder("./mvnw", "-Dmaven.repo.local=" + System.getProperty("nxt.repository"),
                "-Dmaven.main.skip", "-Dmaven.test.skip", "-Dformatter.skip", "-Dimpsort.skip", "-Ddebug=false",
                "-Ddev.sandbox.port=" + ports.get(0), "-Ddev.database.port=" + ports.get(1), "quarkus:dev")
                .directory(directory.toFile()).redirectErrorStream(true).redirectOutput(said.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("NXT_") || name.equals("CI"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("NXT_HTTP_PORT", ports.get(2).toString());
        builder.environment().put("NXT_MANAGEMENT_PORT", ports.get(3).toString());
        String health = "http://127.0.0.1:" + ports.get(3) + "/q/health/";
        var maven = builder.start();
        List<ProcessHandle> started;
        try {
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> !maven.isAlive() || get(health + "well").contains("\"status\": \"UP\""));
            assertThat(get(health + "ready")).as(() -> read(said)).contains("\"database\"");
            Path changed = directory.resolve(CHANGED);
            Files.writeString(changed,
                    Files.readString(changed).replace("named(\"database\")", "named(\"database of a contributor\")"));
            await().atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofSeconds(1))
                    .until(() -> get(health + "ready").contains("database of a contributor"));
            started = maven.descendants().toList();
        } finally {
            // as Ctrl-C, which what is started in the background ignores
            maven.destroy();
        }
        assertThat(maven.waitFor(60, TimeUnit.SECONDS)).as(() -> read(said)).isTrue();
        assertThat(started).hasSizeGreaterThan(1);
        await().atMost(Duration.ofSeconds(30)).until(() -> started.stream().noneMatch(ProcessHandle::isAlive));
        assertThat(ports).noneMatch(Daemon::isInUse);
    }

    private static String get(String url) throws InterruptedException {
        try {
            return HTTP.send(HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(30)).build(),
                    HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            return "";
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
