package dev.nxtsync.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

class SmallHeapIT {

    @Test
    void pagesOf5000RowsWithMoreThan40ColumnsPassThroughAHeapOf64Megabytes() {
        int rows = Size.of(10_000, 100_000);
        var database = TestDatabase.create();
        try (var sandbox = new Sandbox(
                SandboxOptions.defaults().withPort(0).withStill(true).withRows(Map.of("order", rows)));
                var daemon = Daemon.on(sandbox.url(), database).jvm("-Xmx64m").jvm("-XX:+ExitOnOutOfMemoryError")
                        .with("NXT_PULLS_ORDERS_TABLE", "order").with("NXT_PULLS_ORDERS_COMPANIES", "5280001")
                        .with("NXT_PULLS_ORDERS_PAGE_SIZE", 5000).with("NXT_PULLS_ORDERS_EVERY", "24h").start()) {
            await().atMost(Duration.ofMinutes(9)).until(() -> {
                assertThat(daemon.isRunning()).as(daemon.output()).isTrue();
                return database.count("nxt_sync.pull_state") > 0
                        && database
                                .number("select count(*) from nxt_sync.pull_state where loaded_at is not null") == 1;
            });
            long columns = database.number(
                    "select count(*) from information_schema.columns where table_schema = 'nxt' and table_name = 'order'");
            Size.figure("64 MB heap: %d rows of %d columns, resident memory %d MB", rows, columns,
                    daemon.residentMemory() / 1_000_000);
            assertThat(columns).isGreaterThanOrEqualTo(40);
            assertThat(database.count("nxt.\"order\"")).isEqualTo(rows);
            assertThat(Mirror.differences(sandbox, database, 5_280_001, "order")).isEmpty();
        }
    }
}
