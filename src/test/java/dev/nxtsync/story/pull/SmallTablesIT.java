package dev.nxtsync.story.pull;

import static dev.nxtsync.story.Pulls.loaded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

@Tag("pull")
class SmallTablesIT {
    private static final List<String> TABLES = List.of("associate", "order", "generalLedgerAccount");
    private static final List<String> KEYS = List.of("associateNo", "orderNo", "accountNo");
    /** What is asked once: for customers, companies and the schema. */
    private static final int ONCE = 3;

    private final TestDatabase database = TestDatabase.migrated();

    @Test
    void manySmallTablesAreLoadedByOneRequestForEachCompany() {
        firstLoads(Size.of(6, 40), Size.of(5, 25), Size.of(5 + ONCE, 60));
    }

    @Test
    void manyCompaniesAreLoadedByOneRequestEach() {
        firstLoads(5, Size.of(12, 500), Size.of(12 + ONCE, 550));
    }

    @Test
    void moreTablesThanOneDocumentHoldsTakeAnotherAndFitInASmallHeap() {
        // the first document may go while the last tables are planned
        firstLoads(Size.of(60, 300), Size.of(2, 25), Size.of(2 * 3, 25 * 7) + ONCE);
    }

    @Test
    void planKnowsHowManyRequestsFirstLoadsTake() throws Exception {
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true)
                .withRows(Map.of("associate", 300, "order", 300, "generalLedgerAccount", 300))
                .withTokenLifetime(Duration.ofHours(1)))) {
            var builder = Daemon.on(sandbox.url(), database);
            for (String table : TABLES) {
                String pull = "NXT_PULLS_" + table.toUpperCase(Locale.ROOT);
                builder.with(pull + "_TABLE", table).with(pull + "_EVERY", "24h").with(pull + "_PAGE_SIZE", 100)
                        .with(pull + "_PAGE_SIZE_MAX", 100);
            }
            // three of each table of the first company, beside one for each company
            assertThat(builder.run(0, "plan")).containsPattern("all +999 +[0-9.]+ +12 ");
            try (var daemon = builder.command().start()) {
                loaded(daemon, database, 9);
                assertThat(sandbox.counter("requests_first_pages")).isEqualTo(3);
                for (String table : TABLES) {
                    assertThat(sandbox.counter("requests_load_" + table)).as(table).isEqualTo(3);
                }
                for (String table : TABLES) {
                    assertThat(Mirror.differences(sandbox, database, 5_280_001, table)).as(table).isEmpty();
                }
            }
        }
    }

    /** Also of so many tables that a document holds no more than their keys and change stamps. */
    private void aQuietPollIsOneRequestForEachCompany(Sandbox sandbox, int pulls, int companies) {
        long before = 0;
        // the first two polls after a load read all columns
        for (int poll = 0; poll < 3; poll++) {
            before = sandbox.counter("requests_poll");
            database.execute("update nxt_sync.pull_state set due_at = now(); "
                    + "update nxt_sync.job set wanted = wanted + 1 where kind = 'poll'");
            await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(100)).until(
                    () -> database.number("select count(*) from nxt_sync.pull_state where due_at <= now()") == 0);
        }
        long requests = sandbox.counter("requests_poll") - before;
        Size.figure("a quiet poll of %d tables x %d companies: %d requests", pulls, companies, requests);
        assertThat(requests).isEqualTo(companies);
    }

    private void firstLoads(int pulls, int companies, int most) {
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(companies)
                .withRows(Map.of("associate", 300, "order", 300, "generalLedgerAccount", 300))
                .withTokenLifetime(Duration.ofHours(1)))) {
            var builder = Daemon.on(sandbox.url(), database).jvm("-Xmx96m").jvm("-XX:+ExitOnOutOfMemoryError");
            for (int i = 0; i < pulls; i++) {
                builder.with("NXT_PULLS_P" + i + "_TABLE", TABLES.get(i % TABLES.size()))
                        .with("NXT_PULLS_P" + i + "_TARGET", "t" + i).with("NXT_PULLS_P" + i + "_EVERY", "24h")
                        .with("NXT_PULLS_P" + i + "_FILTER",
                                "{\"" + KEYS.get(i % TABLES.size()) + "\": {\"_lte\": 3}}");
            }
            long from = System.nanoTime();
            try (var daemon = builder.start()) {
                loaded(daemon, database, pulls * companies);
                Size.figure("first loads of %d tables x %d companies: %d requests, at most %d in any 60 s, %.1f s",
                        pulls, companies, sandbox.counter("requests"), sandbox.counter("peak_per_minute"),
                        (System.nanoTime() - from) / 1e9);
                assertThat(sandbox.counter("requests")).isLessThanOrEqualTo(most);
                for (int i = 0; i < pulls; i++) {
                    assertThat(database.count("nxt.t" + i)).as("t" + i).isEqualTo(3L * companies);
                }
                assertThat(database.number("select count(*) from nxt_sync.freshness where rows = 3"))
                        .isEqualTo((long) pulls * companies);
                aQuietPollIsOneRequestForEachCompany(sandbox, pulls, companies);
            }
        }
    }
}
