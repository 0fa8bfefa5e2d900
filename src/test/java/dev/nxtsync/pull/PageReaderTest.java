package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;

import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.Column.Companion;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.plan.TableMapping;
import dev.nxtsync.pull.target.RowFault;

class PageReaderTest {
    private static final PullPlan PLAN = PullFixture.plan("thing", List.of("no", "code"), Optional.empty(),
            new Column("no", "Decimal", Companion.NONE), new Column("code", "String", Companion.NONE),
            new Column("text", "String", Companion.NONE), new Column(Table.CHANGED, "DateTime", Companion.NONE));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1 a, 2 a            | 2 a | the last one
            1 a, 2 a, 1 a       | 2 a | a repeat of an earlier row
            1 a, 2 a, 2 a       | 2 a | a repeat of the last
            1 a, 1 b, 1 a       | 1 b | a repeat, told by its text
            9 a, 10 a, 9 b      | 10 a| a row of an earlier page; numbers are no texts
            -2 a, -10 a         | -2 a| numbers below zero
            -10 a, -2 a, 3 a    | 3 a | and across it
            9.5 a, 10.5 a       | 10.5 a | decimals are taken as they come
            1 b, 1 a            | 1 a | how the server orders texts is not known
            7 a, 7.0 a          | 7 a | the same number, written otherwise
            1 a, 2 a, 2 \\u0000 | 2 \\u0000 | a row that is set aside
            123456789012345678901234567890 a, 99 b | 123456789012345678901234567890 a | of any length
            """)
    void aPageEndsWithTheRowThatIsLastInOrder(String rows, String end, String why) throws IOException {
        var reader = new PageReader(PLAN.mapping(), PLAN.key(), PLAN.key(), Set.of());
        for (String row : rows.split(", ", -1)) {
            read(reader, row, "x", null);
        }
        assertThat(reader.cursor()).as(why)
                .contains("{\"no\":%s,\"code\":\"%s\"}".formatted((Object[]) end.split(" ")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ["CreditNote","NotInTheSchema"] |
            []                              |
            [null,"A"]                      |
            null                            |
            ["A\\",\\"B"]               | not a list of names
            ["A",["B"],{"c":["D"]}]         | not a list of names
            [4]                             | not a list of names
            "A"                             | not a list of names
            {"A":1}                         | an object or a list in setFlags, where one value is expected
            """)
    void theFlagsOfARowAreKeptByTheirNamesAndWhatIsNoListOfNamesIsSetAside(String json, @Nullable String fault)
            throws IOException {
        var plan = PullFixture.plan("thing", List.of("no"), Optional.empty(), new Column("no", "Int", Companion.NONE),
                new Column("set", "Int", Companion.FLAGS));
        var reader = new PageReader(plan.mapping(), plan.key(), plan.key(), Set.of());
        for (String row : List.of("{\"no\":1,\"set\":6,\"setFlags\":" + json + "}",
                "{\"no\":2,\"setFlags\":[\"B\"]}")) {
            try (var parser = new JsonFactory().createParser(row)) {
                parser.nextToken();
                reader.row(parser);
                assertThat(parser.currentToken()).isEqualTo(JsonToken.END_OBJECT);
            }
        }
        assertThat(reader.buffer().rows()).isEqualTo(2);
        assertThat(reader.buffer().faults()).extracting(RowFault::reason)
                .isEqualTo(fault == null ? List.of() : List.of(fault));
    }

    @Test
    void aWalkByChangeStampsNeverGoesBackEither() throws IOException {
        var reader = new PageReader(PLAN.mapping(), PLAN.key(), PLAN.changeOrder(), Set.of());
        read(reader, "5 a", "x", "2026-01-02 00:00:00.1000000");
        read(reader, "6 a", "x", "2026-01-03 00:00:00.1000000");
        read(reader, "4 a", "x", "2026-01-02 00:00:00.1000000");
        assertThat(reader.last(Table.CHANGED)).contains("2026-01-03 00:00:00.1000000");
        assertThat(reader.buffer().rows()).isEqualTo(3);
        read(reader, "1 a", "x", "2026-01-03 00:00:00.2");
        assertThat(reader.last(Table.CHANGED)).as("written otherwise, so perhaps later")
                .contains("2026-01-03 00:00:00.2");
    }

    @Test
    void aRowThatComesTwiceIsNoFaultAndOneThatContradictsAnotherIsToldWithItsKey() throws IOException {
        var reader = new PageReader(PLAN.mapping(), PLAN.key(), PLAN.key(), Set.of("{\"no\":1,\"code\":\"a\"}"));
        String large = "x".repeat(70_000);
        read(reader, "1 a", large, null);
        read(reader, "2 a", "y", null);
        read(reader, "1.0 a", large, null);
        assertThat(reader.buffer().repeated()).as("equal as PostgreSQL has it").hasSize(1);
        read(reader, "2 a", "y", null);
        assertThat(reader.buffer().rows()).isEqualTo(2);
        assertThat(reader.buffer().faults()).isEmpty();
        assertThat(reader.buffer().contradicted()).isEqualTo(List.of("{\"no\":1.0,\"code\":\"a\"}"));
        read(reader, "2 a", "z", null);
        read(reader, "3 a", "\\u0000", null);
        read(reader, "3 a", "sound", null);
        assertThat(reader.buffer().contradicted()).contains("{\"no\":2,\"code\":\"a\"}", "{\"no\":3,\"code\":\"a\"}");
        assertThat(reader.buffer().faults()).hasSize(1);
        assertThat(reader.buffer().rows()).isEqualTo(3);
    }

    @Test
    void keysAndStampsAreTheSameInWhateverOrderAndWithWhateverOtherColumns() throws IOException {
        String stamp = "2026-01-02 00:00:00";
        var stamps = stamps(PLAN.mapping(), "1 a", "x".repeat(150_000), stamp, "2 a", "y", stamp);
        assertThat(stamps(PLAN.mapping(), "2 a", "z", stamp, "1 a", "w", stamp)).isEqualTo(stamps);
        assertThat(stamps(PLAN.mapping().only(PLAN.target()::isKeyOrStamp), "2 a", "z", stamp, "1 a", "w", stamp))
                .isEqualTo(stamps);
        assertThat(List.of(stamps(PLAN.mapping(), "1 a", "x", stamp),
                stamps(PLAN.mapping(), "1 a", "x", stamp, "2 b", "y", stamp),
                stamps(PLAN.mapping(), "1 a", "x", stamp, "2 a", "y", "2026-01-02 00:00:01"),
                stamps(PLAN.mapping(), "1 a", "x", stamp, "2 a", "y", null))).doesNotContain(stamps);
    }

    /** @param cells key, text and stamp of each row */
    private static String stamps(TableMapping mapping, @Nullable String... cells) throws IOException {
        var reader = new PageReader(mapping, PLAN.key(), PLAN.key(), Set.of());
        for (int i = 0; i < cells.length; i += 3) {
            read(reader, String.valueOf(cells[i]), String.valueOf(cells[i + 1]), cells[i + 2]);
        }
        return reader.buffer().stamps();
    }

    @Test
    void aReaderThatWasClearedReadsTheNextPageAsANewOneDoes() throws IOException {
        var known = Set.of("{\"no\":1,\"code\":\"a\"}");
        var cleared = new PageReader(PLAN.mapping(), PLAN.key(), PLAN.key(), known);
        read(cleared, "1 a", "x".repeat(200_000), null);
        read(cleared, "2 a", "y", null);
        read(cleared, "2 a", "z", null);
        read(cleared, "3 a", "\\u0000", null);
        read(cleared, "9 z", "w", "no time");
        assertThatThrownBy(() -> read(cleared, "{\"no\":99,\"code\":\"z\",\"text\":\"cut o"))
                .as("the connection is lost").isInstanceOf(IOException.class);
        assertThat(cleared.buffer().digest()).isNotEmpty();
        assertThat(cleared.buffer().misfits()).isNotEmpty();
        assertThat(cleared.cleared().cursor()).isEmpty();
        var fresh = new PageReader(PLAN.mapping(), PLAN.key(), PLAN.key(), known);
        for (PageReader each : List.of(cleared, fresh)) {
            read(each, "3 a", "sound", null);
            read(each, "4 a", "sound", "2026-01-02 00:00:00");
        }
        assertThat(cleared.buffer()).usingRecursiveComparison().comparingOnlyFields("faults", "mended", "misfits",
                "repeated", "contradicted", "faultyKeys", "rows", "overflowed").isEqualTo(fresh.buffer());
        assertThat(cleared.buffer().keys()).isEqualTo(fresh.buffer().keys()).hasSize(2);
        assertThat(cleared.buffer().digest()).isEqualTo(fresh.buffer().digest());
        assertThat(cleared.cursor()).isEqualTo(fresh.cursor()).isPresent();
    }

    private static void read(PageReader reader, String key, String text, @Nullable String stamp) throws IOException {
        String[] parts = key.split(" ", -1);
        read(reader, "{\"no\":%s,\"code\":\"%s\",\"text\":\"%s\",\"changedTimestamp\":%s}".formatted(parts[0], parts[1],
                text, stamp == null ? "null" : "\"" + stamp + "\""));
    }

    private static void read(PageReader reader, String json) throws IOException {
        try (var parser = new JsonFactory().createParser(json)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                reader.row(parser);
            }
        }
    }
}
