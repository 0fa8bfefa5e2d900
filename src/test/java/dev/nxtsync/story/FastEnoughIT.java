package dev.nxtsync.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.nxtsync.bench.Course;
import dev.nxtsync.sandbox.MemoryServer;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/** Ratios are asserted at full size only; small, that all rows arrive. */
class FastEnoughIT {

    @Test
    void aLoadFromAServerThatCostsNothingIsNearlyAsFastAsReadingAndCopying() throws Exception {
        int rows = Size.of(20_000, 1_000_000);
        var ratios = new ArrayList<Double>();
        for (int i = 0; i < Size.of(1, 3); i++) {
            var database = TestDatabase.create();
            try (var server = new MemoryServer(rows, 20, Duration.ZERO, "none")) {
                double ours;
                try (var daemon = Course.daemon(server, database, 5000).start()) {
                    ours = Course.loaded(server, daemon, database);
                }
                assertThat(database.count("nxt.\"order\"")).isEqualTo(rows);
                double reference = Course.reference(server, database, 5000, "identity");
                assertThat(database.count("reference")).isEqualTo(rows);
                double bare = Course.bareCopy(database);
                ratios.add(reference / ours);
                Size.figure(
                        "%d rows x 20 columns, 96 MB heap: %.1f s, reference %.1f s (ratio %.2f), bare COPY %.1f s (ratio %.2f)",
                        rows, ours, reference, reference / ours, bare, bare / ours);
            }
            database.execute("drop table nxt.\"order\", reference, bare");
        }
        Collections.sort(ratios);
        if (Size.full()) {
            assertThat(ratios.get(1)).as("median of three").isGreaterThanOrEqualTo(0.7);
        }
    }

    @Test
    void writingHidesBehindReading() throws Exception {
        int rows = Size.of(20_000, 1_000_000);
        var ratios = new ArrayList<Double>();
        for (int i = 0; i < Size.of(1, 3); i++) {
            var database = TestDatabase.create();
            try (var server = new MemoryServer(rows, 20, Duration.ofMillis(200), "none")) {
                double page = page(server);
                try (var daemon = Course.daemon(server, database, 5000).start()) {
                    double ours = Course.loaded(server, daemon, database);
                    ratios.add(ours / (rows / 5000.0 * page));
                    Size.figure("%d rows at 5,000 a page, each %.0f ms: %.1f s, %.2f x the time of the pages alone",
                            rows,
                            page * 1000, ours, ours / (rows / 5000.0 * page));
                }
                assertThat(database.count("nxt.\"order\"")).isEqualTo(rows);
            }
            database.execute("drop table nxt.\"order\"");
        }
        Collections.sort(ratios);
        if (Size.full()) {
            assertThat(ratios.get(1)).as("median of three").isLessThanOrEqualTo(1.15);
        }
    }

    /** How long a page takes for a client that throws it away: the latency and the server's own time. */
    private static double page(MemoryServer server) throws Exception {
        var http = HttpClient.newHttpClient();
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            long from = System.nanoTime();
            try (InputStream in = http.send(HttpRequest.newBuilder(URI.create(server.url() + "/api/graphql-service"))
                    .POST(HttpRequest.BodyPublishers
                            .ofString("{\"operationName\":\"load_order\",\"query\":\"{ useCompany { t0: order } }\","
                                    + "\"variables\":{\"n0\":5000}}"))
                    .build(), HttpResponse.BodyHandlers.ofInputStream()).body()) {
                in.transferTo(java.io.OutputStream.nullOutputStream());
            }
            times.add((System.nanoTime() - from) / 1e9);
        }
        Collections.sort(times);
        server.restartClock();
        return times.get(4);
    }
}
