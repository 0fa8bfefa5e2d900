package dev.nxtsync.support;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;

/**
 * The daemon's classes as this JVM keeps them between its lives (JEP 350), which halves what a start costs: of hundreds of
 * short lives most is start-up. Made anew when the daemon has changed; one process makes it, and the others wait.
 */
final class ClassArchive {
    private static final Path FILE = Path.of("target", "daemons", "classes.jsa").toAbsolutePath();

    /** Most of a short life is start-up, in which a second compiler and threads that collect cost more than they bring. */
    static final List<String> QUICK = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private ClassArchive() {}

    /** What lets a JVM use it. A lock of a file is one process' against others, and not among its threads. */
    static synchronized List<String> options() {
        try {
            Files.createDirectories(FILE.getParent());
            try (var lock = FileChannel.open(FILE.resolveSibling("classes.lock"), StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE); var held = lock.lock()) {
                if (held.isValid() && !isFresh()) {
                    make();
                }
            }
            // without it a JVM starts as ever
            return List.of("-XX:SharedArchiveFile=" + FILE, "-Xshare:auto", "-Xlog:cds=off", "-Xlog:cds+dynamic=off");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static boolean isFresh() throws IOException {
        return Files.exists(FILE)
                && Files.getLastModifiedTime(FILE).compareTo(Files.getLastModifiedTime(Daemon.jar())) > 0;
    }

    private static void make() throws InterruptedException, IOException {
        Files.deleteIfExists(FILE);
        var line = new ArrayList<>(List.of(Daemon.java()));
        line.addAll(QUICK);
        line.addAll(List.of("-XX:ArchiveClassesAtExit=" + FILE, "-jar", Daemon.jar().toString()));
        var database = TestDatabase.create();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withRows(Map.of("order", 10)));
                var daemon = Daemon.on(sandbox.url(), database).with("NXT_PULLS_ANY_TABLE", "order")
                        .line(line, FILE.getParent()).start()) {
            daemon.awaitReady();
            // what most of them do
            await().atMost(Duration.ofMinutes(1)).until(
                    () -> database.number("select count(*) from nxt_sync.pull_state where loaded_at is not null") > 0);
            daemon.get("/q/metrics");
            daemon.terminate();
            daemon.exitCode();
        }
    }
}
