package dev.nxtsync.sandbox;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.reducing;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

class WholesalerTest {
    private static final LocalDate TODAY = LocalDate.of(2028, 2, 29);
    private static final Map<String, List<Map<String, Object>>> TABLES = new Wholesaler(TODAY, 7).tables(400);

    @Test
    void theTotalOfAnOrderIsTheSumOfItsLinesAndALineIsQuantityTimesPriceLessDiscount() {
        var sums = sums("orderLine", "orderNo", "amountDomestic");
        for (var order : TABLES.get("order")) {
            assertThat(order.get("orderAmountDomestic")).isEqualTo(sums.get(order.get("orderNo")));
            var discount = (BigDecimal) order.get("discountPercent");
            TABLES.get("orderLine").stream().filter(line -> line.get("orderNo").equals(order.get("orderNo")))
                    .forEach(line -> assertThat(amount(line, "quantity").multiply(amount(line, "priceInCurrency"))
                            .multiply(new BigDecimal(100).subtract(discount)).movePointLeft(2)
                            .subtract(amount(line, "amountDomestic")).abs())
                            .isLessThanOrEqualTo(new BigDecimal("0.005")));
        }
        assertThat(TABLES.get("order")).hasSize(400).anyMatch(each -> amount(each, "discountPercent").signum() > 0);
    }

    @Test
    void anInvoiceIsAnOrderWithAQuarterOfVatAndItsPostingsAreZeroTogether() {
        var totals = sums("order", "orderNo", "orderAmountDomestic");
        assertThat(TABLES.get("customerTransaction")).hasSizeGreaterThan(300).allSatisfy(each -> {
            BigDecimal net = totals.get(each.get("voucherJournalNo"));
            assertThat(each.get("amountDomestic")).isEqualTo(net.add(Wholesaler.vat(net)));
        });
        assertThat(sums("generalLedgerTransaction", "voucherJournalNo", "postedAmountDomestic").values())
                .hasSizeGreaterThan(300).allMatch(sum -> sum.signum() == 0);
        assertThat(Wholesaler.vat(new BigDecimal("100.10"))).isEqualTo("25.03");
    }

    @Test
    void everyDateLiesInTheLastTwoYears() {
        int first = 20_260_228;
        int last = 20_280_229;
        everyValue((column, value) -> {
            if (column.kind() == ColumnModel.Kind.DATE) {
                assertThat((Integer) value).as(column.name()).isBetween(first, last);
            } else if (column.kind() == ColumnModel.Kind.TIMESTAMP) {
                assertThat(LocalDate.parse(value.toString().substring(0, 10))).isBetween(TODAY.minusYears(2), TODAY);
            }
        });
    }

    @Test
    void everyValueFitsTheTypeOfItsColumn() {
        everyValue((column, value) -> {
            assertThat(value).as(column.name()).isInstanceOf(switch (column.kind()) {
                case STRING, TIMESTAMP -> String.class;
                case BOOLEAN -> Boolean.class;
                case DECIMAL -> BigDecimal.class;
                case LONG -> Long.class;
                default -> Integer.class;
            });
            var row = new Row(Data.table("order"), Row.WRITTEN_ONLY, 0, Map.of(column.name(), value));
            switch (column.kind()) {
                case DATE, TIME -> assertThat(row.companion(column)).as(column.name()).isNotNull();
                case TIMESTAMP ->
                    assertThat(value.toString()).matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{7}");
                default -> assertThat(value.toString()).doesNotContain("null");
            }
        });
    }

    @Test
    void everyKeyIsThereOnceAndWhatARowRefersToIsThere() {
        TABLES.forEach((table, rows) -> assertThat(rows).extracting(row -> Data.key(Data.table(table), row)).as(table)
                .doesNotHaveDuplicates());
        assertThat(values("order", "customerNo")).isSubsetOf(values("associate", "customerNo"));
        assertThat(values("orderLine", "productNo")).isSubsetOf(values("product", "productNo"));
        assertThat(values("generalLedgerTransaction", "accountNo"))
                .isSubsetOf(values("generalLedgerAccount", "accountNo"));
    }

    @Test
    void anOrderThatIsPushedGetsThePricesOfItsProductsAndItsTotal() {
        var line = new java.util.HashMap<String, Object>(Map.of("productNo", "1001", "quantity", 2));
        Wholesaler.price(line, BigDecimal.ZERO);
        assertThat(line).containsEntry("amountDomestic", new BigDecimal("378.00")).containsEntry("description",
                "Thermos flask 1.0 l");
        assertThat(Wholesaler.sum(List.of(line, line))).isEqualTo("756.00");
    }

    private interface Look {
        void at(ColumnModel column, Object value);
    }

    private static void everyValue(Look look) {
        TABLES.forEach((name, rows) -> rows.forEach(row -> row.forEach((column, value) -> {
            assertThat(Data.table(name).column(column)).as(name + "." + column).isNotNull();
            look.at(Data.table(name).column(column), value);
        })));
    }

    private static List<Object> values(String table, String column) {
        return TABLES.get(table).stream().map(row -> row.get(column)).toList();
    }

    private static BigDecimal amount(Map<String, Object> row, String column) {
        return (BigDecimal) row.get(column);
    }

    private static Map<Object, BigDecimal> sums(String table, String by, String column) {
        return TABLES.get(table).stream().collect(
                groupingBy(row -> row.get(by), reducing(BigDecimal.ZERO, row -> amount(row, column), BigDecimal::add)));
    }
}
