package dev.nxtsync.config;

import static dev.nxtsync.config.SettingsFixture.read;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;

class PullChecksTest {
    @Test
    void aPatternOfTablesIsToldWhatItCannotHaveAndWhatItsTargetsAreCalled() {
        var wrong = Map.ofEntries(Map.entry("NXT_CLIENT_ID", "isv_x"), Map.entry("NXT_CLIENT_SECRET", "s"),
                Map.entry("NXT_DATABASE_URL", "jdbc:postgresql://h/d"), Map.entry("NXT_PULLS_ALL_TABLE", "order-*"),
                Map.entry("NXT_PULLS_ALL_EXCEPT_TABLES", "temp*,a b"), Map.entry("NXT_PULLS_ALL_KEY", "orderNo"),
                Map.entry("NXT_PULLS_ALL_FILTER", "{}"), Map.entry("NXT_PULLS_ALL_TARGET", "all"),
                Map.entry("NXT_PULLS_ONE_TABLE", "order"), Map.entry("NXT_PULLS_ONE_EXCEPT_TABLES", "temp"),
                Map.entry("NXT_PULLS_LINES_KEY", "lineNo"));
        assertThat(read(wrong).problems()).extracting(SettingError::toString).containsExactlyInAnyOrder(
                "NXT_PULLS_ALL_TABLE: \"order-*\" is not a GraphQL name with * in it; write for example order*, or * for "
                        + "all tables",
                "NXT_PULLS_ALL_EXCEPT_TABLES: \"a b\" is not a GraphQL name with * in it; write for example order*, or * "
                        + "for all tables",
                "NXT_PULLS_ALL_TARGET: \"all\" would be the target of all tables of NXT_PULLS_ALL_TABLE; write a * where "
                        + "the name of each belongs, such as oslo_*",
                "NXT_PULLS_ALL_KEY: is about one table, and NXT_PULLS_ALL_TABLE is \"order-*\"; configure a pull for that "
                        + "table beside it, such as NXT_PULLS_LINES_TABLE=orderLine with NXT_PULLS_LINES_KEY",
                "NXT_PULLS_ALL_FILTER: is about one table, and NXT_PULLS_ALL_TABLE is \"order-*\"; configure a pull for "
                        + "that table beside it, such as NXT_PULLS_LINES_TABLE=orderLine with NXT_PULLS_LINES_FILTER",
                "NXT_PULLS_ONE_EXCEPT_TABLES: is set, and NXT_PULLS_ONE_TABLE has no *; a pull of one table leaves out "
                        + "none",
                "NXT_PULLS_LINES_TABLE: is not set, and there is no default; a table that a TABLE with a * takes is "
                        + "configured by itself when this is set to its name");
        var two = new TreeMap<>(
                Map.of("NXT_CLIENT_ID", "isv_x", "NXT_CLIENT_SECRET", "s", "NXT_DATABASE_URL", "jdbc:postgresql://h/d",
                        "NXT_CONNECTIONS_OSLO_CLIENT_ID", "isv_o", "NXT_CONNECTIONS_OSLO_CLIENT_SECRET", "s",
                        "NXT_PULLS_A_TABLE", "*", "NXT_PULLS_B_TABLE", "*", "NXT_PULLS_B_CONNECTION", "oslo"));
        assertThat(read(two).problems()).extracting(SettingError::toString).containsExactly(
                "NXT_PULLS_B_TARGET: the pulls a and b are for different connections, and would write the same target "
                        + "tables; set this one to names of its own with a * in them, such as b_*");
        two.put("NXT_PULLS_B_TARGET", "oslo_*");
        assertThat(read(two).problems()).isEmpty();
        two.remove("NXT_PULLS_B_TARGET");
        two.putAll(Map.of("NXT_PULLS_A_TABLE", "order*", "NXT_PULLS_B_TABLE", "product*"));
        assertThat(read(two).problems()).as("they have no table in common").isEmpty();
    }

    @Test
    void twoPullsOfTheSamePatternAndConnectionAreRefusedSinceNobodySaysWhichTakesTheTables() {
        assertThat(read(Map.of("NXT_PULLS_A_TABLE", "order*", "NXT_PULLS_B_TABLE", "order**", "NXT_PULLS_B_TARGET",
                "b_*", "NXT_PULLS_C_TABLE", "*", "NXT_PULLS_D_TABLE", "*Line")).problems())
                .extracting(SettingError::toString)
                .containsOnlyOnce("NXT_PULLS_B_TABLE: the pulls a and b of connection main would take the same tables, "
                        + "\"order**\"; take one of them out, or let one say more of the names, such as order*, which "
                        + "then takes those")
                .noneMatch(problem -> problem.startsWith("NXT_PULLS_C") || problem.startsWith("NXT_PULLS_D"));
    }

    @Test
    void twoPullsOfOneTableNeedTargetsOfTheirOwn() {
        assertThat(read(Map.of("NXT_PULLS_A_TABLE", "order", "NXT_PULLS_B_TABLE", "order")).problems().toString())
                .contains("NXT_PULLS_B_TARGET");
        assertThat(
                read(Map.of("NXT_PULLS_A_TABLE", "order", "NXT_PULLS_B_TABLE", "order", "NXT_PULLS_B_TARGET", "other"))
                        .problems())
                .isEmpty();
        assertThat(read(Map.of("NXT_PULLS_A_TABLE", "orderLine", "NXT_PULLS_B_TABLE", "order", "NXT_PULLS_B_TARGET",
                "order_line")).problems().toString()).contains("NXT_PULLS_B_TARGET");
    }

    @Test
    void whatCouldBecomePartOfADocumentIsANameAndNothingElse() {
        assertThat(read(
                Map.of("NXT_PULLS_A_TABLE", "order(first:1){x}", "NXT_PULLS_A_KEY", "a}", "NXT_PULLS_A_COLUMNS", "b c"))
                .problems()).hasSize(3);
    }
}
