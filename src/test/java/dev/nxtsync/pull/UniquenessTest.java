package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.Column.Companion;
import dev.nxtsync.pull.plan.PullPlan;

class UniquenessTest {
    private static final PullPlan PLAN = PullFixture.plan("voucher", List.of("batchNo"), Optional.empty(),
            column("batchNo", "Int"), column("customerNo", "Int"), column("text", "String"),
            column("amount", "Decimal"), column("voucherNo", "Int"), column("changedByUser", "String"));

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "unique", textBlock = """
            []                                                                           | unique | unique
            [{"batchNo":1}]                                                              | unique | unique
            [{"batchNo":1},{"batchNo":2}]                                                | unique | unique
            [{"batchNo":1,"voucherNo":1},{"batchNo":1,"voucherNo":2},{"batchNo":2}]      | at least 2 rows with batchNo 1, which differ in voucherNo. | batchNo,voucherNo.
            [{"batchNo":1,"text":"a"},{"batchNo":1,"text":"b"}]                          | differ in text. | could be batchNo,text.
            [{"batchNo":1,"customerNo":5,"voucherNo":1},{"batchNo":1,"customerNo":6,"voucherNo":2}] | differ in customerNo, voucherNo. | batchNo,voucherNo or batchNo,customerNo.
            [{"batchNo":1,"amount":5},{"batchNo":1,"amount":6}]                          | differ in amount. | No single column
            [{"batchNo":1,"changedByUser":"a"},{"batchNo":1,"changedByUser":"b"}]        | differ in changedByUser. | No single column
            [{"batchNo":1,"text":"a"},{"batchNo":1,"text":"a"}]                          | unique | unique
            [{"batchNo":1,"text":null,"voucherNo":1},{"batchNo":1,"text":"a","voucherNo":1},{"batchNo":1,"text":"b","voucherNo":1}] | at least 3 rows | No single column
            [{"batchNo":1,"text":"a"},{"batchNo":1,"text":"b"},{"batchNo":2,"text":"a"},{"batchNo":2,"text":"a"}] | with batchNo 1, | could be batchNo,text.
            """)
    void severalRowsOfOneKeyAreToldWithAnExampleAndWithColumnsThatTellThemApart(String rows, @Nullable String first,
            @Nullable String second) {
        var verdict = Uniqueness.verdict(PLAN, Filters.parse(rows));
        if (first == null) {
            assertThat(verdict).isInstanceOf(Uniqueness.Unique.class);
            return;
        }
        var reason = ((Uniqueness.Repeated) verdict).reason();
        assertThat(reason.errorCode()).isEqualTo(ErrorCode.KEY_NOT_UNIQUE);
        assertThat(reason.message()).startsWith("The key batchNo of table voucher is not unique").contains(first)
                .contains(second).contains("Set NXT_PULLS_X_KEY to all columns");
    }

    private static Column column(String name, String scalar) {
        return new Column(name, scalar, Companion.NONE);
    }
}
