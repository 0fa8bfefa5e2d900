package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.support.Listening;

/** Walks whose stored cursor the server refuses. */
class RefusedCursorsTest {
    private static final Map<String, String> SMALL_PAGES = Map.of("NXT_PULLS_ORDERS_TABLE", "order",
            "NXT_PULLS_ORDERS_PAGE_SIZE", "7", "NXT_PULLS_ORDERS_PAGE_SIZE_MAX", "7");
    private static final Failure REFUSED = new Failure.InvalidRequest("no", "", Set.of(), true);
    /** Of a document that asks for rows after a key. */
    private static final String GOES_ON = "{\"orderNo\":{\"_gt\":";

    @ParameterizedTest
    @ValueSource(strings = {"\"x\"", "null", "1.5", "true", "false", "[1,\"a\"]", "{}", "{\"a\":1}", "99999999999",
            "\"\"", "\"2026-01-01\""})
    void aLoadAndAListingBeginAnewOnceTheirCursorWasRefusedThreeTimes(String value) throws Exception {
        String cursor = "{\"orderNo\":" + value + "}";
        try (var pulls = new PullsFixture(Map.of("order", 30), SMALL_PAGES);
                var told = Listening.to(RefusedCursors.class)) {
            pulls.store.database().execute("delete from nxt.\"order\" where order_no > 7; "
                    + "update nxt_sync.pull_state set loaded_at = null; "
                    + "insert into nxt_sync.pass (pull, company, kind, started_at, cursor, rows, expected, direct) "
                    + "values ('orders', " + PullsFixture.COMPANY + ", 'load', now(), '" + cursor + "', 7, 30, true)");
            attempts(pulls, UnitKind.LOAD, told);
            pulls.instead = question -> question.document().startsWith("query list_") && goesOn(question.variables())
                    ? Optional.of(new Failure.Rejected("once", "", List.of()))
                    : Optional.empty();
            pulls.run(UnitKind.RECONCILIATION, "orders");
            pulls.instead = question -> Optional.empty();
            told.heard().clear();
            pulls.sandbox.put(PullsFixture.COMPANY, "order", Map.of("orderNo", 1, "information1", "changed"));
            pulls.sandbox.delete(PullsFixture.COMPANY, "order", Map.of("orderNo", 2));
            pulls.store.database().execute("update nxt_sync.pass set cursor = '" + cursor + "'");
            attempts(pulls, UnitKind.RECONCILIATION, told);
            told.heard().clear();
            pulls.store.database().execute("update nxt_sync.pull_state set reread_cursor = '" + cursor + "'");
            attempts(pulls, UnitKind.RECONCILIATION, told);
        }
    }

    @Test
    void aWalkThroughChangesBeginsAnewOnceItsCursorWasRefusedThreeTimes() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", 30), SMALL_PAGES);
                var told = Listening.to(RefusedCursors.class)) {
            for (int order = 1; order <= 20; order++) {
                pulls.sandbox.put(PullsFixture.COMPANY, "order", Map.of("orderNo", order, "information1", "changed"));
            }
            pulls.store.database().execute("update nxt_sync.pull_state set increment_started_at = now(), upper = mark, "
                    + "cursor = '{\"changedTimestamp\":\"2020-01-01T00:00:00\",\"orderNo\":\"x\"}'");
            for (int attempt = 1; attempt <= 3; attempt++) {
                assertThat(told.heard()).isEmpty();
                pulls.poll();
            }
            assertThat(told.heard()).hasSize(1);
            assertThat(Mirror.differences(pulls.sandbox, pulls.store.database(), PullsFixture.COMPANY, "order"))
                    .isEmpty();
        }
    }

    @Test
    void aWalkStaysWhereItIsIfItsBeginningIsRefusedToo() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", 30), SMALL_PAGES)) {
            inTheMiddle(pulls);
            pulls.instead = question -> Optional.of(REFUSED);
            for (int attempt = 0; attempt < 8; attempt++) {
                pulls.run(UnitKind.LOAD, "orders");
            }
            assertThat(pulls.store.database().value("select cursor from nxt_sync.pass")).isEqualTo("{\"orderNo\":14}");
            pulls.instead = question -> Optional.empty();
            long before = pulls.sandbox.counter("requests_load_order");
            pulls.run(UnitKind.LOAD, "orders");
            assertThat(pulls.sandbox.counter("requests_load_order") - before).as("the rest").isEqualTo(3);
            assertThat(pulls.store.database().number("select count(*) from nxt_sync.pass")).isZero();
        }
    }

    @Test
    void aWalkBeginsAnewOnlyOnceIfEveryCursorIsRefused() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", 30), SMALL_PAGES);
                var told = Listening.to(RefusedCursors.class)) {
            inTheMiddle(pulls);
            pulls.instead = question -> goesOn(question.variables()) ? Optional.<Answer>of(REFUSED) : Optional.empty();
            for (int attempt = 0; attempt < 12; attempt++) {
                pulls.run(UnitKind.LOAD, "orders");
            }
            assertThat(told.heard()).hasSize(1);
            assertThat(pulls.store.database().value("select code from nxt_sync.pull_state"))
                    .isEqualTo("invalid_request");
        }
    }

    /** The first two are refused, and the third ends well. */
    private static void attempts(PullsFixture pulls, UnitKind kind, Listening told) throws Exception {
        for (int attempt = 1; attempt <= 2; attempt++) {
            pulls.run(kind, "orders");
            assertThat(told.heard()).isEmpty();
            assertThat(pulls.store.database().value("select code from nxt_sync.pull_state")).isNotNull();
        }
        pulls.run(kind, "orders");
        assertThat(told.heard()).hasSize(1).first().asString().contains("It begins anew");
        assertThat(pulls.store.database().number("select count(*) from nxt_sync.pass")).isZero();
        assertThat(Mirror.differences(pulls.sandbox, pulls.store.database(), PullsFixture.COMPANY, "order")).isEmpty();
        assertThat(pulls.state("orders").missing()).isEmpty();
    }

    private static void inTheMiddle(PullsFixture pulls) {
        pulls.store.database().execute("update nxt_sync.pull_state set loaded_at = null; "
                + "insert into nxt_sync.pass (pull, company, kind, started_at, cursor, rows, expected) values ('orders', "
                + PullsFixture.COMPANY + ", 'load', now(), '{\"orderNo\":14}', 14, 30)");
    }

    private static boolean goesOn(Map<String, ?> variables) {
        return variables.values().stream().anyMatch(value -> value.toString().contains(GOES_ON));
    }
}
