package dev.nxtsync.pull.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.Column.Companion;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.graphql.schema.Tables;
import dev.nxtsync.pull.PullFixture;
import dev.nxtsync.pull.key.KeyChoice;
import dev.nxtsync.tenant.Scope;

class PullValidatorTest {

    @Test
    void aKeyThatIsNotKnownIsAskedForWithTheVariableAndWithoutAGuess() {
        assertThat(flaw(pull("text", List.of()), column("textNo", Companion.NONE)))
                .contains("The primary key of text is not known").contains("NXT_PULLS_X_KEY to all of its columns")
                .doesNotContain("textNo");
        assertThat(design(pull("text", List.of("textNo")), column("textNo", Companion.NONE)))
                .isInstanceOf(PullValidator.Sound.class);
    }

    @Test
    void namesThatWouldCollideOrAreReservedAreRefusedWithBothNamed() {
        assertThat(flaw(pull("text", List.of("textNo")), column("textNo", Companion.NONE), column("aB", Companion.NONE),
                column("a_b", Companion.NONE))).contains("The columns aB and a_b would both be a_b");
        assertThat(flaw(pull("text", List.of("textNo")), column("textNo", Companion.NONE),
                column("kind", Companion.ENUM), column("kind_as_enum", Companion.NONE))).contains("kind_as_enum");
        assertThat(flaw(pull("text", List.of("textNo")), column("textNo", Companion.NONE),
                column("nxtThing", Companion.NONE))).contains("nxt_ is reserved");
        assertThat(flaw(pull("text", List.of("textNo")), column("textNo", Companion.NONE),
                column("x".repeat(64), Companion.NONE))).contains("63 bytes");
    }

    @Test
    void aColumnThatThereIsNotIsToldWithTheSettingThatNamesIt() {
        assertThat(flaw(pull("text", List.of("txtNo")), column("textNo", Companion.NONE)))
                .isEqualTo("The table text has no column txtNo that this client id can read; did you mean textNo? "
                        + "Correct NXT_PULLS_X_KEY.");
        assertThat(flaw(pull("order", List.of()), column("customerNo", Companion.NONE)))
                .isEqualTo("The table order has no column orderNo that this client id can read. It is of the primary "
                        + "key. Give the access group of the client id the right to it.");
        assertThat(flaw(pull("text", List.of("textNo")), column("textNo", Companion.NONE),
                column("nxtThing", Companion.NONE))).endsWith("leave it out by NXT_PULLS_X_EXCEPT.");
    }

    @Test
    void eachFlawHasItsCodeInTheCatalogueOfErrors() {
        assertThat(trouble(design(pull("text", List.of()), column("textNo", Companion.NONE))))
                .isEqualTo(ErrorCode.KEY_UNKNOWN);
        assertThat(trouble(design(pull("text", List.of("no")), column("textNo", Companion.NONE))))
                .isEqualTo(ErrorCode.COLUMN_UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"orderLine | orderNo | true", "orderLine | lineNo customerNo | true",
            "orderLine | orderNo lineNo | false", "orderLine | lineNo orderNo customerNo | false",
            "orderLine | customerNo | false", "order | orderNo lineNo | false", "text | lineNo | false"})
    void aKeyThatIsOnlyAPartOfTheOneThatIsKnownIsInDoubtBeforeARowIsRead(String table, String key, boolean doubted) {
        var design = design(pull(table, List.of(key.split(" "))), column("orderNo", Companion.NONE),
                column("lineNo", Companion.NONE), column("customerNo", Companion.NONE));
        var doubt = ((PullValidator.Sound) design).keyDoubt();
        assertThat(doubt.isPresent()).isEqualTo(doubted);
        assertThat(doubt.orElse("NXT_PULLS_X_KEY is orderNo, lineNo")).startsWith("NXT_PULLS_X_KEY is")
                .contains("orderNo, lineNo");
    }

    @ParameterizedTest
    @CsvSource(nullValues = "none", value = {"vouchr, voucher", "Order, order", "orderline, orderLine",
            "assocate, associate", "associate, none", "frobnicate, none", "batches, batch"})
    void aTableThatIsNotThereIsToldWithTheNearestThatIs(String table, @Nullable String nearest) {
        var there = List.of("order", "orderLine", "voucher", "batch");
        var names = nearest == null || there.contains(nearest) ? there : List.of(nearest);
        var design = PullValidator.validate(List.of(pull(table, List.of())), new Tables(Map.of(), Map.of(), names),
                KeyChoice::known, SettingsFixture.defaults()).get("x");
        var reason = ((PullValidator.Flawed) design).reason();
        assertThat(reason.errorCode()).isEqualTo(ErrorCode.TABLE_UNKNOWN);
        assertThat(reason.message()).startsWith("There is no table " + table + " that this client id can read"
                + (nearest == null ? "." : "; did you mean " + nearest + "?")).doesNotContain("primary key");
    }

    @Test
    void aTableThatDoesNotTellItsChangesIsSaidToBeReadWhole() {
        assertThat(design(pull("text", List.of("textNo")), column("textNo", Companion.NONE)).toString())
                .endsWith("read completely each time, because changedTimestamp cannot be read");
    }

    private static ErrorCode trouble(PullValidator.Design design) {
        return ((PullValidator.Flawed) design).reason().errorCode();
    }

    private static String flaw(Settings.Pull pull, Column... columns) {
        return ((PullValidator.Flawed) design(pull, columns)).reason().message();
    }

    private static PullValidator.Design design(Settings.Pull pull, Column... columns) {
        var byName = new LinkedHashMap<String, Column>();
        Stream.of(columns).forEach(column -> byName.put(column.name(), column));
        return PullValidator
                .validate(List.of(pull),
                        new Tables(Map.of(pull.table(),
                                new Table(pull.table(), "Text", Scope.COMPANY, byName, List.of(), Map.of(), true)),
                                Map.of()),
                        KeyChoice::known, SettingsFixture.defaults())
                .get("x");
    }

    private static Column column(String name, Companion companion) {
        return new Column(name, "Int", companion);
    }

    private static Settings.Pull pull(String table, List<String> key) {
        return PullFixture.pull("x", table, key, Optional.empty());
    }
}
