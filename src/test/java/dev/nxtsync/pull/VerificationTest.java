package dev.nxtsync.pull;

import static dev.nxtsync.pull.PullsFixture.COMPANY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.pull.target.TargetFault;
import dev.nxtsync.schedule.UnitKind;

/** What is said of whether source and target are equal. */
class VerificationTest {
    private static final Map<String, Integer> ROWS = Map.of("voucher", 20, "associate", 30);
    private static final String OWN_KEY = "batchNo,voucherNo";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            singly   | NOT_PROVEN singly    | counts 20 rows | (not_proven)
            vouchers | DIFFERENT            | is not unique  | (key_not_unique)
            """)
    void aPartOfAKeyIsNeverTakenForAWholeOne(String pull, String first, String reason, String code) throws Exception {
        try (var pulls = new PullsFixture(ROWS, vouchersBy("batchNo"))) {
            var said = new Said(pulls, pull);
            assertThat(said.equal).isFalse();
            assertThat(said.text()).startsWith(first).contains(reason).contains(code).doesNotContain("WELL ");
            var others = new Said(pulls, "people");
            assertThat(others.equal).isTrue();
            assertThat(others.text()).startsWith("WELL ").contains("30 rows, equal in key");
        }
    }

    /** Whether its schema says so, or its answers to what its schema has. */
    @ParameterizedTest
    @ValueSource(strings = {"no-count", "refused-count", "refused-counting"})
    void aServerThatDoesNotCountProvesNothing(String fault) throws Exception {
        try (var pulls = new PullsFixture(ROWS, vouchersBy(OWN_KEY))) {
            var counted = new Said(pulls, "singly");
            assertThat(counted.equal).isTrue();
            assertThat(counted.text()).startsWith("WELL ").contains("20 rows, equal in key");
            pulls.sandbox.faults(Map.of(fault, 1.0));
            var said = new Said(pulls, "singly");
            assertThat(said.equal).isFalse();
            assertThat(said.text()).startsWith("NOT_PROVEN ").contains("20 rows, equal in key")
                    .contains("does not say how many rows table voucher has (totalCount)");
        }
    }

    @Test
    void sumsOfBusinessNxtThatContradictItsRowsProveNothing() throws Exception {
        try (var pulls = new PullsFixture(ROWS, vouchersBy(OWN_KEY))) {
            assertThat(new Said(pulls, "people").text()).containsPattern("the control totals of \\d+ groups are equal");
            pulls.instead = question -> question.operation().startsWith("totals_")
                    ? Optional.of(new Answer.Data(Filters.parse("{\"useCompany\":{\"groups\":{\"items\":0}}}"), "", 1))
                    : Optional.empty();
            var said = new Said(pulls, "people");
            assertThat(said.equal).isFalse();
            assertThat(said.text()).startsWith("NOT_PROVEN ").contains("0 rows in Business NXT, ");
            pulls.instead = question -> question.operation().startsWith("totals_")
                    ? Optional.of(new Failure.InDoubt("It took too long.", "", true, true))
                    : Optional.empty();
            assertThat(new Said(pulls, "people").text()).startsWith("WELL ")
                    .contains("there are no control totals: It took too long.");
        }
    }

    @Test
    void aRowThatComesTwiceIsOneRow() throws Exception {
        try (var pulls = new PullsFixture(ROWS, vouchersBy(OWN_KEY))) {
            pulls.sandbox.faults(Map.of("repeat-row", 1.0));
            pulls.store.database()
                    .execute("delete from nxt.associate; update nxt_sync.pull_state set loaded_at = null");
            pulls.run(UnitKind.LOAD, "people");
            assertThat(pulls.store.database().value(
                    "select requests from nxt_sync.run where job = 'people' and kind = 'load' order by id desc limit 1"))
                    .as("it never moves the cursor back").isEqualTo("2");
            pulls.sandbox.put(COMPANY, "associate", Map.of("associateNo", 4, "name", "came twice"));
            pulls.poll();
            assertThat(pulls.store.database().value("select name from nxt.associate where associate_no = 4"))
                    .isEqualTo("came twice");
            assertThat(new Said(pulls, "people").text()).startsWith("WELL ").contains("30 rows, equal in key");
            assertThat(pulls.store.database().count("nxt_sync.row_fault")).isZero();
        }
    }

    @Test
    void aTargetThatPostgresRefusesIsToldAsSuch() throws Exception {
        try (var pulls = new PullsFixture(ROWS, vouchersBy(OWN_KEY))) {
            pulls.store.database().execute("alter table nxt.singly rename to elsewhere");
            assertThatThrownBy(() -> new Said(pulls, "singly")).isInstanceOf(TargetFault.class)
                    .satisfies(fault -> assertThat(((TargetFault) fault).reason().errorCode())
                            .isEqualTo(ErrorCode.TARGET_UNUSABLE));
        }
    }

    private static Map<String, String> vouchersBy(String key) {
        var environment = new HashMap<>(Map.of("NXT_PULLS_VOUCHERS_TABLE", "voucher", "NXT_PULLS_VOUCHERS_KEY", key,
                "NXT_PULLS_SINGLY_TABLE", "voucher", "NXT_PULLS_SINGLY_KEY", key, "NXT_PULLS_SINGLY_TARGET", "singly",
                // pages of one row show no repeats
                "NXT_PULLS_SINGLY_PAGE_SIZE", "1", "NXT_PULLS_SINGLY_PAGE_SIZE_MAX", "1"));
        environment.putAll(Map.of("NXT_PULLS_PEOPLE_TABLE", "associate", "NXT_PULLS_PEOPLE_PAGE_SIZE", "20",
                "NXT_PULLS_PEOPLE_PAGE_SIZE_MAX", "20"));
        for (String pull : List.of("VOUCHERS", "SINGLY", "PEOPLE")) {
            environment.put("NXT_PULLS_" + pull + "_COMPANIES", Integer.toString(COMPANY));
        }
        return environment;
    }

    /** What came of a verification. */
    private static final class Said {
        private final List<String> lines = new ArrayList<>();
        private final boolean equal;

        Said(PullsFixture pulls, String pull) throws Exception {
            var settings = Objects.requireNonNull(pulls.settings.pulls().get(pull));
            equal = pulls.verification().run(settings, event -> lines.add(event.course() + " " + event.text()), () -> {
            });
        }

        String text() {
            return String.join("\n", lines);
        }
    }
}
