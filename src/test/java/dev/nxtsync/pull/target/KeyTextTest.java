package dev.nxtsync.pull.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.pull.state.KeySettlement;

/** Keys that PostgreSQL takes for equal, though they are written in other ways. */
class KeyTextTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

    private final TargetFixture fixture = new TargetFixture();

    KeyTextTest() throws SQLException {}

    /** Keys that are stored, those that come then, and how many of these are new. */
    @ParameterizedTest
    @CsvSource({"NUMERIC, 1 2, 1.0 2.00, 0", "NUMERIC, 1.50 2, 3 1.5 4 2 5, 3", "NUMERIC, 1e2 0, 100.00 -0.0 7, 1",
            "NUMERIC, 100000000000000000001, 100000000000000000001.0 100000000000000000002, 1",
            "INTEGER, 1 2, 1.0 20e-1 3, 1", "BIGINT, 5000000000, 5e9 5000000001, 1", "TEXT, 1, 1 1.0 01, 2",
            "TEXT, 6e0f7a52-0000-4000-8000-00000000000a, 6e0f7a52-0000-4000-8000-00000000000a 6E0F7A52-0000-4000-8000-00000000000A, 1",
            "DATE, 20240101 20240102, 2024-01-01T00:00:00 2024-01-02 20240103, 1",
            "TIMESTAMP, 2024-01-01T10:00:00 2024-01-01T10:00:01, 2024-01-01T10:00 2024-01-01T10:00:01.000Z 2024-01-01T10:00:00.1, 1",
            "TIME, 10:00:00, 10:00 10:00:00.5, 1", "BOOLEAN, true, true false, 1"})
    void rowsThatAreNewAndRowsThatWereThereAreCountedByTheStoredKey(ColumnType type, String stored, String come,
            int inserted) throws Exception {
        var table = table(type, false);
        var first = List.of(stored.split(" "));
        assertThat(write(table, NOON, first, "old", List.of())).isEqualTo(new WriteCounts(first.size(), 0, 0));
        var then = List.of(come.split(" "));
        assertThat(write(table, NOON.plusSeconds(1), then, "new", List.of()))
                .isEqualTo(new WriteCounts(inserted, then.size() - inserted, 0));
        assertThat(fixture.database.number("select count(*) from nxt.counted where text = 'new'"))
                .isEqualTo(then.size());
        assertThat(write(table, NOON.plusSeconds(2), then, "new", List.of())).as("again")
                .isEqualTo(new WriteCounts(0, 0, 0));
    }

    @Test
    void aKeyThatTheTargetsCollationTakesForEqualIsCountedAsThere() throws Exception {
        var table = table(ColumnType.TEXT, false);
        fixture.database.execute("""
                create collation public.any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
                alter table nxt.counted alter column id type text collate public.any_case""");
        write(table, NOON, List.of("a", "b"), "old", List.of());
        assertThat(write(table, NOON.plusSeconds(1), List.of("A", "c", "B"), "new", List.of()))
                .isEqualTo(new WriteCounts(1, 2, 0));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRowThatWasGoneStaysAwayHoweverItsKeyIsWritten(boolean removes) throws Exception {
        var table = table(ColumnType.NUMERIC, removes);
        write(table, NOON, List.of("2.00"), "old", List.of());
        write(table, NOON.plusSeconds(10), List.of(), "", List.of(List.of("1"), List.of("2")));
        write(table, NOON.plusSeconds(5), List.of("1.0", "2.0"), "stale", List.of());
        assertThat(fixture.database.number("select count(*) from nxt.counted where nxt_deleted_at is null")).isZero();
    }

    private TargetTable table(ColumnType type, boolean removes) throws SQLException {
        var table = new TargetTable("nxt", "counted", "nxt_company", "counted",
                List.of(new TargetColumn("id", type, ""), new TargetColumn("text", ColumnType.TEXT, "")), List.of("id"),
                Optional.empty(), removes);
        assertThat(fixture.migrator.make("counted", table, List.of("id", "text")).problems()).isEmpty();
        return table;
    }

    private WriteCounts write(TargetTable table, Instant readAt, List<String> keys, String text,
            List<List<String>> gone) throws SQLException {
        var page = new PageBuffer(table, 1 << 20, Set.of());
        keys.forEach(key -> page.add(TargetFixture.row(key, text), new int[]{0, 1}, () -> "{}"));
        assertThat(page.faults()).isEmpty();
        return new PageWriter(fixture.store, new SimpleMeterRegistry()).write(fixture.claim, table, page,
                PageWriter.Way.MERGE, new KeySettlement("things", 1, readAt, List.of(), gone));
    }
}
