package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.schedule.UnitKind;

/** What is kept of a page that makes no sense must not outlive it. */
class SpoiltPageTest {
    private static final String LOADING = "update nxt_sync.pull_state set loaded_at = null, retry_at = null";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "\"orderNo\":14, | \"orderNo\":null, | answer_unreadable",
            "\"orderNo\":14, | \"orderNo\":[], | answer_unreadable",
            "\"orderNo\":14, | \"other\":14, | answer_unreadable",
            "\"hasNextPage\":false | \"hasNextPage\":true | answer_unreadable",
            "\"hasNextPage\": | \"hasNext\": | answer_unreadable",
            "\"items\":[ | \"items\":null,\"y\":[ | answer_unreadable",
            "\"orderNo\": | \"orderNo\":1,\"q\": | answer_unreadable", "\"data\":{ | \"data\":null,\"w\":{ | rejected",
            "\"t0\":{ | \"t0\":{},\"w\":{ | answer_unreadable", "\"totalCount\": | \"totalCount\":- | ``",
            "\"totalCount\": | \"totalCount\":1e99,\"x\": | ``"})
    void aWalkGoesOnOnceTheAnswersAreWellAgain(String text, String by, String code) throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", 30), Map.of("NXT_PULLS_ORDERS_TABLE", "order",
                "NXT_PULLS_ORDERS_PAGE_SIZE", "7", "NXT_PULLS_ORDERS_PAGE_SIZE_MAX", "7"))) {
            pulls.store.database().execute("delete from nxt.\"order\"; " + LOADING);
            pulls.sandbox.spoilAnswers(text, by);
            pulls.run(UnitKind.LOAD, "orders");
            assertThat(pulls.store.database().value("select code from nxt_sync.pull_state"))
                    .isEqualTo(code.isEmpty() ? null : code);
            pulls.sandbox.spoilAnswers("", "");
            for (UnitKind kind : List.of(UnitKind.LOAD, UnitKind.RECONCILIATION)) {
                pulls.run(kind, "orders");
            }
            assertThat(Mirror.differences(pulls.sandbox, pulls.store.database(), PullsFixture.COMPANY, "order"))
                    .isEmpty();
        }
    }
}
