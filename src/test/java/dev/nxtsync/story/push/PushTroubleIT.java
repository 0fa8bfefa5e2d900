package dev.nxtsync.story.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.Pushes;
import dev.nxtsync.support.TestDatabase;

/** What a person is told when a push does not get on, and what they do about it. */
@Tag("push")
@Execution(ExecutionMode.CONCURRENT)
class PushTroubleIT {
    private static final int COMPANY = Pushes.COMPANY;

    @Test
    void aKeyColumnThatChangesKeysStopsItsPushAfterOneRecordUntilAnotherColumnIsSet() {
        var database = TestDatabase.migrated();
        try (var sandbox = sandbox("atomic", Map.of("key-cut", 1.0))) {
            var builder = Pushes.daemon(sandbox.url(), database);
            try (var daemon = builder.start()) {
                Pushes.migrated(database);
                database.execute(
                        "select nxt_sync.push('orders', 'key-number-' || i, '{\"customerNo\": 1}') from generate_series(1, 40) i");
                await().atMost(Duration.ofSeconds(40))
                        .until(() -> daemon.get("/q/health/well").body().contains("came back other than it was sent"));
                assertThat(sandbox.rows(COMPANY, "order").size()).as("each lane may have one under way").isBetween(1,
                        16);
                assertThat(database.value("select error from nxt_sync.outbox where state = 'done' limit 1"))
                        .contains("The key \"key-number-").contains("came back as \"key-numb\" in yourReference")
                        .contains("(key_changed)");
                assertThat(database.number("select count(*) from nxt_sync.outbox where state = 'waiting'"))
                        .isPositive();
            }
            sandbox.faults(Map.of());
            try (var daemon = builder.with("NXT_PUSHES_ORDERS_KEY_COLUMN", "ourReference").start()) {
                await().atMost(Duration.ofSeconds(60)).until(
                        () -> database.number("select count(*) from nxt_sync.outbox where state = 'waiting'") == 0);
                assertThat(daemon.isRunning()).isTrue();
            }
        }
    }

    @Test
    void whatIsNoFaultOfARowMakesNoDeadLetters() {
        var database = TestDatabase.migrated();
        try (var sandbox = sandbox("atomic", Map.of("html-401", 1.0));
                var daemon = Pushes.daemon(sandbox.url(), database).start()) {
            Pushes.migrated(database);
            database.execute(
                    "select nxt_sync.push('orders', 'e' || i, '{\"customerNo\": 1}') from generate_series(1, 40) i");
            await().atMost(Duration.ofSeconds(30)).until(() -> sandbox.counter("unauthorized") > 5);
            sandbox.faults(Map.of());
            sandbox.grant(COMPANY, false);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> daemon.output().contains("has no access to company 5280001"));
            assertThat(database.number("select count(*) from nxt_sync.outbox where state <> 'waiting'")).isZero();
            assertThat(daemon.output().lines().filter(line -> line.contains("has no access to company"))).hasSize(1);
            sandbox.faults(Map.of("throttle", 0.1, "busy", 0.1, "5xx", 0.1, "cut-body", 0.1, "html-401", 0.1));
            sandbox.grant(COMPANY, true);
            await().atMost(Duration.ofSeconds(90))
                    .until(() -> daemon.output().contains("has access to company 5280001 again")
                            && database.number("select count(*) from nxt_sync.outbox where attempts > 0") > 0);
            sandbox.faults(Map.of());
            await().atMost(Duration.ofSeconds(90))
                    .until(() -> database.number("select count(*) from nxt_sync.outbox where state = 'done'") == 40);
            assertThat(Pushes.duplicates(sandbox)).isEmpty();
        }
    }

    @Test
    void aReducedScopeHoldsThePushAndARowThatCannotBeReadStopsOnlyItself() {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true)
                .withRows(Map.of("order", 0, "orderLine", 0)).withTokenLifetime(Duration.ofSeconds(10)))) {
            sandbox.grantOnly("business-graphql-service-api:access-group-based-readonly");
            try (var daemon = Pushes.daemon(sandbox.url(), database).start()) {
                daemon.awaitReady();
                assertThat(database.rows("select push, company::text as company from nxt_sync.push_setting"))
                        .as("what a push needs is there before anybody is told that it can be used")
                        .containsExactly(Map.of("push", "orders", "company", Integer.toString(COMPANY)));
                database.execute(
                        "select nxt_sync.push('orders', 's' || i, '{\"customerNo\": 1}') from generate_series(1, 20) i");
                database.execute("select nxt_sync.push('orders', 'poison', '{\"exchangeRate\": 1e99999999999}')");
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> daemon.get("/q/health/well").body().contains(COMPANY + " (scope_reduced)"));
                assertThat(daemon.get("/q/health/well").status()).isEqualTo(503);
                assertThat(database.number("select count(*) from nxt_sync.outbox where state = 'waiting'"))
                        .isEqualTo(20);
                assertThat(database.number("select max(attempts) from nxt_sync.outbox")).isZero();
                assertThat(database.value("select error from nxt_sync.outbox where state = 'dead'"))
                        .contains("exchangeRate: is a number of more than 200 digits").contains("(payload_invalid)");
                sandbox.grantOnly("");
                await().atMost(Duration.ofSeconds(90))
                        .until(() -> database
                                .number("select count(*) from nxt_sync.outbox where state = 'done'") == 20);
            }
        }
    }

    @Test
    void aRecordThatLacksChildrenIsAPersonsMatterAndIsNotMadeTwice() {
        var database = TestDatabase.migrated();
        try (var sandbox = sandbox("atomic", Map.of("partial-children", 1.0));
                var daemon = Pushes.daemon(sandbox.url(), database).start()) {
            Pushes.migrated(database);
            database.execute(
                    "select nxt_sync.push('orders', 'p1', '{\"orderLines\": [{\"quantity\": 1}, {\"quantity\": 2}]}')");
            await().atMost(Duration.ofSeconds(40))
                    .until(() -> database.number("select count(*) from nxt_sync.outbox where state = 'dead'") == 1);
            assertThat(database.value("select error from nxt_sync.outbox"))
                    .contains("it has 1 of the 2 orderLines that were sent");
            assertThat(sandbox.count(COMPANY, "order", "yourReference")).containsEntry("p1", 1);
            assertThat(daemon.output()).contains("See: dead-letters show");
        }
    }

    @Test
    void onAServerThatGoesOnAfterARefusedRecordNoRowIsSentAfterLaterOnesOfItsGroupUnlessAPersonSaysSo() {
        var database = TestDatabase.migrated();
        try (var sandbox = sandbox("continue", Map.of()); var daemon = Pushes.daemon(sandbox.url(), database).start()) {
            Pushes.migrated(database);
            // the first proves the key column, the others share a request
            database.execute("select nxt_sync.push('orders', 'c0', '{\"customerNo\": 1}', grp => 'g')");
            await().atMost(Duration.ofSeconds(40))
                    .until(() -> database.number("select count(*) from nxt_sync.outbox where state = 'done'") == 1);
            database.execute("select nxt_sync.push('orders', 'c1', '{\"customerNo\": 1}', grp => 'g'), "
                    + "nxt_sync.push('orders', 'c2', '{\"customerNo\": 99000}', grp => 'g'), nxt_sync.push('orders', 'c3', '{\"customerNo\": 1}', grp => 'g')");
            await().atMost(Duration.ofSeconds(40))
                    .until(() -> database.value("select string_agg(state, ' ' order by id) from nxt_sync.outbox")
                            .equals("done done dead done"));
            // noted in a transaction of its own, after the rows have been settled
            await().atMost(Duration.ofSeconds(40)).until(
                    () -> "true".equals(database.value("select one_per_group::text from nxt_sync.push_state")));
            database.execute(
                    "select nxt_sync.push('orders', 'c4', '{\"customerNo\": 99000}', grp => 'h'), nxt_sync.push('orders', 'c5', '{\"customerNo\": 1}', grp => 'h')");
            await().atMost(Duration.ofSeconds(40))
                    .until(() -> database
                            .value("select string_agg(state, ' ' order by id) from nxt_sync.outbox where grp = 'h'")
                            .equals("dead waiting"));
            assertThat(daemon.isRunning()).isTrue();
        }
    }

    @Test
    void anUpdateThatSomebodyElseOvertookIsAPersonsMatterAndOneThatWasLostIsFound() {
        var database = TestDatabase.migrated();
        try (var sandbox = sandbox("atomic", Map.of());
                var daemon = Pushes.daemon(sandbox.url(), database).with("NXT_PUSHES_PEOPLE_TABLE", "associate")
                        .with("NXT_PUSHES_PEOPLE_OPERATION", "update").with("NXT_PUSHES_PEOPLE_COMPANY", COMPANY)
                        .with("NXT_PUSHES_PEOPLE_KEY_COLUMN", "associateNo").start()) {
            Pushes.migrated(database);
            sandbox.holdAnswersTo("push_update_associate");
            database.execute("select nxt_sync.push('people', 'u1', '{\"associateNo\": 5, \"phone\": \"1\"}')");
            await().atMost(Duration.ofSeconds(40)).until(() -> sandbox.held() == 1);
            // in doubt after its deadline, and found as it was sent
            await().atMost(Duration.ofSeconds(40))
                    .until(() -> database.value("select state from nxt_sync.outbox").equals("done"));
            sandbox.release();
            sandbox.holdRequestsWith("push_update_associate");
            int held = sandbox.held();
            database.execute("select nxt_sync.push('people', 'u2', '{\"associateNo\": 6, \"phone\": \"2\"}')");
            await().atMost(Duration.ofSeconds(40)).until(() -> sandbox.held() > held);
            sandbox.put(COMPANY, "associate", Map.of("associateNo", 6, "phone", "somebody else's"));
            sandbox.release();
            await().atMost(Duration.ofSeconds(40))
                    .until(() -> database.number("select count(*) from nxt_sync.outbox where state = 'done'") == 2);
            assertThat(database.value("select attempts from nxt_sync.outbox where key = 'u2'"))
                    .as("read again, and sent over what is there").isEqualTo("2");
            assertThat(daemon.isRunning()).isTrue();
        }
    }

    @Test
    void commandsSendListShowEditRetryAndDiscard() throws Exception {
        var database = TestDatabase.migrated();
        try (var sandbox = sandbox("atomic", Map.of())) {
            var builder = Pushes.daemon(sandbox.url(), database);
            try (var daemon = builder.start()) {
                Pushes.migrated(database);
                assertThat(daemon.isRunning()).isTrue();
            }
            database.execute(
                    "select nxt_sync.push('orders', 'good', '{\"customerNo\": 1}'), nxt_sync.push('orders', 'bad', '{\"customerNo\": 99000}'), "
                            + "nxt_sync.push('orders', 'worse', '{\"customerNo\": 99001}')");
            assertThat(builder.run(3, "push", "orders")).contains("PROBLEM    push orders: 1 done, 0 waiting")
                    .contains("2 dead; see: dead-letters list");
            String bad = database.value("select id from nxt_sync.outbox where key = 'bad'");
            String worse = database.value("select id from nxt_sync.outbox where key = 'worse'");
            assertThat(builder.run(0, "dead-letters", "list")).contains(bad + "  orders  5280001  \"bad\"")
                    .contains("Customer no. 99000 does not exist").contains("2 rows");
            assertThat(builder.run(0, "dead-letters", "show", bad)).contains("payload")
                    .contains("{\"customerNo\": 99000}");
            Path payload = Files
                    .writeString(Files.createTempFile(Files.createDirectories(Path.of("target", "daemons")), "payload",
                            ".json"), "{\"customerNo\": 2}")
                    .toAbsolutePath();
            assertThat(builder.run(0, "dead-letters", "retry", bad, "--payload", payload.toString()))
                    .contains("is looked for, and sent again");
            assertThat(builder.run(0, "dead-letters", "discard", worse)).contains("is discarded");
            assertThat(builder.run(3, "dead-letters", "discard", worse))
                    .contains("is discarded, about which nobody need decide");
            assertThat(builder.run(0, "push", "orders")).contains("ok         push orders: 2 done");
            assertThat(builder.run(0, "check")).contains("ok         push orders: it can be sent");
            assertThat(builder.run(0, "adopt")).contains("there is nothing to adopt");
            assertThat(builder.run(2, "dead-letters", "shwo", bad)).contains("dead-letters retry");
            assertThat(builder.run(2, "push", "ordres")).contains("There is no push \"ordres\"; did you mean orders?");
            assertThat(builder.with("NXT_PUSHES_ORDERS_KEY_COLUMN", "yourReferense").with("NXT_PUSHES_ORDERS_THEN",
                    "finsh").run(3, "check"))
                    .contains("PROBLEM    push orders").contains("did you mean yourReference?")
                    .contains("did you mean finish?");
            assertThat(builder.with("NXT_SCOPE", "business-graphql-service-api:access-group-based-readonly").run(2,
                    "push", "orders"))
                    .contains("with which nothing can be written");
        }
    }

    private static Sandbox sandbox(String onError, Map<String, Double> faults) {
        return new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withOnError(onError)
                .withRows(Map.of("order", 0, "orderLine", 0, "associate", 20)).withTokenLifetime(Duration.ofMinutes(10))
                .withTimeLimit(Duration.ofSeconds(1)).withSlotHold(Duration.ofSeconds(10)).withFaults(faults));
    }
}
