package dev.nxtsync.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.nxtsync.sandbox.MemoryServer;
import dev.nxtsync.support.Image;
import dev.nxtsync.support.TestDatabase;

/**
 * A first load of 200,000 rows with all that goes before it, on a database that is migrated: the image's daemon with its cache
 * from the start of its process, and the script for Node from start to exit.
 */
final class FromStart {
    private static final int ROWS = 200_000;
    private static final int COLUMNS = 15;
    private static final int PAGE = 5_000;
    private static final double PROMISED = 2;

    private FromStart() {}

    /** Says whether it takes no longer than is promised; also where there is no JDK 25 or no Node to tell by. */
    static boolean print(int rounds) throws Exception {
        var image = Image.jdk(25).map(Starting::image);
        if (image.isEmpty() || !Script.canRun()) {
            return true;
        }
        var starts = new ArrayList<Double>();
        var loads = new ArrayList<Double>();
        var scripts = new ArrayList<Double>();
        for (int i = 0; i < rounds; i++) {
            var database = TestDatabase.migrated();
            try (var server = new MemoryServer(ROWS, COLUMNS, Duration.ZERO, "none")) {
                long from = System.nanoTime();
                try (var daemon = Course.daemon(server, database, PAGE)
                        .line(image.get().entrypoint("-XX:AOTMode=on", "-Xmx96m"), image.get().directory()).start()) {
                    loads.add(Course.loaded(server, daemon, database));
                    starts.add((System.nanoTime() - from) / 1e9);
                }
                scripts.add(Script.run(server, database, PAGE).whole());
            }
            database.execute("drop table nxt.\"order\", script");
        }
        double ratio = median(starts) / median(scripts);
        System.out.printf(Locale.ROOT,
                "%nFrom start to the last of %,d rows of %d columns, JDK 25 with the cache, median of %d: %.2f s, of which "
                        + "%.2f s from the first request on; the script %.2f s, ratio %.2f%s%n",
                ROWS, COLUMNS, rounds, median(starts), median(loads), median(scripts), ratio,
                ratio > PROMISED ? "  MORE THAN " + PROMISED : "");
        return ratio <= PROMISED;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
