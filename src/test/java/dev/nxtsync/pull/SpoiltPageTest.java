package dev.nxtsync.pull;

import static dev.nxtsync.pull.PullsFixture.COMPANY;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
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
            assertThat(Mirror.differences(pulls.sandbox, pulls.store.database(), COMPANY, "order")).isEmpty();
        }
    }

    @Test
    void aTableOfWhichAnAnswerCannotBeReadStopsItselfOnlyAndGoesOnWhenItCan() throws Exception {
        try (var pulls = new PullsFixture(Map.of("associate", 40, "product", 40, "orderLine", 40),
                Map.of("NXT_PULLS_PEOPLE_TABLE", "associate", "NXT_PULLS_GOODS_TABLE", "product",
                        "NXT_PULLS_LINES_TABLE", "orderLine"))) {
            var database = pulls.store.database();
            pulls.sandbox.spoilAnswers("\"spoil\"", "spoil");
            pulls.sandbox.put(COMPANY, "associate", Map.of("associateNo", 3, "name", "spoil"));
            pulls.sandbox.put(COMPANY, "product", Map.of("productNo", "new", "price1", tenTo(5_000)));
            pulls.sandbox.put(COMPANY, "orderLine", Map.of("orderNo", 1, "lineNo", 1, "quantity", tenTo(145_000)));
            pulls.sandbox.put(COMPANY, "orderLine", Map.of("orderNo", 1, "lineNo", 2, "description", "sound"));
            pulls.poll();
            assertThat(database.value("select string_agg(pull || ' ' || code, ',') from nxt_sync.pull_state"))
                    .as("the others go on").isEqualTo("people answer_unreadable");
            assertThat(database.value("select reason from nxt_sync.pull_state where pull = 'people'"))
                    .contains("being read for table associate");
            assertThat(database.number("select count(*) from nxt.product where price1 = 10::numeric ^ 5000::numeric"))
                    .isEqualTo(1);
            assertThat(database.number("select count(*) from nxt.order_line where description = 'sound'")).isEqualTo(1);
            assertThat(database.value("select job || ' ' || reason from nxt_sync.row_fault"))
                    .isEqualTo("lines a decimal beyond the range of numeric");
            pulls.sandbox.spoilAnswers("", "");
            pulls.poll();
            assertThat(database.value("select name from nxt.associate where associate_no = 3")).isEqualTo("spoil");
            assertThat(database.number("select count(*) from nxt_sync.pull_state where code is not null")).isZero();
            pulls.sandbox.spoilAnswers("\"deep\"", "[".repeat(5_000) + "]".repeat(5_000));
            pulls.sandbox.put(COMPANY, "associate", Map.of("associateNo", 3, "name", "deep"));
            pulls.sandbox.put(COMPANY, "associate", Map.of("associateNo", 4, "name", "beside it"));
            pulls.poll();
            assertThat(database.value("select name from nxt.associate where associate_no = 4")).isEqualTo("beside it");
            assertThat(database.value("select reason from nxt_sync.row_fault where job = 'people'"))
                    .isEqualTo("an object or a list in name, where one value is expected");
        }
    }

    private static BigDecimal tenTo(int power) {
        return new BigDecimal(BigInteger.TEN.pow(power));
    }
}
