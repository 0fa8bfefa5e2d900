package dev.nxtsync.pull.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

/** Columns to which a user has given another type than ours. */
class OtherTypesTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

    private final TargetFixture fixture = new TargetFixture();
    private final PageWriter writer = new PageWriter(fixture.store, new SimpleMeterRegistry());

    OtherTypesTest() throws SQLException {}

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            NUMERIC   | smallint         | 1 1.5 -7 70000 2.00
            NUMERIC   | bigint           | 1 1.5 -7 99999999999999999999 2.00
            NUMERIC   | numeric(6,2)     | 1 1.555 -7.125 99999 9999.994 9999.995 0.001
            NUMERIC   | double precision | 1 1.5 -7.25 123456789012345678901234567890
            NUMERIC   | text             | 1 1.50 -7
            NUMERIC   | varchar(3)       | 1 1.5 -7 70000 -7.5
            INTEGER   | smallint         | 1 32767 32768 -32769
            INTEGER   | boolean          | 1 0 2 7
            INTEGER   | money            | 1 0 2 7
            BIGINT    | integer          | 1 2147483648 -2147483648
            BOOLEAN   | text             | true false
            BOOLEAN   | integer          | true
            DATE      | timestamptz      | 20240229 20261231
            DATE      | text             | 20240229 123450101
            TIME      | interval         | 10:00 23:59:59.5
            TIMESTAMP | timestamptz      | 2026-10-25T02:30:00 2026-03-29T02:30:00.5 0001-01-01T00:00:00
            TIMESTAMP | date             | 2026-10-25T02:30:00
            TEXT      | varchar(3)       | abc abcd ab cde
            TEXT      | "char"           | a abc
            TEXT      | character(3)     | abc abcd ab
            TEXT      | bit(3)           | 101 1 1010
            TEXT      | varchar(3)[]     | {abc,d} {abcd} abc
            TEXT      | public.short     | abc abcd ab bad
            TEXT      | public.shorter   | abc abcd ab bad
            TEXT      | public.mood      | good bad Good
            TEXT      | jsonb            | {"a":1} {a:1} 1 "x" null
            TEXT      | uuid             | 6e0f7a52-0000-4000-8000-00000000000a x 6E0F7A52-0000-4000-8000-00000000000A
            TEXT      | boolean          | t f yes perhaps 1
            TEXT      | inet             | 10.0.0.1 10.0.0.256
            """)
    void whatATextWouldBecomeInItAValueBecomesAndWhatItRefusesIsSetAside(ColumnType type, String others, String values)
            throws Exception {
        fixture.database.execute("create domain public.short as varchar(3) check (value <> 'bad'); "
                + "create domain public.shorter as public.short; create type public.mood as enum ('good', 'better')");
        for (var way : List.of(PageWriter.Way.DIRECT, PageWriter.Way.MERGE)) {
            fixture.database.execute("drop table if exists nxt.typed, nxt.as_text; truncate nxt_sync.row_fault");
            var table = table(type);
            fixture.database.execute("alter table nxt.typed alter column value type " + others
                    + " using null; create table nxt.as_text (id integer, value " + others + ")");
            var page = new PageBuffer(table, 1 << 20, Set.of());
            var refused = new ArrayList<String>();
            for (String value : values.split(" ", -1)) {
                int id = page.rows();
                page.add(TargetFixture.row(Integer.toString(id), value), new int[]{0, 1}, () -> "{}");
                if (!copiesText(id, type.text(value))) {
                    refused.add("{\"id\":" + id + "}");
                }
            }
            var written = writer.write(fixture.claim, table, page, way, new TargetFixture.At(NOON));
            assertThat(fixture.database.rows("select id, value::text from nxt.typed order by id")).as("as %s", way)
                    .isEqualTo(fixture.database.rows("select id, value::text from nxt.as_text order by id"));
            assertThat(written.refused()).extracting(RowFault::key).containsExactlyElementsOf(refused);
            assertThat(writer
                    .write(fixture.claim, table, page, PageWriter.Way.MERGE, new TargetFixture.At(NOON.plusSeconds(1)))
                    .changed()).as("what is stored is known again").isZero();
        }
    }

    private boolean copiesText(int id, String text) throws Exception {
        try (var connection = fixture.database.connect()) {
            String line = id + "\t" + text + "\n";
            connection.unwrap(PGConnection.class).getCopyAPI().copyIn("copy nxt.as_text from stdin",
                    new ByteArrayInputStream(line.getBytes(StandardCharsets.UTF_8)));
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    private TargetTable table(ColumnType type) throws SQLException {
        var table = new TargetTable("nxt", "typed", "nxt_company", "typed",
                List.of(new TargetColumn("id", ColumnType.INTEGER, ""), new TargetColumn("value", type, "")),
                List.of("id"), Optional.empty(), false);
        assertThat(fixture.migrator.make("typed", table, List.of("id", "value")).problems()).isEmpty();
        return table;
    }
}
