package dev.nxtsync.bench;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Image;
import dev.nxtsync.support.TestDatabase;

/** Measures how fast the daemon starts and how much memory it takes: the same jars with and without the image's cache. */
public final class Starting {
    private static final int COMPANY = 5_280_001;
    private static final int ROWS = 20_000;
    /** Half of the memory limit of the Deployment, as in its pod. */
    private static final String HEAP = "-Xmx256m";

    private Starting() {}

    /**
     * What was measured of one life.
     *
     * @param ready in seconds, from the start of the process
     * @param idle resident memory in bytes, before there is anything to do
     * @param afterPull the same after a first load
     */
    public record Rest(double ready, long idle, long afterPull) {}

    static void print(int rounds) throws IOException, InterruptedException {
        System.out.printf("%nStart and rest, median of %d; a first load of %,d rows%n", rounds, ROWS);
        var lines = new LinkedHashMap<String, List<String>>();
        Path directory = Path.of("target", "quarkus-app").toAbsolutePath();
        var image = Image.jdk(25).map(Starting::image);
        image.ifPresent(each -> {
            lines.put("JDK 25 with the cache", each.entrypoint("-XX:AOTMode=on", HEAP));
            lines.put("JDK 25 without", each.entrypoint("-XX:AOTMode=off", HEAP));
        });
        Image.jdk(17).ifPresent(jdk -> lines.put("JDK 17",
                List.of(jdk.resolve("bin/java").toString(), "-XX:+UseSerialGC", HEAP, "-jar", "quarkus-run.jar")));
        Map<String, Double> started = new LinkedHashMap<>();
        for (var way : lines.entrySet()) {
            Path where = way.getKey().startsWith("JDK 25") ? image.orElseThrow().directory() : directory;
            var starts = new ArrayList<Double>();
            var rests = new ArrayList<Rest>();
            for (int i = 0; i < rounds; i++) {
                starts.add(started(way.getValue(), where));
                rests.add(rest(way.getValue(), where, ROWS));
            }
            starts.sort(null);
            rests.sort(Comparator.comparing(Rest::ready));
            Rest rest = rests.get(rounds / 2);
            started.put(way.getKey(), starts.get(rounds / 2));
            System.out.printf(Locale.ROOT,
                    "  %-22s started %.2f s (ratio %.2f), ready %.2f s, RSS idle %d MB, after a pull %d MB%n",
                    way.getKey(), starts.get(rounds / 2),
                    starts.get(rounds / 2) / started.getOrDefault("JDK 25 with the cache", starts.get(rounds / 2)),
                    rest.ready(), rest.idle() / 1_000_000, rest.afterPull() / 1_000_000);
        }
        if (image.isPresent()) {
            System.out.printf(Locale.ROOT, "  layers of the image: libraries %.1f MB, ours %.1f MB, cache %.1f MB%n",
                    image.get().size("lib") / 1e6, image.get().size("app", "quarkus", "quarkus-run.jar") / 1e6,
                    image.get().size("nxt-sync.aot") / 1e6);
        }
    }

    /** Seconds until a daemon without a database has started. */
    public static double started(List<String> line, Path directory) {
        long from = System.nanoTime();
        try (var daemon = Daemon.alone().line(line, directory).start()) {
            return secondsUntil(daemon, "/q/health/started", from);
        }
    }

    /** One life on a database, with a first load of so many rows. */
    public static Rest rest(List<String> line, Path directory, int rows) {
        var database = TestDatabase.create();
        try (var sandbox = new Sandbox(
                SandboxOptions.defaults().withPort(0).withStill(true).withRows(Map.of("order", rows)))) {
            sandbox.holdRequestsWith("load_order");
            long from = System.nanoTime();
            try (var daemon = Daemon.on(sandbox.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order")
                    .with("NXT_PULLS_ORDERS_COMPANIES", COMPANY).line(line, directory).start()) {
                double ready = secondsUntil(daemon, "/q/health/ready", from);
                await().atMost(Duration.ofMinutes(1)).until(() -> sandbox.held() > 0);
                long idle = daemon.residentMemory();
                sandbox.release();
                await().atMost(Duration.ofMinutes(5)).until(() -> database.count("nxt_sync.pull_state") > 0
                        && database.number("select count(*) from nxt_sync.pull_state where loaded_at is null") == 0);
                return new Rest(ready, idle, daemon.residentMemory());
            }
        }
    }

    private static double secondsUntil(Daemon daemon, String path, long from) {
        await().atMost(Duration.ofMinutes(1)).pollDelay(Duration.ofMillis(100)).pollInterval(Duration.ofMillis(20))
                .until(() -> daemon.get(path).status() == 200);
        return (System.nanoTime() - from) / 1e9;
    }

    /** Assembles the image of this build with that JDK. */
    static Image image(Path jdk) {
        Path into = Path.of("target", "image").toAbsolutePath();
        try {
            if (Files.exists(into)) {
                try (Stream<Path> files = Files.walk(into)) {
                    for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(each);
                    }
                }
            }
            return Image.assemble(Path.of("").toAbsolutePath(), into, jdk);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
