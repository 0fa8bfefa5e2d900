package dev.nxtsync.story.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.Pulls;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

@Tag("pull")
class QuietCompaniesIT {
    private static final List<String> TABLES = List.of("associate", "product", "order", "orderLine",
            "generalLedgerAccount", "generalLedgerTransaction", "customerTransaction");

    @Test
    void aPollInWhichNothingIsNewCostsOneRequestForAllTablesOfACompany() {
        int tables = Size.of(10, 40);
        int companies = Size.of(5, 25);
        Duration every = Size.of(Duration.ofSeconds(3), Duration.ofSeconds(20));
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(companies)
                .withRows(Map.of("order", 300, "orderLine", 300, "associate", 300, "product", 300,
                        "generalLedgerTransaction",
                        300, "customerTransaction", 300))
                .withTokenLifetime(Duration.ofHours(1)))) {
            var builder = Daemon.on(sandbox.url(), database);
            for (int i = 0; i < tables; i++) {
                builder.with("NXT_PULLS_P" + i + "_TABLE", TABLES.get(i % TABLES.size()))
                        .with("NXT_PULLS_P" + i + "_TARGET", "t" + i)
                        .with("NXT_PULLS_P" + i + "_EVERY", every.toSeconds() + "s")
                        .with("NXT_PULLS_P" + i + "_PAGE_SIZE", 1000 * (i + 1))
                        .with("NXT_PULLS_P" + i + "_PAGE_SIZE_MAX", 50_000);
            }
            // the smallest page is one table's own matter
            builder.with("NXT_PULLS_P0_PAGE_SIZE", 1).with("NXT_PULLS_P0_PAGE_SIZE_MAX", 1).with("NXT_PULLS_P0_FILTER",
                    "{\"associateNo\": {\"_lte\": 3}}");
            try (var daemon = builder.start()) {
                await().atMost(Duration.ofMinutes(9)).until(() -> {
                    assertThat(daemon.isRunning()).as(daemon.output()).isTrue();
                    return database.count("nxt_sync.pull_state") == (long) tables * companies
                            && database.number("select count(*) from nxt_sync.pull_state where loaded_at is null") == 0;
                });
                Size.figure("%d first loads: %d requests, at most %d in any 60 s", tables * companies,
                        sandbox.counter("requests"), sandbox.counter("peak_per_minute"));
                // since then every table has been polled
                settled(database, tables * companies);
                long before = sandbox.counter("requests");
                long polls = polls(database);
                await().atMost(every.multipliedBy(5)).until(() -> polls(database) >= polls + 3L * tables * companies);
                long requests = sandbox.counter("requests") - before;
                double rounds = (double) (polls(database) - polls) / ((long) tables * companies);
                Size.figure("%d tables x %d companies, quiet: %d requests in %.2f polls", tables, companies, requests,
                        rounds);
                // the list of companies may be read meanwhile: two requests in five minutes
                assertThat(requests).isLessThanOrEqualTo((long) Math.ceil(rounds) * companies + 2);
                assertThat(sandbox.counter("peak_per_minute")).isLessThanOrEqualTo(540);
                assertThat(sandbox.counter("peak_live")).isLessThanOrEqualTo(4);
                assertThat(sandbox.counter("peak_in_progress")).isLessThanOrEqualTo(40);
                assertThat(daemon.get("/q/health/well").status()).isEqualTo(200);
            }
        }
    }

    @Test
    void loadsThatTakeLongDoNotKeepPollsOfTheSameCompanyFromRunning() {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true)
                .withTokenLifetime(Duration.ofHours(1)).withRows(Map.of("associate", 20, "order", 20)))) {
            var builder = Daemon.on(sandbox.url(), database).with("NXT_PULLS_PEOPLE_TABLE", "associate")
                    .with("NXT_PULLS_PEOPLE_COMPANIES", 5_280_001).with("NXT_PULLS_PEOPLE_EVERY", "1s");
            try (var daemon = builder.start()) {
                Pulls.loaded(daemon, database, 1);
            }
            for (int i = 0; i < 8; i++) {
                builder.with("NXT_PULLS_P" + i + "_TABLE", "order").with("NXT_PULLS_P" + i + "_TARGET", "t" + i)
                        .with("NXT_PULLS_P" + i + "_COMPANIES", 5_280_001);
            }
            sandbox.holdRequestsWith("load_order");
            try (var daemon = builder.start()) {
                // one of the four places is left to polls
                await().atMost(Duration.ofMinutes(1)).until(() -> sandbox.held() == 3);
                sandbox.put(5_280_001, "associate", Map.of("associateNo", 3, "name", "while loads are under way"));
                await().atMost(Duration.ofSeconds(30)).until(
                        () -> Mirror.differences(sandbox, database, 5_280_001, "associate").isEmpty());
                assertThat(sandbox.held()).isEqualTo(3);
                sandbox.release();
                Pulls.loaded(daemon, database, 9);
            }
        }
    }

    private static void settled(TestDatabase database, int units) {
        await().atMost(Duration.ofMinutes(3)).until(() -> database.number(
                "select count(*) from (select distinct job, company from nxt_sync.run where kind = 'poll') polled") == units);
    }

    private static long polls(TestDatabase database) {
        return database.number("select count(*) from nxt_sync.run where kind = 'poll'");
    }

    @Test
    void lostCallsTakeSlotsAlsoAfterARestartAndNoMoreAreTakenThanAreSet() throws Exception {
        int slots = 6;
        var lossy = Map.of("lost-answer", 0.7);
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true)
                .withTokenLifetime(Duration.ofHours(1)).withRows(Map.of("order", 4000)))) {
            var builder = Daemon.on(sandbox.url(), database).with("NXT_BUDGET_SLOTS", slots)
                    .with("NXT_BUDGET_IN_PROGRESS", 2).with("NXT_PULLS_ORDERS_TABLE", "order")
                    .with("NXT_PULLS_ORDERS_COMPANIES", 5_280_001).with("NXT_PULLS_ORDERS_PAGE_SIZE", 50)
                    .with("NXT_PULLS_ORDERS_PAGE_SIZE_MAX", 50);
            sandbox.holdRequestsWith("load_order");
            try (Daemon first = builder.start()) {
                await().atMost(Duration.ofMinutes(1)).until(() -> sandbox.held() > 0);
                sandbox.faults(lossy);
                sandbox.release();
                await().atMost(Duration.ofMinutes(1))
                        .until(() -> database.number("select sum(calls) from nxt_sync.lost_call") >= 2);
                // killed in the middle of a request
                int held = sandbox.held();
                sandbox.faults(Map.of());
                sandbox.holdRequestsWith("load_order");
                await().atMost(Duration.ofMinutes(1)).until(() -> sandbox.held() > held);
                first.kill();
            }
            database.execute("update nxt_sync.replica set beat_at = beat_at - interval '16 s'");
            sandbox.release();
            sandbox.holdRequestsWith("load_order");
            int held = sandbox.held();
            try (Daemon second = builder.without("NXT_HTTP_PORT").without("NXT_MANAGEMENT_PORT").start()) {
                await().atMost(Duration.ofMinutes(1)).until(() -> sandbox.held() > held);
                assertThat(database.number("select sum(calls) from nxt_sync.lost_call"))
                        .as("those of the first, and two for its unit").isGreaterThanOrEqualTo(4);
                sandbox.faults(lossy);
                sandbox.release();
                await().atMost(Duration.ofMinutes(2)).until(
                        () -> second.get("/q/health/well").body().contains("All slots of company 5280001 are taken"));
                assertThat(sandbox.counter("peak_in_progress")).isLessThanOrEqualTo(slots);
                await().atMost(Duration.ofSeconds(30)).until(() -> second.metric("nxt_budget_lost_calls", "") == slots);
                // as if half an hour had passed
                sandbox.faults(Map.of());
                database.execute("delete from nxt_sync.lost_call");
                Pulls.loaded(second, database, 1);
            }
        }
    }
}
