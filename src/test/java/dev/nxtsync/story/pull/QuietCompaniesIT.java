package dev.nxtsync.story.pull;

import static dev.nxtsync.story.Pulls.loaded;
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
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

@Tag("pull")
class QuietCompaniesIT {
    private static final List<String> TABLES = List.of("associate", "product", "order", "orderLine",
            "generalLedgerAccount", "generalLedgerTransaction", "customerTransaction");
    private static final int COMPANY = 5_280_001;
    private static final int PULLS = Size.of(10, 40);
    private static final int COMPANIES = Size.of(5, 25);
    private static final int UNITS = PULLS * COMPANIES;

    private final TestDatabase database = TestDatabase.migrated();

    @Test
    void aQuietPollCostsOneRequestForAllTablesOfACompanyAndLoadsThatTakeLongKeepNoneFromRunning() {
        Duration every = Size.of(Duration.ofSeconds(2), Duration.ofSeconds(20));
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(COMPANIES)
                .withRows(Map.of("order", 300, "orderLine", 300, "associate", 300, "product", 300,
                        "generalLedgerTransaction", 300, "customerTransaction", 300))
                .withTokenLifetime(Duration.ofHours(1)))) {
            var builder = Daemon.on(sandbox.url(), database);
            for (int i = 0; i < PULLS; i++) {
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
                loaded(daemon, database, UNITS);
                Size.figure("%d first loads: %d requests, at most %d in any 60 s", UNITS, sandbox.counter("requests"),
                        sandbox.counter("peak_per_minute"));
                aPollInWhichNothingIsNewCostsOneRequestForAllTablesOfACompany(sandbox, every);
                assertThat(daemon.get("/q/health/well").status()).isEqualTo(200);
                loadsThatTakeLongDoNotKeepPollsOfTheSameCompanyFromRunning(sandbox);
                assertThat(sandbox.counter("peak_per_minute")).isLessThanOrEqualTo(540);
                assertThat(sandbox.counter("peak_live")).isLessThanOrEqualTo(4);
                assertThat(sandbox.counter("peak_in_progress")).isLessThanOrEqualTo(40);
            }
        }
    }

    private void aPollInWhichNothingIsNewCostsOneRequestForAllTablesOfACompany(Sandbox sandbox, Duration every) {
        // since they were loaded, every table has been polled
        await().atMost(Duration.ofMinutes(3)).until(() -> database.number(
                "select count(*) from (select distinct job, company from nxt_sync.run where kind = 'poll') polled") == UNITS);
        long before = sandbox.counter("requests");
        long polls = polls();
        await().atMost(every.multipliedBy(10)).until(() -> polls() >= polls + 3L * UNITS);
        long requests = sandbox.counter("requests") - before;
        double rounds = (double) (polls() - polls) / UNITS;
        Size.figure("%d tables x %d companies, quiet: %d requests in %.2f polls", PULLS, COMPANIES, requests, rounds);
        // the list of companies may be read meanwhile: two requests in five minutes
        assertThat(requests).isLessThanOrEqualTo((long) Math.ceil(rounds) * COMPANIES + 2);
    }

    private long polls() {
        return database.number("select count(*) from nxt_sync.run where kind = 'poll'");
    }

    private void loadsThatTakeLongDoNotKeepPollsOfTheSameCompanyFromRunning(Sandbox sandbox) {
        sandbox.holdRequestsWith("query load_");
        // as after pull --since, which no first page of others goes with
        database.execute("insert into nxt_sync.pass (pull, company, kind, since) select pull, company, 'load', "
                + "'2000-01-01T00:00:00' from nxt_sync.pull_state where pull <> 'p0' and company = " + COMPANY
                + "; update nxt_sync.job set due_at = now() where kind = 'load' and pull <> 'p0' and company = "
                + COMPANY);
        // one of the four places is left to polls
        await().atMost(Duration.ofMinutes(1)).until(() -> sandbox.held() == 3);
        sandbox.put(COMPANY, "associate", Map.of("associateNo", 3, "name", "while loads are under way"));
        await().atMost(Duration.ofSeconds(30)).until(
                () -> database.number("select count(*) from nxt.t0 where name = 'while loads are under way'") == 1);
        assertThat(sandbox.held()).isEqualTo(3);
        sandbox.release();
        await().atMost(Duration.ofMinutes(1)).until(() -> database.count("nxt_sync.pass") == 0);
        assertThat(Mirror.differencesIn("nxt.t2", sandbox, database, COMPANY, "order", List.of())).isEmpty();
    }

    @Test
    void lostCallsTakeSlotsAlsoAfterARestartAndNoMoreAreTakenThanAreSet() throws Exception {
        int slots = 6;
        var lossy = Map.of("lost-answer", 0.7);
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true)
                .withTokenLifetime(Duration.ofHours(1)).withRows(Map.of("order", 4000)))) {
            var builder = Daemon.on(sandbox.url(), database).with("NXT_BUDGET_SLOTS", slots)
                    .with("NXT_BUDGET_IN_PROGRESS", 2).with("NXT_PULLS_ORDERS_TABLE", "order")
                    .with("NXT_PULLS_ORDERS_COMPANIES", COMPANY).with("NXT_PULLS_ORDERS_PAGE_SIZE", 50)
                    .with("NXT_PULLS_ORDERS_PAGE_SIZE_MAX", 50);
            sandbox.holdRequestsWith("load_order");
            try (Daemon first = builder.start()) {
                await().atMost(Duration.ofMinutes(1)).until(() -> sandbox.held() > 0);
                sandbox.faults(lossy);
                sandbox.release();
                await().atMost(Duration.ofMinutes(1)).until(() -> {
                    tryAgainNow();
                    return database.number("select sum(calls) from nxt_sync.lost_call") >= 2;
                });
                // killed in the middle of a request
                int held = sandbox.held();
                sandbox.faults(Map.of());
                sandbox.holdRequestsWith("load_order");
                await().atMost(Duration.ofMinutes(1)).until(() -> {
                    tryAgainNow();
                    return sandbox.held() > held;
                });
                first.kill();
            }
            database.execute("update nxt_sync.replica set beat_at = beat_at - interval '16 s'");
            sandbox.release();
            sandbox.holdRequestsWith("load_order");
            int held = sandbox.held();
            try (Daemon second = builder.without("NXT_HTTP_PORT").without("NXT_MANAGEMENT_PORT").start()) {
                await().atMost(Duration.ofMinutes(1)).until(() -> {
                    tryAgainNow();
                    return sandbox.held() > held;
                });
                assertThat(database.number("select sum(calls) from nxt_sync.lost_call"))
                        .as("those of the first, and two for its unit").isGreaterThanOrEqualTo(4);
                sandbox.faults(lossy);
                sandbox.release();
                await().atMost(Duration.ofMinutes(2)).until(() -> {
                    tryAgainNow();
                    return second.get("/q/health/well").body().contains("All slots of company 5280001 are taken");
                });
                assertThat(sandbox.counter("peak_in_progress")).isLessThanOrEqualTo(slots);
                await().atMost(Duration.ofSeconds(30)).until(() -> {
                    // one of the slots may have been a request's whose answer was lost only later, and of the two that are
                    // counted for the unit of the first the second learns two seconds after it has taken that over
                    tryAgainNow();
                    return second.metric("nxt_budget_lost_calls", "") >= slots;
                });
                // as if half an hour had passed
                sandbox.faults(Map.of());
                database.execute("delete from nxt_sync.lost_call");
                await().atMost(Duration.ofMinutes(1)).until(() -> {
                    tryAgainNow();
                    return database.number("select count(*) from nxt_sync.pull_state where loaded_at is not null") == 1;
                });
            }
        }
    }

    /** Rather than wait longer after each failure. */
    private void tryAgainNow() {
        database.execute("update nxt_sync.pull_state set retry_at = null where retry_at > now(); "
                + "update nxt_sync.job set retry_at = null where retry_at > now()");
    }
}
