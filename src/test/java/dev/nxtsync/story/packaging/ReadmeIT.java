package dev.nxtsync.story.packaging;

import static dev.nxtsync.story.Pulls.loaded;
import static dev.nxtsync.story.Pulls.values;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.MarkdownPage;
import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

/** What the documents tell people to paste does what they say. */
@Tag("packaging")
class ReadmeIT {
    private static final int COMPANY = 5_280_001;
    private static final List<MarkdownPage> PAGES = Stream
            .of("README.md", "docs/getting-started.md", "docs/pulling.md", "docs/pushing.md", "docs/webhooks.md")
            .map(MarkdownPage::of).toList();
    private static final Pattern EXPORTED = Pattern.compile("(?<=export | )(NXT_[A-Z_]+)=(\\S+)");

    @Test
    void everySqlOfTheDocumentsRunsWhenPasted() throws Exception {
        var database = TestDatabase.create();
        try (var sandbox = sandbox()) {
            database.execute(
                    "create schema nxt; create schema shop; create table shop.sale (id int, customer int, total numeric)");
            var blocks = PAGES.stream().flatMap(page -> page.blocks("sql").stream()).toList();
            assertThat(blocks).hasSizeGreaterThan(8);
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

    /** With nothing set but what it sets, and the sandbox in the place of Visma. */
    @Test
    void theLinesOfTheReadmeLeadToATable() throws Exception {
        var database = TestDatabase.create();
        var lines = PAGES.get(0).blocks("sh").stream().filter(block -> block.contains("export")).toList();
        assertThat(lines).hasSize(1);
        assertThat(lines.get(0).lines()).hasSizeLessThanOrEqualTo(10);
        try (var sandbox = sandbox()) {
            var ofTenant = Map.of("NXT_CLIENT_ID", "isv_demo", "NXT_CLIENT_SECRET", "demo+secret%/:1",
                    "NXT_DATABASE_URL", database.url(), "NXT_DATABASE_USER", database.user(), "NXT_DATABASE_PASSWORD",
                    "none");
            var builder = new Daemon.Builder().with("NXT_ISSUER", sandbox.url()).with("NXT_API_URL", sandbox.url());
            EXPORTED.matcher(lines.get(0)).results()
                    .forEach(each -> builder.with(each.group(1), ofTenant.getOrDefault(each.group(1), each.group(2))));
            assertThat(builder.run(0, "check")).contains("All is well.");
            try (var daemon = builder.command().start()) {
                loaded(daemon, database, 2);
                assertThat(database.rows(PAGES.get(0).blocks("sql").get(0).replace(";", ""))).hasSize(10);
            }
        }
    }

    /** Each line that the guide quotes, but for what stands in the place of the three dots. */
    @Test
    void whatCheckSaysWhenAStepIsMissingIsWhatTheGuideQuotes() throws Exception {
        var database = TestDatabase.create();
        String said;
        try (var sandbox = sandbox();
                var scope = sandbox();
                var type = sandbox();
                var nobody = sandbox();
                var empty = sandbox();
                var partly = sandbox()) {
            scope.refuseTokensWith("invalid_scope");
            type.refuseTokensWith("unauthorized_client");
            nobody.listCustomers(false);
            empty.list(COMPANY, false);
            empty.list(COMPANY + 1, false);
            partly.grant(COMPANY + 1, false);
            var bare = new Daemon.Builder();
            var wrong = check(sandbox, database).with("NXT_CLIENT_SECRET", "wrong").with("NXT_DATABASE_URL",
                    "jdbc:postgresql://127.0.0.1:" + Daemon.freePort() + "/erp");
            var typo = check(sandbox, database).with("NXT_PULLS_ORDERS_TABLE", "ordr");
            said = Stream
                    .of(bare, wrong, typo, check(scope, database), check(type, database), check(nobody, database),
                            check(empty, database), check(partly, database))
                    .map(each -> said(each, 3)).collect(joining());
            said += said(check(sandbox, database).with("NXT_PULLS_LINES_TABLE", "orderLine"), 0);
        }
        var quoted = PAGES.get(1).blocks("text").stream().flatMap(String::lines).toList();
        assertThat(quoted).hasSizeGreaterThan(12);
        var lines = said.replace("isv_demo", "isv_example").lines().toList();
        for (String quote : quoted) {
            var line = Pattern.compile(Stream.of(quote.split("…", -1)).map(Pattern::quote).collect(joining(".*")));
            assertThat(lines).as(quote).anyMatch(each -> line.matcher(each).matches());
        }
    }

    private static Daemon.Builder check(Sandbox sandbox, TestDatabase database) {
        return Daemon.on(sandbox.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order");
    }

    private static String said(Daemon.Builder builder, int exitCode) {
        try {
            return builder.run(exitCode, "check");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Sandbox sandbox() throws Exception {
        return new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(2)
                .withRows(Map.of("order", 50, "orderLine", 200, "product", 10)));
    }
}
