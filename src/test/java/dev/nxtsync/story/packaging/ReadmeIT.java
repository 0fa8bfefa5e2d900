package dev.nxtsync.story.packaging;

import static dev.nxtsync.story.Pulls.loaded;
import static dev.nxtsync.story.Pulls.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

@Tag("packaging")
class ReadmeIT {
    private static final int COMPANY = 5_280_001;

    @Test
    void everySqlOfTheReadmeRunsWhenPasted() throws Exception {
        var database = TestDatabase.create();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(2)
                .withRows(Map.of("order", 50, "orderLine", 200, "product", 10)))) {
            database.execute(
                    "create schema nxt; create schema shop; create table shop.sale (id int, customer int, total numeric)");
            var blocks = blocks();
            for (String block : blocks) {
                if (block.startsWith("-- before the first run")) {
                    database.execute(block);
                }
            }
            try (var daemon = Daemon.on(sandbox.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order")
                    .with("NXT_PULLS_LINES_TABLE", "orderLine").with("NXT_PULLS_LINES_EVERY", "1s")
                    .with("NXT_PUSHES_ORDERS_TABLE", "order").with("NXT_PUSHES_ORDERS_KEY_COLUMN", "yourReference")
                    .with("NXT_PUSHES_ORDERS_COMPANY", COMPANY).start()) {
                loaded(daemon, database, 4);
                assertThat(Mirror.differences(sandbox, database, COMPANY, "orderLine"))
                        .as("a table that was made before").isEmpty();
                sandbox.put(COMPANY, "orderLine", values("orderNo", 7, "lineNo", 2, "description", "again"));
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> Mirror.differences(sandbox, database, COMPANY, "orderLine").isEmpty());
                for (String block : blocks) {
                    if (!block.startsWith("-- before the first run")) {
                        database.execute(block);
                    }
                }
                await().atMost(Duration.ofSeconds(30)).until(() -> List.of("done", "dead")
                        .contains(database.value("select state from nxt_sync.outbox where key = 'sale-4711'")));
                assertThat(database.count("nxt.live_order")).isEqualTo(database.count("nxt.\"order\""));
            }
        }
    }

    private static List<String> blocks() throws Exception {
        var blocks = new ArrayList<String>();
        var found = Pattern.compile("(?s)```sql\n(.*?)```").matcher(Files.readString(Path.of("README.md")));
        while (found.find()) {
            blocks.add(found.group(1));
        }
        assertThat(blocks).hasSizeGreaterThan(4);
        return blocks;
    }
}
