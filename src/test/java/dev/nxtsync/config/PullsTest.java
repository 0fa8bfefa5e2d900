package dev.nxtsync.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PullsTest {
    private static final List<String> TABLES = List.of("associate", "order", "orderLine", "product", "tempOrder");

    private final Pulls pulls = pulls(Map.of("NXT_PULLS_ALL_TABLE", "*", "NXT_PULLS_ALL_EXCEPT_TABLES", "temp*"));

    private static Pulls pulls(Map<String, String> variables) {
        return new Pulls(SettingsFixture.of(variables));
    }

    private static List<String> taken(Pulls pulls) {
        return pulls.matched("main", TABLES, table -> true).stream()
                .map(each -> each.pattern() + " " + each.pull().name() + " of " + each.pull().table() + " into "
                        + each.pull().targetName() + each.obstacle().map(reason -> ", not").orElse(""))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"*,order,true", "order*,order,true", "order*,orderLine,true", "order*,Order,false",
            "order*,preorder,false", "*Line,orderLine,true", "o*L*e,orderLine,true", "order,order,true",
            "order,orderLine,false", "or.er,order,false", "*\\E*,order,false"})
    void aStarStandsForAnyCharacters(String pattern, String table, boolean matches) {
        assertThat(new TablePattern(pattern).matches(table)).isEqualTo(matches);
    }

    @Test
    void eachTableThatAPatternFitsToIsAPullOfItsOwnNameAndTarget() {
        assertThat(taken(pulls)).containsExactly("all associate of associate into associate",
                "all order of order into order", "all orderline of orderLine into order_line",
                "all product of product into product");
    }

    @Test
    void aTableThatHasAPullOfItsOwnIsLeftToThat() {
        assertThat(taken(pulls(Map.of("NXT_PULLS_ALL_TABLE", "*", "NXT_PULLS_ORDERS_TABLE", "order",
                "NXT_PULLS_ORDERS_TARGET", "orders")))).noneMatch(each -> each.contains(" of order "))
                .contains("all orderline of orderLine into order_line");
    }

    @Test
    void ofTwoPatternsTheOneThatSaysMoreOfTheNameTakesATable() {
        assertThat(taken(pulls(Map.of("NXT_PULLS_A_TABLE", "*", "NXT_PULLS_LINES_TABLE", "*Line",
                "NXT_PULLS_ORDERS_TABLE", "order*", "NXT_PULLS_ORDERS_TARGET", "erp_*"))))
                .containsExactly("a associate of associate into associate", "orders erporder of order into erp_order",
                        "orders erporderline of orderLine into erp_order_line", "a product of product into product",
                        "a temporder of tempOrder into temp_order");
    }

    @Test
    void aNameOrTargetThatAnotherPullHasIsInTheWay() {
        var matched = pulls(Map.of("NXT_PULLS_ALL_TABLE", "*", "NXT_PULLS_PRODUCT_TABLE", "productGroup",
                "NXT_PULLS_OTHER_TABLE", "thing", "NXT_PULLS_OTHER_TARGET", "order_line"))
                .matched("main", TABLES, table -> true);
        assertThat(matched).filteredOn(each -> each.obstacle().isPresent()).extracting(each -> each.pull().table())
                .containsExactly("orderLine", "product");
        assertThat(matched.get(2).obstacle()).contains("There is another pull orderline, or one with the target "
                + "order_line. Configure a pull for the table orderLine with a name and TARGET of its own");
    }

    @Test
    void aTargetWhoseNameIsTooLongIsInTheWay() {
        String table = "a".repeat(60);
        assertThat(pulls(Map.of("NXT_PULLS_ALL_TABLE", "*", "NXT_PULLS_ALL_TARGET", "Oslo_*")).matched("main",
                List.of(table, "b"), each -> true))
                .extracting(each -> each.pull().name(), each -> each.obstacle().isPresent())
                .containsExactly(tuple("oslo" + table, true), tuple("oslob", false));
    }

    @Test
    void ofTwoConnectionsTheOneThatCameFirstHasTheName() {
        var both = pulls(Map.of("NXT_CONNECTIONS_OSLO_CLIENT_ID", "isv_o", "NXT_CONNECTIONS_OSLO_CLIENT_SECRET", "s",
                "NXT_PULLS_A_TABLE", "*", "NXT_PULLS_B_TABLE", "*", "NXT_PULLS_B_CONNECTION", "oslo",
                "NXT_PULLS_B_TARGET", "oslo_*"));
        both.take("main", both.matched("main", List.of("osloOrder"), table -> true).stream()
                .map(Pulls.MatchedTable::pull).toList());
        assertThat(both.names()).containsExactly("osloorder");
        assertThat(both.matched("oslo", List.of("order", "orderLine"), table -> true))
                .extracting(each -> each.pull().name(), each -> each.obstacle().isPresent())
                .containsExactly(tuple("osloorder", true), tuple("osloorderline", false));
    }

    @Test
    void aTableWithoutChangeStampsIsReadAsSeldomAsKeysAreCompared() {
        var matched = pulls(
                Map.of("NXT_PULLS_ALL_TABLE", "*", "NXT_PULLS_ALL_EVERY", "1m", "NXT_PULLS_ALL_RECONCILE", "12h"))
                .matched("main", TABLES, table -> !table.equals("product"));
        assertThat(matched).allSatisfy(each -> assertThat(each.pull().every()).isEqualTo(
                Optional.of(each.pull().name().equals("product") ? Duration.ofHours(12) : Duration.ofMinutes(1))));
    }

    @Test
    void whatIsTakenIsKnownToAllWhoAsk() {
        assertThat(pulls.names()).isEmpty();
        pulls.take("main",
                pulls.matched("main", TABLES, table -> true).stream().map(Pulls.MatchedTable::pull).toList());
        assertThat(pulls.names()).containsExactly("associate", "order", "orderline", "product");
        assertThat(pulls.ofTable("orderLine")).extracting(Settings.Pull::name).containsExactly("orderline");
        assertThat(pulls.of("main")).hasSize(4);
        assertThat(pulls.of("other")).isEmpty();
        assertThat(pulls.isOfPattern("order")).isTrue();
        pulls.take("main", List.of());
        assertThat(pulls.names()).isEmpty();
    }
}
