package dev.nxtsync.pull.words;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.graphql.schema.SchemaFixture;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.plan.TargetsFixture;
import dev.nxtsync.sandbox.SandboxOptions;

class ValueTextsTest {
    private static final Map<String, String> PULLS = Map.of("NXT_PULLS_ORDERS_TABLE", "order", "NXT_PULLS_GOODS_TABLE",
            "product");
    private static final String TYPE = "Order_orderTypeAsEnum";

    private final List<String> asked = new ArrayList<>();
    private boolean isRefused;
    private TargetsFixture targets;
    private List<PullPlan> pulled;

    @AfterEach
    void end() {
        targets.close();
    }

    @Test
    void valuesHaveTextsInEachLanguageThatBusinessNxtHas() throws SQLException {
        begin("domains");
        read("nb,fi,en");
        assertThat(texts(TYPE)).containsExactly("en Blocked: Blocked in ENGLISH", "en InUse: In Use in ENGLISH",
                "en Mandatory: Mandatory in ENGLISH", "en Stop: Stop in ENGLISH", "nb Blocked: Blocked in NORWEGIAN",
                "nb InUse: In Use in NORWEGIAN", "nb Mandatory: Mandatory in NORWEGIAN", "nb Stop: Stop in NORWEGIAN");
        assertThat(texts("Order_orderPreferencesFlags")).contains("nb CreditNote: Credit Note in NORWEGIAN");
        assertThat(asked).as("all domains and both languages in one request").containsExactly("row_types",
                "enumerations", "model", "model_fields", "model_items", "model_items", "model_domains",
                "model_members");
    }

    @Test
    void aDomainThatLacksOneOfTheValuesIsAnotherOne() throws SQLException {
        begin("domains");
        read("nb,en");
        assertThat(texts("Product_productTypeAsEnum")).containsExactly("en Blocked: -", "en InUse: -",
                "en Mandatory: -", "en Stop: -");
    }

    @Test
    void domainsThatAreOnlyToldAllAtOnceAreReadToo() throws SQLException {
        begin("all-domains");
        read("sv,da");
        assertThat(texts(TYPE)).contains("en Stop: -", "sv Stop: Stop in SWEDISH", "da Stop: Stop in DANISH");
        assertThat(texts("Product_productTypeAsEnum")).noneMatch(text -> text.startsWith("sv"));
    }

    @Test
    void withoutDomainsOrAnAnswerValuesAreThoseOfTheSchema() throws SQLException {
        begin("columns");
        read("nb,en");
        assertThat(texts(TYPE)).containsExactly("en Blocked: -", "en InUse: -", "en Mandatory: -", "en Stop: -");
        targets.close();
        begin("domains");
        isRefused = true;
        read("nb,en");
        assertThat(texts(TYPE)).containsExactly("en Blocked: -", "en InUse: -", "en Mandatory: -", "en Stop: -");
    }

    @Test
    void whatWasToldStaysWhenNothingIsToldAndWhenALanguageIsNoLongerSet() throws SQLException {
        begin("domains");
        targets.database.execute("insert into nxt_sync.enumeration values ('" + TYPE + "', 3, 'Stop', 'old', 'en')");
        isRefused = true;
        read("nb,en");
        assertThat(texts(TYPE)).contains("en Stop: old");
        isRefused = false;
        read("nb,en");
        var all = texts(TYPE);
        assertThat(all).contains("en Stop: Stop in ENGLISH", "nb Stop: Stop in NORWEGIAN");
        String written = written();
        read("en");
        isRefused = true;
        read("nb,en");
        assertThat(texts(TYPE)).isEqualTo(all);
        assertThat(written()).as("nothing new is nothing written").isEqualTo(written);
    }

    @Test
    void aDescriptionReplacesATextOnlyIfTheModelWasHeard() throws SQLException {
        begin("none");
        keep("described", true);
        keep("readable", true);
        keep("described", false);
        keep("", true);
        assertThat(texts(TYPE)).containsExactly("en Stop: readable");
    }

    @Test
    void aNumberThatIsKnownIsThatOfAllLanguages() throws SQLException {
        begin("domains");
        read("en");
        targets.database.execute("""
                insert into nxt."order" (nxt_company, order_no, nxt_read_at, order_type, order_type_as_enum)
                values (1, 1, now(), 3, 'Mandatory'), (1, 2, now(), 1, 'InUse')""");
        read("en");
        targets.database.execute("delete from nxt.\"order\"");
        read("en,nb");
        assertThat(numbers()).containsExactly("Blocked - -", "InUse 1 1", "Mandatory 3 3", "Stop - -");
        targets.database.execute("""
                insert into nxt."order" (nxt_company, order_no, nxt_read_at, order_type, order_type_as_enum)
                values (1, 3, now(), 2, 'Stop')""");
        read("en,nb");
        assertThat(numbers()).containsExactly("Blocked - -", "InUse 1 1", "Mandatory 3 3", "Stop 2 2");
    }

    @Test
    void aViewOfAUserSurvivesWhenLanguagesAreAdded() throws SQLException {
        begin("domains");
        read("en");
        targets.database.execute(
                """
                        create view public.mine as
                        select name, text from nxt_sync.enumeration where domain = 'Order_orderTypeAsEnum' and language = 'en'""");
        read("nb,sv");
        assertThat(targets.database.number("select count(*) from public.mine where text like '% in ENGLISH'"))
                .isEqualTo(4);
    }

    private void begin(String model) throws SQLException {
        targets = new TargetsFixture(SandboxOptions.defaults().withModel(model), this::instead);
        pulled = targets.make(PULLS);
        asked.clear();
    }

    private Optional<Answer> instead(Question question) {
        asked.add(question.operation());
        return isRefused && question.operation().equals("model_members")
                ? Optional.of(new Failure.Unreachable(ErrorCode.UNREACHABLE, "nobody"))
                : Optional.empty();
    }

    private void keep(String text, boolean isWhole) throws SQLException {
        targets.store.useTransaction(transaction -> Enumerations.keep(transaction,
                new ValueTexts.ToldTexts(Map.of("en", Map.of(TYPE, Map.of("Stop", text))), isWhole)));
    }

    private void read(String languages) throws SQLException {
        var settings = SettingsFixture.of(Map.of("NXT_LANGUAGES", languages));
        new WordReading(SchemaFixture.rowTypes(targets.nxt),
                new ValueTexts(SchemaFixture.domains(targets.nxt), settings), targets.store).read("main", pulled);
    }

    private List<String> texts(String domain) {
        return all("select language || ' ' || name || ': ' || coalesce(text, '-') as it from nxt_sync.enumeration "
                + "where domain = '" + domain + "' order by language, name");
    }

    private List<String> numbers() {
        return all("select name || ' ' || string_agg(coalesce(value::text, '-'), ' ') as it "
                + "from nxt_sync.enumeration where domain = '" + TYPE + "' group by name order by name");
    }

    private List<String> all(String sql) {
        return targets.database.rows(sql).stream().map(row -> row.get("it")).toList();
    }

    private String written() {
        return targets.database.value("select max(xmin::text::bigint)::text from nxt_sync.enumeration");
    }
}
