package dev.nxtsync.story.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.Pushes;
import dev.nxtsync.support.TestDatabase;

/** What people do about pushes with commands, without a daemon. */
@Tag("push")
class PushCommandsIT {
    private static final int COMPANY = Pushes.COMPANY;

    private final TestDatabase database = TestDatabase.migrated();

    @Test
    void aKeyColumnThatChangesKeysStopsItsPushAfterOneRecordUntilAnotherColumnIsSet() throws Exception {
        try (var sandbox = sandbox()) {
            sandbox.faults(Map.of("key-cut", 1.0));
            var builder = Pushes.daemon(sandbox.url(), database);
            try (var daemon = builder.start()) {
                Pushes.migrated(database);
                database.execute("select nxt_sync.push('orders', 'key-number-' || i, '{\"customerNo\": 1}') "
                        + "from generate_series(1, 40) i");
                await().atMost(Duration.ofSeconds(40)).until(() -> daemon.get("/q/health/well").body()
                        .contains("came back with another value than was sent"));
                assertThat(sandbox.rows(COMPANY, "order").size()).as("each lane may have one under way").isBetween(1,
                        16);
                assertThat(database.value("select error from nxt_sync.outbox where state = 'done' limit 1"))
                        .contains("The key \"key-number-").contains("came back as \"key-numb\" in yourReference")
                        .contains("(key_changed)");
                assertThat(database.number("select count(*) from nxt_sync.outbox where state = 'waiting'"))
                        .isPositive();
            }
            sandbox.faults(Map.of());
            Pushes.silence(database);
            assertThat(builder.with("NXT_PUSHES_ORDERS_KEY_COLUMN", "ourReference").run(0, "push", "orders"))
                    .contains("ok         push orders: 40 done, 0 waiting");
        }
    }

    @Test
    void whatIsSentAndWhatIsDeadIsToldAndWhatCannotBeSentIsChecked() throws Exception {
        try (var sandbox = sandbox()) {
            var builder = Pushes.daemon(sandbox.url(), database);
            database.execute("select nxt_sync.push('orders', each.key, each.payload::json, " + COMPANY
                    + ") from (values "
                    + "('good', '{\"customerNo\": 1}'), ('bad', '{\"customerNo\": 99000}')) as each (key, payload)");
            assertThat(builder.run(3, "push", "orders")).contains("PROBLEM    push orders: 1 done, 0 waiting")
                    .contains("1 dead; see: dead-letters list");
            String bad = database.value("select id from nxt_sync.outbox where key = 'bad'");
            assertThat(builder.run(0, "dead-letters", "list")).contains(bad + "  orders  5280001  \"bad\"")
                    .contains("Customer no. 99000 does not exist").contains("1 row");
            assertThat(builder.with("NXT_PUSHES_WRONG_TABLE", "order").with("NXT_PUSHES_WRONG_COMPANY", COMPANY)
                    .with("NXT_PUSHES_WRONG_KEY_COLUMN", "yourReferense").with("NXT_PUSHES_WRONG_THEN", "finsh")
                    .run(3, "check")).contains("ok         push orders: it can be sent")
                    .contains("PROBLEM    push wrong").contains("did you mean yourReference?")
                    .contains("did you mean finish?");
        }
    }

    private static Sandbox sandbox() {
        return new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true)
                .withRows(Map.of("order", 0, "orderLine", 0)).withTokenLifetime(Duration.ofMinutes(10))
                .withTimeLimit(Duration.ofSeconds(1)).withSlotHold(Duration.ofSeconds(10)));
    }
}
