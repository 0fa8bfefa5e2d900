package dev.nxtsync.story.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.bench.Course;
import dev.nxtsync.sandbox.MemoryServer;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/** Ratios are asserted at full size only; small, that all rows of a load arrive. */
@Tag("pull")
class FastEnoughIT {

    @Test
    void aLoadFromAServerThatCostsNothingIsNearlyAsFastAsReadingAndCopying() throws Exception {
        int rows = Size.of(20_000, 1_000_000);
        var ratios = new ArrayList<Double>();
        for (int i = 0; i < Size.of(1, 3); i++) {
            var database = TestDatabase.migrated();
            try (var server = new MemoryServer(rows, 20, Duration.ZERO, "none")) {
                double ours;
                try (var daemon = Course.daemon(server, database, 5000).start()) {
                    ours = Course.loaded(server, daemon, database);
                }
                assertThat(database.count("nxt.\"order\"")).isEqualTo(rows);
                if (Size.full()) {
                    ratios.add(ratio(server, database, rows, ours));
                }
            }
            database.execute("drop table nxt.\"order\"");
        }
        Collections.sort(ratios);
        if (Size.full()) {
            assertThat(ratios.get(1)).as("median of three").isGreaterThanOrEqualTo(0.7);
        }
    }

    /** Of the time that reading and copying take alone to ours. */
    private static double ratio(MemoryServer server, TestDatabase database, int rows, double ours) throws Exception {
        double reference = Course.reference(server, database, 5000, "identity");
        assertThat(database.count("reference")).isEqualTo(rows);
        double bare = Course.bareCopy(database);
        Size.figure(
                "%d rows x 20 columns, 96 MB heap: %.1f s, reference %.1f s (ratio %.2f), bare COPY %.1f s (ratio %.2f)",
                rows, ours, reference, reference / ours, bare, bare / ours);
        database.execute("drop table reference, bare");
        return reference / ours;
    }

    @Test
    void withDefaultSettingsAMillionRowsComeWithoutAPauseOfTheBudget() throws Exception {
        int rows = Size.of(40_000, 1_000_000);
        var database = TestDatabase.migrated();
        try (var server = new MemoryServer(rows, 10, Duration.ZERO, "none");
                // small, some 34 pages in ranges, of four fifths of 50 requests
                var daemon = Daemon.on(server.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order")
                        .with("NXT_BUDGET_REQUESTS_PER_MINUTE", Size.of(50, 540)).start()) {
            double seconds = Course.loaded(server, daemon, database);
            double waited = daemon.metric("nxt_budget_wait_seconds_sum", "");
            Size.figure("default settings, %d rows x 10 columns: %.1f s, of which %.3f s for the budget", rows, seconds,
                    waited);
            assertThat(database.count("nxt.\"order\"")).isEqualTo(rows);
            assertThat(waited).as("seconds").isLessThan(0.5);
        }
        database.execute("drop table nxt.\"order\"");
    }

    @Test
    void writingHidesBehindReading() throws Exception {
        assumeTrue(Size.full(), "few rows say nothing of times");
        int rows = 1_000_000;
        var ratios = new ArrayList<Double>();
        for (int i = 0; i < 3; i++) {
            var database = TestDatabase.migrated();
            try (var server = new MemoryServer(rows, 20, Duration.ofMillis(200), "none");
                    // of two in progress one is for loads: pages come one after the other
                    var daemon = Course.daemon(server, database, 5000).with("NXT_BUDGET_IN_PROGRESS", 2).start()) {
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
        assertThat(ratios.get(1)).as("median of three").isLessThanOrEqualTo(1.15);
    }
}
