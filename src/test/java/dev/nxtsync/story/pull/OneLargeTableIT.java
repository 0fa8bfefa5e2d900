package dev.nxtsync.story.pull;

import static dev.nxtsync.story.Pulls.loaded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/** One table of one company whose answers take long. */
@Tag("pull")
class OneLargeTableIT {
    private static final int COMPANY = 5_280_001;
    /** Of four requests in progress, one place is left to polls. */
    private static final int AT_A_TIME = 3;
    private static final int PAGE = 100;

    @ParameterizedTest
    @CsvSource({"order, order", "product, product", "orderLine, order_line"})
    void itIsReadAndReconciledWithAllRequestsThatMayBeInProgressButOne(String table, String target) {
        // small pages, so that the time of the answers is their latency
        int rows = Size.of(3_000, 20_000);
        var latency = Size.of(Duration.ofMillis(100), Duration.ofMillis(200));
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true)
                .withTokenLifetime(Duration.ofHours(1)).withRows(Map.of(table, rows)))) {
            sandbox.latency(latency);
            if (!Size.full()) {
                // of each range but the last, which has no end
                sandbox.holdRequestsWith("\"_lt\":");
            }
            try (var daemon = Daemon.on(sandbox.url(), database).with("NXT_PULLS_LARGE_TABLE", table)
                    .with("NXT_PULLS_LARGE_COMPANIES", COMPANY).with("NXT_PULLS_LARGE_PAGE_SIZE", PAGE)
                    .with("NXT_PULLS_LARGE_PAGE_SIZE_MAX", PAGE).with("NXT_PULLS_LARGE_EVERY", "1h").start()) {
                if (!Size.full()) {
                    await().atMost(Duration.ofMinutes(1)).until(() -> sandbox.held() == AT_A_TIME - 1);
                    sandbox.release();
                }
                loaded(daemon, database, 1);
                // its run is kept after it
                await().atMost(Duration.ofSeconds(30)).until(() -> database
                        .number("select count(*) from nxt_sync.run where kind = 'load' and outcome = 'ok'") == 1);
                takesAThird("load", rows, latency, database);
                assertThat(Mirror.differences(sandbox, database, COMPANY, table)).isEmpty();
                database.execute("update nxt_sync.job set due_at = now() where kind = 'reconciliation'");
                await().atMost(Duration.ofMinutes(5)).until(() -> database.number(
                        "select count(*) from nxt_sync.run where kind = 'reconciliation' and outcome = 'ok'") == 1);
                takesAThird("reconciliation", rows, latency, database);
                assertThat(database.number(
                        "select sum(rows_written + rows_deleted) from nxt_sync.run " + "where kind = 'reconciliation'"))
                        .isZero();
            }
            assertThat(database.number("select rows from nxt_sync.pull_state")).isEqualTo(rows)
                    .isEqualTo(database.count("nxt." + (target.equals("order") ? "\"order\"" : target)));
        }
    }

    private static void takesAThird(String kind, int rows, Duration latency, TestDatabase database) {
        var course = database.rows("select sum(requests) as requests, "
                + "extract(epoch from max(ended_at) - min(started_at)) as seconds from nxt_sync.run where kind = '"
                + kind + "'").get(0);
        long requests = Long.parseLong(course.get("requests"));
        double seconds = Double.parseDouble(course.get("seconds"));
        double share = seconds / (requests * latency.toMillis() / 1e3);
        Size.figure("%s: %d requests of %d ms in %.1f s, %.2f of one after the other", kind, requests,
                latency.toMillis(), seconds, share);
        assertThat(share).isLessThan(Size.of(Double.MAX_VALUE, 1.25 / AT_A_TIME));
        int pages = rows / PAGE;
        assertThat(requests).as("a page that is not full for each range").isBetween((long) pages, pages + 9L);
    }
}
