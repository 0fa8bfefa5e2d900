package dev.nxtsync.story.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.bench.Course;
import dev.nxtsync.sandbox.MemoryServer;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/** Ratios are asserted at full size only; small, that all rows arrive. */
@Tag("pull")
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
            try (var server = new MemoryServer(rows, 20, Duration.ofMillis(200), "none");
                    var daemon = Course.daemon(server, database, 5000).start()) {
                double ours = Course.loaded(server, daemon, database);
                double pages = rows / 5000.0 * 0.2 + server.ownSeconds();
                ratios.add(ours / pages);
                Size.figure(
                        "%d rows at 5,000 a page, latency 200 ms and %.0f ms of the server's own: %.1f s, %.2f x the time of the pages alone",
                        rows, server.ownSeconds() * 5_000_000 / rows, ours, ours / pages);
                assertThat(database.count("nxt.\"order\"")).isEqualTo(rows);
            }
            database.execute("drop table nxt.\"order\"");
        }
        Collections.sort(ratios);
        if (Size.full()) {
            assertThat(ratios.get(1)).as("median of three").isLessThanOrEqualTo(1.15);
        }
    }
}
