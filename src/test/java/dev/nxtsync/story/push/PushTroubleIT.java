package dev.nxtsync.story.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.Pushes;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

/** What a person is told when a push does not get on. Each test begins with an empty outbox and without any order. */
@Tag("push")
class PushTroubleIT {
    private static final int COMPANY = Pushes.COMPANY;
    private static final Duration SOON = Duration.ofSeconds(40);
    private static final Duration LATER = Duration.ofSeconds(90);

    private static TestDatabase database;
    private static Sandbox sandbox;
    private static Daemon daemon;

    @BeforeAll
    static void start() {
        database = TestDatabase.migrated();
        sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true)
                .withRows(Map.of("order", 0, "orderLine", 0, "associate", 20)).withTimeLimit(Duration.ofSeconds(1))
                .withSlotHold(Duration.ofSeconds(10)));
        daemon = Pushes.daemon(sandbox.url(), database).with("NXT_PUSHES_PEOPLE_TABLE", "associate")
                .with("NXT_PUSHES_PEOPLE_OPERATION", "update").with("NXT_PUSHES_PEOPLE_COMPANY", COMPANY)
                .with("NXT_PUSHES_PEOPLE_KEY_COLUMN", "associateNo").start();
        daemon.awaitReady();
        assertThat(database.rows("select push, company::text as company from nxt_sync.push_setting order by push"))
                .as("what a push needs is there before anybody is told that it can be used")
                .containsExactly(Map.of("push", "orders", "company", Integer.toString(COMPANY)),
                        Map.of("push", "people", "company", Integer.toString(COMPANY)));
    }

    @AfterAll
    static void stop() {
        daemon.close();
        sandbox.close();
    }

    @BeforeEach
    void nothingIsLeft() {
        assertThat(daemon.isRunning()).isTrue();
        sandbox.faults(Map.of());
        sandbox.grantOnly("");
        sandbox.onError("atomic");
        sandbox.release();
        database.execute("delete from nxt_sync.outbox");
        sandbox.clear(COMPANY, "order");
    }

    @Test
    void whatIsNoFaultOfARowMakesNoDeadLetters() {
        sandbox.faults(Map.of("html-401", 1.0));
        long unauthorized = sandbox.counter("unauthorized");
        push("select nxt_sync.push('orders', 'e' || i, '{\"customerNo\": 1}') from generate_series(1, 40) i");
        await().atMost(SOON).until(() -> sandbox.counter("unauthorized") > unauthorized + 5);
        sandbox.faults(Map.of());
        sandbox.grant(COMPANY, false);
        await().atMost(LATER).until(() -> daemon.output().contains("has no access to company 5280001"));
        assertThat(count("state <> 'waiting'")).isZero();
        assertThat(daemon.output().lines().filter(line -> line.contains("has no access to company"))).hasSize(1);
        sandbox.faults(Map.of("throttle", 0.1, "busy", 0.1, "5xx", 0.1, "cut-body", 0.1, "html-401", 0.1));
        sandbox.grant(COMPANY, true);
        await().atMost(LATER).until(
                () -> daemon.output().contains("has access to company 5280001 again") && count("attempts > 0") > 0);
        sandbox.faults(Map.of());
        await().atMost(LATER).until(() -> count("state = 'done'") == 40);
        assertThat(Pushes.duplicates(sandbox)).isEmpty();
    }

    @Test
    void aReducedScopeHoldsThePushAndARowThatCannotBeReadStopsOnlyItself() {
        sandbox.grantOnly("business-graphql-service-api:access-group-based-readonly");
        await().atMost(SOON).until(() -> well().contains("granted scope"));
        push("select nxt_sync.push('orders', 's' || i, '{\"customerNo\": 1}') from generate_series(1, 20) i");
        push("select nxt_sync.push('orders', 'poison', '{\"exchangeRate\": 1e99999999999}')");
        await().atMost(LATER).until(() -> well().contains(COMPANY + " (scope_reduced)"));
        // once it has been so for a while
        await().atMost(LATER).until(() -> daemon.get("/q/health/well").status() == 503);
        assertThat(count("state = 'waiting'")).isEqualTo(20);
        assertThat(database.number("select max(attempts) from nxt_sync.outbox")).isZero();
        assertThat(database.value("select error from nxt_sync.outbox where state = 'dead'"))
                .contains("exchangeRate: is a number of more than 200 digits").contains("(payload_invalid)");
        sandbox.grantOnly("");
        await().atMost(LATER).until(() -> count("state = 'done'") == 20);
    }

    @Test
    void aRecordThatLacksChildrenIsAPersonsMatterAndIsNotMadeTwice() {
        sandbox.faults(Map.of("partial-children", 1.0));
        push("select nxt_sync.push('orders', 'p1', '{\"orderLines\": [{\"quantity\": 1}, {\"quantity\": 2}]}')");
        await().atMost(SOON).until(() -> count("state = 'dead'") == 1);
        assertThat(database.value("select error from nxt_sync.outbox"))
                .contains("it has 1 of the 2 orderLines that were sent");
        assertThat(sandbox.count(COMPANY, "order", "yourReference")).containsEntry("p1", 1);
        assertThat(daemon.output()).contains("See: dead-letters show");
    }

    @Test
    void onAServerThatGoesOnAfterARefusedRecordNoRowIsSentAfterLaterOnesOfItsGroupUnlessAPersonSaysSo() {
        sandbox.onError("continue");
        // the first proves the key column, the others share a request
        push("select nxt_sync.push('orders', 'c0', '{\"customerNo\": 1}', grp => 'g')");
        await().atMost(SOON).until(() -> count("state = 'done'") == 1);
        push("select nxt_sync.push('orders', 'c1', '{\"customerNo\": 1}', grp => 'g'), "
                + "nxt_sync.push('orders', 'c2', '{\"customerNo\": 99000}', grp => 'g'), "
                + "nxt_sync.push('orders', 'c3', '{\"customerNo\": 1}', grp => 'g')");
        await().atMost(SOON).until(() -> states("g").equals("done done dead done"));
        // noted in a transaction of its own, after the rows have been settled
        await().atMost(SOON).until(() -> database
                .number("select count(*) from nxt_sync.push_state where push = 'orders' and one_per_group") == 1);
        push("select nxt_sync.push('orders', 'c4', '{\"customerNo\": 99000}', grp => 'h'), "
                + "nxt_sync.push('orders', 'c5', '{\"customerNo\": 1}', grp => 'h')");
        await().atMost(SOON).until(() -> states("h").equals("dead waiting"));
    }

    @Test
    void anUpdateThatSomebodyElseOvertookIsAPersonsMatterAndOneThatWasLostIsFound() {
        sandbox.holdAnswersTo("push_update_associate");
        int before = sandbox.held();
        push("select nxt_sync.push('people', 'u1', '{\"associateNo\": 5, \"phone\": \"1\"}')");
        await().atMost(SOON).until(() -> sandbox.held() == before + 1);
        // in doubt after its deadline, and found as it was sent
        await().atMost(SOON).until(() -> count("state = 'done'") == 1);
        sandbox.release();
        sandbox.holdRequestsWith("push_update_associate");
        int held = sandbox.held();
        push("select nxt_sync.push('people', 'u2', '{\"associateNo\": 6, \"phone\": \"2\"}')");
        await().atMost(SOON).until(() -> sandbox.held() > held);
        sandbox.put(COMPANY, "associate", Map.of("associateNo", 6, "phone", "somebody else's"));
        sandbox.release();
        await().atMost(SOON).until(() -> count("state = 'done'") == 2);
        assertThat(database.value("select attempts from nxt_sync.outbox where key = 'u2'"))
                .as("read again, and sent over what is there").isEqualTo("2");
    }

    private static void push(String calls) {
        database.execute(calls);
    }

    private static String well() {
        return daemon.get("/q/health/well").body();
    }

    private static long count(String condition) {
        return database.number("select count(*) from nxt_sync.outbox where " + condition);
    }

    private static String states(String group) {
        return String.valueOf(database
                .value("select string_agg(state, ' ' order by id) from nxt_sync.outbox where grp = '" + group + "'"));
    }
}
