package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.graphql.Failure;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.UnitKind;

/** The looks at keys that webhooks named. */
class KeyFetchTest {
    private static final Map<String, String> ORDERS = Map.of("NXT_PULLS_ORDERS_TABLE", "order");

    @Test
    void oneRowThatCannotBeReadKeepsNoSoundOneWaitingAndIsFoundInFewRequests() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", 200), ORDERS)) {
            change(pulls, 200);
            pulls.sandbox.put(PullsFixture.COMPANY, "order", Map.of("orderNo", 77, "information1", "spoilt"));
            pulls.sandbox.spoilAnswers("\"spoilt\"", "01");
            pulls.wake("orders", keys(200));
            pulls.run(UnitKind.FETCH, "");
            assertThat(changed(pulls)).as("in one turn").isEqualTo(199);
            assertThat(attempts(pulls)).as("looked at alone, and put off for a moment").containsExactly("3");
            assertThat(pulls.sandbox.counter("requests_fetch")).isLessThan(40);
            for (int i = 0; i < 2; i++) {
                due(pulls);
                pulls.run(UnitKind.FETCH, "");
            }
            assertThat(attempts(pulls)).as("set aside").containsExactly("5");
            assertThat(pulls.sandbox.counter("requests_fetch")).isLessThan(42);
        }
    }

    @Test
    void aRowThatCannotBeReadIsSetAsideAlsoWhereItIsTheOnlyOne() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", 10), ORDERS)) {
            pulls.sandbox.put(PullsFixture.COMPANY, "order", Map.of("orderNo", 7, "information1", "spoilt"));
            pulls.sandbox.spoilAnswers("\"spoilt\"", "01");
            pulls.wake("orders", List.of("{\"orderNo\":7}"));
            for (int attempt = 1; attempt <= 5; attempt++) {
                due(pulls);
                pulls.restart();
                pulls.run(UnitKind.FETCH, "");
                assertThat(attempts(pulls)).containsExactly(Integer.toString(attempt));
            }
            assertThat(pulls.sandbox.counter("requests_fetch")).as("none is repeated at once").isEqualTo(5);
        }
    }

    @Test
    void whatOneDocumentDoesNotHoldTakesAnotherUnlessSomethingIsInTheWayOfAll() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", 10, "product", 10),
                Map.of("NXT_PULLS_ORDERS_TABLE", "order", "NXT_PULLS_GOODS_TABLE", "product"))) {
            pulls.length = new DocumentLength(150);
            pulls.restart();
            change(pulls, 1);
            pulls.sandbox.put(PullsFixture.COMPANY, "product", Map.of("productNo", "new", "description", "changed"));
            pulls.wake("orders", keys(1));
            pulls.wake("goods", List.of("{\"productNo\":\"new\"}"));
            pulls.asked.clear();
            pulls.instead = question -> Optional.of(new Failure.Throttled("slowly", "", Duration.ofSeconds(1)));
            pulls.run(UnitKind.FETCH, "");
            assertThat(pulls.asked).hasSize(1);
            assertThat(attempts(pulls)).containsExactly("0", "0");
            pulls.asked.clear();
            pulls.instead = question -> Optional.empty();
            pulls.run(UnitKind.FETCH, "");
            assertThat(pulls.asked).hasSize(2);
            assertThat(attempts(pulls)).isEmpty();
            assertThat(changed(pulls)).isEqualTo(1);
        }
    }

    @Test
    void whatOnePullIsRefusedDelaysNoOther() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", 10, "product", 10),
                Map.of("NXT_PULLS_ORDERS_TABLE", "order", "NXT_PULLS_GOODS_TABLE", "product"))) {
            change(pulls, 1);
            pulls.sandbox.put(PullsFixture.COMPANY, "product", Map.of("productNo", "new", "description", "changed"));
            pulls.instead = question -> question.document().contains("order(")
                    ? Optional.of(new Failure.Rejected("no", "", List.of()))
                    : Optional.empty();
            pulls.wake("orders", keys(1));
            pulls.wake("goods", List.of("{\"productNo\":\"new\"}"));
            var outcome = pulls.run(UnitKind.FETCH, "");
            assertThat(pulls.store.database().value("select description from nxt.product where product_no = 'new'"))
                    .isEqualTo("changed");
            assertThat(outcome).as("the unit goes on").isInstanceOf(Outcome.Done.class);
            assertThat(attempts(pulls)).containsExactly("1");
        }
    }

    @Test
    void aRowThatATriggerRefusesKeepsNoOtherFromItsTableAlsoWhereNoneCameLately() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", 10), ORDERS)) {
            pulls.store.database().execute("create function public.refuse() returns trigger language plpgsql as "
                    + "$$begin if new.order_no = 1 then raise 'not one'; end if; return new; end$$; create trigger refuse "
                    + "before insert or update on nxt.\"order\" for each row execute function public.refuse()");
            change(pulls, 2);
            pulls.wake("orders", keys(2));
            for (int turn = 0; turn < 8; turn++) {
                due(pulls);
                pulls.run(UnitKind.FETCH, "");
                pulls.passed += Duration.ofSeconds(1).toNanos();
            }
            assertThat(changed(pulls)).as("its neighbour").isEqualTo(1);
            assertThat(pulls.store.database().value("select state from nxt_sync.pull_state")).isEqualTo("ok");
            assertThat(pulls.store.database().value("select reason from nxt_sync.row_fault")).contains("not one");
        }
    }

    @Test
    void whereATriggerRefusesEveryRowThePullSaysSoAndNoKeyIsSetAside() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", 10), ORDERS)) {
            pulls.store.database().execute("create function public.refuse() returns trigger language plpgsql as "
                    + "$$begin raise 'none'; end$$; create trigger refuse before insert or update on nxt.\"order\" "
                    + "for each row execute function public.refuse()");
            change(pulls, 3);
            pulls.wake("orders", keys(3));
            for (int turn = 0; turn < 12; turn++) {
                pulls.run(UnitKind.FETCH, "");
                pulls.passed += Duration.ofMinutes(1).toNanos();
            }
            assertThat(attempts(pulls)).containsExactly("0", "0", "0");
            assertThat(pulls.store.database().value("select code from nxt_sync.pull_state"))
                    .isEqualTo("target_unusable");
            pulls.store.database().execute("drop trigger refuse on nxt.\"order\"");
            pulls.run(UnitKind.FETCH, "");
            assertThat(changed(pulls)).isEqualTo(3);
        }
    }

    @Test
    void aKeyWhoseRequestIsNeverAnsweredIsCountedOnceOthersAre() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", 10), ORDERS)) {
            change(pulls, 3);
            pulls.instead = question -> {
                if (((JsonNode) question.variables().get("f0")).findValue("_in").toString().matches(".*\\b2\\b.*")) {
                    pulls.passed += Duration.ofSeconds(88).toNanos();
                    return Optional.of(new Failure.InDoubt("slow", "", true, true));
                }
                return Optional.empty();
            };
            pulls.wake("orders", keys(3));
            for (int turn = 0; turn < 4; turn++) {
                pulls.run(UnitKind.FETCH, "");
            }
            assertThat(changed(pulls)).isEqualTo(2);
            assertThat(attempts(pulls)).as("it says nothing of a key before others are answered").containsExactly("2");
        }
    }

    private static void change(PullsFixture pulls, int orders) {
        for (int i = 1; i <= orders; i++) {
            pulls.sandbox.put(PullsFixture.COMPANY, "order", Map.of("orderNo", i, "information1", "changed"));
        }
    }

    private static List<String> keys(int orders) {
        return IntStream.rangeClosed(1, orders).mapToObj(i -> "{\"orderNo\":" + i + "}").toList();
    }

    private static long changed(PullsFixture pulls) {
        return pulls.store.database().number("select count(*) from nxt.\"order\" where information1 = 'changed'");
    }

    /** Of the keys that are left. */
    private static List<String> attempts(PullsFixture pulls) {
        return pulls.store.database().rows("select attempts from nxt_sync.inbox").stream()
                .map(row -> row.get("attempts")).toList();
    }

    /** Rather than wait. */
    private static void due(PullsFixture pulls) {
        pulls.store.database().execute("update nxt_sync.inbox set next_at = null");
    }
}
