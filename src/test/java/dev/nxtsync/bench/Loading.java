package dev.nxtsync.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

import dev.nxtsync.sandbox.MemoryServer;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

/**
 * A first load, from its first request to its last commit, beside what else could be used for the same rows: a script for Node,
 * a reader in this JVM that is warm and does nothing else, and {@code COPY} from a file. With a budget that does not bind.
 */
final class Loading {
    private static final int PAGE = 5_000;
    private static final String OURS = "load, rows/s";

    private final Map<String, List<Double>> figures = new LinkedHashMap<>();

    private Loading() {}

    /** Says whether the largest load is as good as is promised. */
    static boolean print(int rounds, int... sizes) throws Exception {
        boolean isKept = true;
        for (int rows : sizes) {
            for (int columns : new int[]{15, 40}) {
                System.out.printf(Locale.ROOT, "%nA first load of %,d rows, %d columns, pages of 5,000, median of %d%n",
                        rows, columns, rounds);
                var loading = new Loading();
                for (int i = 0; i < rounds; i++) {
                    loading.round(rows, columns);
                }
                isKept &= loading.tell(rows == sizes[sizes.length - 1]);
            }
        }
        return isKept;
    }

    private void round(int rows, int columns) throws Exception {
        var database = TestDatabase.create();
        double million = rows / 1e6;
        try (var server = new MemoryServer(rows, columns, Duration.ZERO, "none")) {
            try (var daemon = Course.daemon(server, database, PAGE).start()) {
                double ours = Course.loaded(server, daemon, database);
                figure(OURS, rows / ours);
                figure("CPU seconds of the daemon per million rows, start and all", cpu(daemon) / million);
                figure("garbage, bytes a row, start and all",
                        daemon.metric("jvm_gc_memory_allocated_bytes_total", "") / rows);
            }
            // the first makes this JVM warm
            Course.reference(server, database, PAGE, "identity");
            figure("a warm reader that does nothing else, rows/s",
                    rows / Course.reference(server, database, PAGE, "identity"));
            if (Script.canRun()) {
                figure("a script for Node, rows/s", rows / Script.run(server, database, PAGE).work());
            }
            figure("COPY from a file, rows/s", rows / Course.bareCopy(database));
            EncoderAlone.measure(server, database).forEach(this::figure);
        }
        database.execute("drop table nxt.\"order\", reference, bare; drop table if exists script");
    }

    private void figure(String name, double value) {
        figures.computeIfAbsent(name, each -> new ArrayList<>()).add(value);
    }

    private boolean tell(boolean isPromised) {
        figures.forEach((name, values) -> {
            Collections.sort(values);
            System.out.printf(Locale.ROOT, "  %-58s %12.2f  (%.2f to %.2f)%n", name, median(name), values.get(0),
                    values.get(values.size() - 1));
        });
        boolean isKept = true;
        for (var promise : Map.of("a script for Node, rows/s", 2.0, "COPY from a file, rows/s", 0.6).entrySet()) {
            if (figures.containsKey(promise.getKey())) {
                double ratio = median(OURS) / median(promise.getKey());
                boolean isLess = isPromised && ratio < promise.getValue();
                System.out.printf(Locale.ROOT, "  load / %-51s %12.2f%s%n", promise.getKey(), ratio,
                        isLess ? "  LESS THAN " + promise.getValue() : "");
                isKept &= !isLess;
            }
        }
        for (var promise : Map.of("garbage, bytes a row, start and all", 600.0, EncoderAlone.GARBAGE, 100.0)
                .entrySet()) {
            if (isPromised && median(promise.getKey()) > promise.getValue()) {
                System.out.printf(Locale.ROOT, "  %s: MORE THAN %.0f%n", promise.getKey(), promise.getValue());
                isKept = false;
            }
        }
        return isKept;
    }

    private double median(String name) {
        var sorted = Objects.requireNonNull(figures.get(name)).stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    private static double cpu(Daemon daemon) {
        return ProcessHandle.of(daemon.pid()).flatMap(process -> process.info().totalCpuDuration())
                .orElse(Duration.ZERO).toMillis() / 1000.0;
    }
}
