package dev.nxtsync.pull.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A key is the same by its row as by the texts that PostgreSQL has for it. */
class RowKeyTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            INTEGER   | 0 -0 1 1.0 1e3 2147483647 -2147483648
            BIGINT    | 0 7.00 9223372036854775807 -9223372036854775808 999999999999999999 1000000000000000000
            NUMERIC   | 0 -0 0.000 1 1.0 -1.50 1e3 1e-16383 1e131071 0.00010 10000 9999.9999 12345678901234567890.12345
            TEXT      | a A é € 😀 \\N a\\b 1.0 %s
            BOOLEAN   | true false
            DATE      | 20240229 2024-02-29 2024-02-29T10:00:00Z 10101 99991231 100000101 123450101 12345-01-01 2147481231
            TIME      | 00:00 00:00:00.000000 23:59:59.9999999 10:00 10:00:00.5 10:00:00.50
            TIMESTAMP | 0001-01-01T00:00:00 2024-02-29T10:00 2024-02-29T10:00:00.120Z 9999-12-31T23:59:59.9999999 10000-01-01T00:00:00 294275-12-31T23:59:59.999999 012345-01-01T00:00:00.5
            """)
    void itsHashByTheRowIsItsHashByTheTexts(ColumnType type, String values) throws UnstorableValue {
        var table = new TargetTable("nxt", "thing", "nxt_company", "",
                List.of(new TargetColumn("text", ColumnType.TEXT, ""), new TargetColumn("second", type, ""),
                        new TargetColumn("first", ColumnType.INTEGER, "")),
                List.of("first", "second"), Optional.empty(), false);
        var key = new RowKey(table);
        var row = new EncodedRow(table);
        for (String json : values.formatted("x".repeat(3_000)).split(" ", -1)) {
            assertThat(row.encode(TargetFixture.row("x", json, "5"), new int[]{0, 1, 2})).isEmpty();
            var stored = key.of(row.bytes);
            var text = type.text(json);
            assertThat(key.canonical(List.of("5", String.valueOf(text)))).as("%s", json).isEqualTo(stored);
            assertThat(key.hash(stored)).as("%s", json).isEqualTo(key.hash(row));
            assertThat(key.hash(List.of("5", String.valueOf(text)))).as("as PostgreSQL writes %s", json)
                    .isEqualTo(key.hash(row));
        }
    }
}
