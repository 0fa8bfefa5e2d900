package dev.nxtsync.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.nxtsync.sandbox.MemoryServer;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

/**
 * This build beside another one, in turn, on the same machine in the same minutes: how soon it is ready, what memory it takes,
 * and how fast it loads. A median that is worse by more than a tenth makes the run fail.
 */
final class Comparison {
    private static final double MOST = 1.10;

    /** Of the other build and of this one, one for each round. */
    private final Map<String, List<List<Double>>> figures = new LinkedHashMap<>();

    private Comparison() {}

    /**
     * @param other the directory {@code quarkus-app} of the other build
     * @return whether this build is as good
     */
    static boolean print(Path other, int rounds, int rows) throws Exception {
        System.out.printf("%nThis build beside %s, median of %d; loads of %,d rows%n", other, rounds, rows);
        var comparison = new Comparison();
        var builds = List.of(other.toAbsolutePath(), Daemon.jar().getParent());
        for (int i = 0; i < rounds; i++) {
            // neither is always the first
            for (int build : i % 2 == 0 ? new int[]{0, 1} : new int[]{1, 0}) {
                comparison.measure(builds.get(build), build, rows);
            }
        }
        return comparison.isAsGood();
    }

    private void measure(Path build, int which, int rows) throws Exception {
        var line = List.of(Daemon.java(), "-XX:+UseSerialGC", "-Xmx96m", "-XX:+ExitOnOutOfMemoryError", "-jar",
                build.resolve("quarkus-run.jar").toString());
        var rest = Starting.rest(line, build, 20_000);
        figure("ready, s", which, rest.ready());
        figure("RSS idle, MB", which, rest.idle() / 1e6);
        figure("RSS after a load of 20,000 rows, MB", which, rest.afterPull() / 1e6);
        var database = TestDatabase.create();
        try (var server = new MemoryServer(rows, 10, Duration.ZERO, "none");
                var daemon = Course.daemon(server, database, 5000).line(line, build).start()) {
            double million = 1e6 / rows;
            figure("seconds of a load per million rows", which, Course.loaded(server, daemon, database) * million);
            figure("the same of a reconciliation", which, Course.run(database, "reconciliation") * million);
            database.execute("insert into nxt_sync.pass (pull, company, kind) values ('orders', " + MemoryServer.COMPANY
                    + ", 'load')");
            figure("the same of a load of unchanged rows", which, Course.run(database, "load") * million);
        }
    }

    private void figure(String name, int build, double value) {
        figures.computeIfAbsent(name, each -> List.of(new ArrayList<>(), new ArrayList<>())).get(build).add(value);
    }

    private boolean isAsGood() {
        boolean isAsGood = true;
        for (var figure : figures.entrySet()) {
            double before = median(figure.getValue().get(0));
            double now = median(figure.getValue().get(1));
            boolean isWorse = now > MOST * before;
            System.out.printf(Locale.ROOT, "  %-40s before %8.2f, now %8.2f, ratio %.2f%s%n", figure.getKey(), before,
                    now, now / before, isWorse ? "  WORSE" : "");
            isAsGood &= !isWorse;
        }
        return isAsGood;
    }

    private static double median(List<Double> values) {
        var sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
