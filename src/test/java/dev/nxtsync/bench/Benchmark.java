package dev.nxtsync.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.nxtsync.sandbox.MemoryServer;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

/**
 * Measures pulls beside bare {@code COPY} and beside a reference that reads the same answers and copies them, in one run.
 * {@code -Dbench.rows} (100,000), {@code -Dbench.load} (2,000,000), {@code -Dbench.rounds} (3) and {@code -Dbench.growth=10000000} set the size; {@code -Dbench.pushes} that of pushes.
 * {@code -Dbench.before=} the {@code quarkus-app} of another build compares this one with it instead.
 */
public final class Benchmark {
    private static final int ROWS = Integer.getInteger("bench.rows", 100_000);
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 3);
    private static final int GROWTH = Integer.getInteger("bench.growth", 1_000_000);
    private static final int LOAD = Integer.getInteger("bench.load", 2_000_000);
    private static final int PUSHES = Integer.getInteger("bench.pushes", 4_000);

    /** Figures by what they are, one for each round. */
    private final Map<String, List<Double>> figures = new LinkedHashMap<>();

    private Benchmark() {}

    public static void main(String... arguments) throws Exception {
        String before = System.getProperty("bench.before", "");
        if (!before.isEmpty()) {
            boolean isAsGood = Comparison.print(Path.of(before), ROUNDS, ROWS);
            TestDatabase.stopServer();
            System.exit(isAsGood ? 0 : 1);
        }
        Starting.print(ROUNDS);
        Listening.print(Duration.ofSeconds(30), ROUNDS);
        Pushing.measure(PUSHES, 0, ROUNDS);
        Pushing.measure(PUSHES, 200, ROUNDS);
        System.out.printf(
                "%nMedian of %d rounds (smallest to largest), %,d rows, pages of 5,000, daemon with a heap of 96 MB.%n",
                ROUNDS, ROWS);
        for (int columns : new int[]{15, 40}) {
            measure(columns, Duration.ZERO, "none");
            measure(columns, Duration.ofMillis(200), "none");
        }
        measure(15, Duration.ZERO, "gzip");
        measure(15, Duration.ZERO, "br");
        boolean isKept = Loading.print(ROUNDS, ROWS, LOAD);
        isKept &= FromStart.print(ROUNDS);
        System.out.println("\nGrowth: 10 columns, no latency");
        for (int rows = 100_000; rows <= GROWTH; rows *= 10) {
            var database = TestDatabase.create();
            try (var server = new MemoryServer(rows, 10, Duration.ZERO, "none");
                    var daemon = Course.daemon(server, database, 5000).start()) {
                double seconds = Course.loaded(server, daemon, database);
                System.out.printf(Locale.ROOT, "  %,11d rows: %7.1f s, %7.0f rows/s, peak RSS %d MB%n", rows, seconds,
                        rows / seconds, peakMemory(daemon) / 1_000_000);
            }
            database.execute("drop table nxt.\"order\"");
        }
        TestDatabase.stopServer();
        System.exit(isKept ? 0 : 1);
    }

    private static void measure(int columns, Duration latency, String compression) throws Exception {
        System.out.printf("%n%d columns, latency %d ms, compression %s%n", columns, latency.toMillis(), compression);
        var benchmark = new Benchmark();
        for (int i = 0; i < ROUNDS; i++) {
            benchmark.round(columns, latency, compression);
        }
        benchmark.figures.forEach((name, values) -> {
            Collections.sort(values);
            System.out.printf(Locale.ROOT, "  %-58s %12.2f  (%.2f to %.2f)%n", name, values.get(values.size() / 2),
                    values.get(0), values.get(values.size() - 1));
        });
    }

    private void round(int columns, Duration latency, String compression) throws Exception {
        var database = TestDatabase.create();
        try (var server = new MemoryServer(ROWS, columns, latency, compression);
                var daemon = Course.daemon(server, database, 5000).with("NXT_PULLS_ORDERS_EVERY", "24h").start()) {
            String log = database.value("select pg_current_wal_lsn()");
            double full = Course.loaded(server, daemon, database);
            figure("full pull, rows/s", ROWS / full);
            wal(database, log, "new rows", ROWS);
            figure("CPU seconds of the daemon, start and full pull", cpu(daemon));
            figure("requests of the full pull", server.counter("requests"));
            figure("MB on the wire", server.counter("bytes") / 1e6);
            double reference = Course.reference(server, database, 5000,
                    compression.equals("none") ? "identity" : compression);
            figure("reference, rows/s", ROWS / reference);
            figure("full pull / reference", reference / full);
            double bare = Course.bareCopy(database);
            figure("bare COPY, rows/s", ROWS / bare);
            figure("full pull / bare COPY", bare / full);

            // a change of one row in a hundred, then nothing new
            int changed = ROWS / 100;
            server.change(changed);
            log = database.value("select pg_current_wal_lsn()");
            long requests = server.counter("requests");
            figure("increment of 1 % changed rows, rows/s", changed / Course.run(database, "poll"));
            wal(database, log, "changed rows", changed);
            figure("requests of the increment", server.counter("requests") - requests);
            requests = server.counter("requests");
            figure("quiet poll, ms", Course.run(database, "poll") * 1000);
            figure("requests of the quiet poll", server.counter("requests") - requests);
            requests = server.counter("requests");
            figure("reconciliation that reads 1 % again, rows/s", ROWS / Course.run(database, "reconciliation"));
            figure("requests of the reconciliation", server.counter("requests") - requests);
            log = database.value("select pg_current_wal_lsn()");
            database.execute("insert into nxt_sync.pass (pull, company, kind) values ('orders', " + MemoryServer.COMPANY
                    + ", 'load')");
            server.change(0);
            double before = cpu(daemon);
            figure("full pull of unchanged rows, rows/s", ROWS / Course.run(database, "load"));
            figure("CPU seconds of it per million rows", (cpu(daemon) - before) * 1e6 / ROWS);
            wal(database, log, "rows, 1 % of them changed back", ROWS);
            figure("peak RSS, MB", peakMemory(daemon) / 1e6);
            figure("heap after all of it, MB", daemon.metric("jvm_memory_used_bytes", "area=\"heap\"") / 1e6);
        }
        database.execute("drop table if exists nxt.\"order\", reference, bare");
    }

    private void figure(String name, Number value) {
        figures.computeIfAbsent(name, each -> new ArrayList<>()).add(value.doubleValue());
    }

    private void wal(TestDatabase database, String from, String what, long rows) {
        double bytes = Double
                .parseDouble(database.value("select pg_wal_lsn_diff(pg_current_wal_lsn(), '" + from + "')"));
        figure("WAL, MB per million " + what, bytes / rows);
    }

    private static long peakMemory(Daemon daemon) throws Exception {
        try (var lines = Files.lines(Path.of("/proc", Long.toString(daemon.pid()), "status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024).findFirst().orElse(0);
        }
    }

    private static double cpu(Daemon daemon) {
        return ProcessHandle.of(daemon.pid()).flatMap(process -> process.info().totalCpuDuration())
                .orElse(Duration.ZERO).toMillis() / 1000.0;
    }
}
