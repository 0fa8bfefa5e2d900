package dev.nxtsync.pull.preview;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.graphql.schema.SchemaFixture;
import dev.nxtsync.pull.plan.TargetsFixture;
import dev.nxtsync.support.TestDatabase;

class ReadyViewsTest {
    private static final Map<String, String> PULLS = Map.of("NXT_PULLS_ORDERS_TABLE", "order", "NXT_PULLS_LINES_TABLE",
            "orderLine", "NXT_PULLS_LINES_TARGET", "My lines", "NXT_PULLS_PARTIES_TABLE", "associate",
            "NXT_PULLS_GOODS_TABLE", "product", "NXT_PULLS_GOODS_EXCEPT", "price1");

    private final TargetsFixture targets;
    private final TestDatabase database;

    ReadyViewsTest() throws SQLException {
        targets = new TargetsFixture();
        database = targets.database;
    }

    @AfterEach
    void end() {
        targets.close();
    }

    @Test
    void theViewsRunAsPrintedAndJoinAndGoOnWhenAColumnIsGone() throws SQLException {
        targets.make(PULLS);
        views(PULLS).forEach(database::execute);
        database.execute(
                """
                        insert into nxt."order" (nxt_company, order_no, customer_no, order_type_as_enum, nxt_read_at) values (7, 1, 30, 'Stop', now()), (8, 1, 30, 'Stop', now());
                        insert into nxt."My lines" (nxt_company, order_no, line_no, product_no, nxt_read_at, nxt_deleted_at) values (7, 1, 1, 'A', now(), null), (7, 1, 2, 'A', now(), now());
                        insert into nxt.associate (nxt_company, associate_no, customer_no, name, nxt_read_at) values (7, 1, 30, 'Fjord', now()), (7, 2, 30, 'Twice', now());
                        insert into nxt.product (nxt_company, product_no, description, nxt_read_at) values (7, 'A', 'Boat', now());
                        insert into nxt_sync.enumeration values ('Order_orderTypeAsEnum', 2, 'Stop', 'Stopped', 'en')""");
        assertThat(lines()).containsExactly("7 1 1 30 Fjord Boat");
        assertThat(orders()).containsExactly("7 Stopped Fjord", "8 Stopped -");
        targets.sandbox.faults(Map.of("drift-column", 1.0));
        targets.make(PULLS);
        assertThat(lines()).containsExactly("7 1 1 30 Fjord Boat");
        assertThat(orders()).containsExactly("7 Stopped Fjord", "8 Stopped -");
    }

    @Test
    void aViewHasARowOnceInTheFirstLanguageThatHasATextForIt() throws SQLException {
        var environment = new HashMap<>(PULLS);
        environment.put("NXT_LANGUAGES", "nb,sv");
        targets.make(environment);
        views(environment).stream().filter(view -> view.contains("\"orders_in_words\"")).forEach(database::execute);
        database.execute(
                """
                        insert into nxt."order" (nxt_company, order_no, order_type_as_enum, nxt_read_at) values (7, 1, 'Stop', now()), (7, 2, 'InUse', now()), (7, 3, 'Blocked', now());
                        insert into nxt_sync.enumeration values ('Order_orderTypeAsEnum', 2, 'Stop', 'Stopped', 'en'), ('Order_orderTypeAsEnum', 2, 'Stop', 'Stoppad', 'sv'), ('Order_orderTypeAsEnum', 2, 'Stop', 'Stoppet', 'nb'), ('Order_orderTypeAsEnum', 2, 'Stop', 'Stoppet nu', 'da'), ('Order_orderTypeAsEnum', 1, 'InUse', 'In use', 'en'), ('Order_orderTypeAsEnum', 1, 'InUse', null, 'nb')""");
        assertThat(all("select order_no || ' ' || order_type_text as it from nxt.orders_in_words order by 1"))
                .containsExactly("1 Stoppet", "2 In use", "3 Blocked");
    }

    @Test
    void whatHasNoPullIsTakenAsItsPullWouldHaveIt() throws SQLException {
        var views = views(Map.of());
        targets.make(Map.of("NXT_PULLS_A_TABLE", "order", "NXT_PULLS_B_TABLE", "orderLine", "NXT_PULLS_C_TABLE",
                "associate", "NXT_PULLS_D_TABLE", "product"));
        views.forEach(database::execute);
        assertThat(lines()).isEmpty();
    }

    @Test
    void aTableThatIsLeftOutOfAllIsInNoView() throws SQLException {
        var all = Map.of("NXT_PULLS_ALL_TABLE", "*", "NXT_PULLS_ALL_EXCEPT_TABLES", "product");
        targets.make(Map.of("NXT_PULLS_ORDER_TABLE", "order", "NXT_PULLS_ORDERLINE_TABLE", "orderLine",
                "NXT_PULLS_ASSOCIATE_TABLE", "associate"));
        var views = views(all);
        assertThat(views).hasSize(2).allMatch(view -> view.contains("customer_name"))
                .noneMatch(view -> view.contains("product_description"));
        views.forEach(database::execute);
    }

    @Test
    void whatAPullDoesNotReadIsNotInAView() throws SQLException {
        var few = Map.of("NXT_PULLS_ORDERS_TABLE", "order", "NXT_PULLS_ORDERS_COLUMNS", "orderDate",
                "NXT_PULLS_LINES_TABLE", "orderLine", "NXT_PULLS_LINES_COLUMNS", "description",
                "NXT_PULLS_PARTIES_TABLE", "associate", "NXT_PULLS_GOODS_TABLE", "product");
        targets.make(few);
        var views = views(few);
        assertThat(views).hasSize(2).noneMatch(view -> view.contains("customer_name") || view.contains("product"));
        views.forEach(database::execute);
    }

    private List<String> views(Map<String, String> environment) {
        return new ReadyViews(SettingsFixture.of(environment), new Pulls(SettingsFixture.of(environment)),
                SchemaFixture.introspection(targets.nxt), SchemaFixture.rowTypes(targets.nxt)).of("main");
    }

    private List<String> orders() {
        return all("select nxt_company || ' ' || order_type_text || ' ' || coalesce(customer_name, '-') as it "
                + "from nxt.orders_in_words order by 1");
    }

    private List<String> lines() {
        return all("select concat_ws(' ', nxt_company, order_no, line_no, customer_no, customer_name, "
                + "product_description) as it from nxt.order_lines_in_words order by 1");
    }

    private List<String> all(String sql) {
        return database.rows(sql).stream().map(row -> row.get("it")).toList();
    }
}
