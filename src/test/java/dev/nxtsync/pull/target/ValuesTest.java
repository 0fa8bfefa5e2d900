package dev.nxtsync.pull.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.config.SnakeCase;
import dev.nxtsync.database.Database;
import dev.nxtsync.database.Hostile;
import dev.nxtsync.pull.plan.TableMigrator;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Replica;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.schedule.StaleClaim;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.tenant.Tenant;

/** Values on their way from JSON through COPY into a real PostgreSQL. */
class ValuesTest {

    @ParameterizedTest
    @CsvSource({"orderNo, order_no", "orgUnit1Processing, org_unit1_processing", "orderLine, order_line",
            "vismaNetCompanyId, visma_net_company_id", "aBC, a_b_c", "order, order"})
    void namesBreakBeforeEachCapitalAndNoDigit(String identifier, String name) {
        assertThat(SnakeCase.of(identifier)).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({"DATE, 20260923, 2026-09-23", "DATE, 0, ", "DATE, 20260231, ", "DATE, 99999999, ", "DATE, -5, ",
            "DATE, 2026-09-23, 2026-09-23", "TIMESTAMP, 2026-10-01 12:45:33.798, 2026-10-01 12:45:33.798",
            "TIMESTAMP, 2026-10-01T12:45:33.9999999Z, 2026-10-01 12:45:33.999999",
            "TIMESTAMP, 2026-10-01 12:45:33, 2026-10-01 12:45:33", "TIME, 12:34:56.7891239, 12:34:56.789123",
            "INTEGER, -2147483648, -2147483648", "BIGINT, 9223372036854775807, 9223372036854775807",
            "BIGINT, 1E3, 1000", "NAMES, '[\"CreditNote\",null]', '{\"CreditNote\",NULL}'", "NAMES, [], {}"})
    void aScalarHasItsTextInPostgres(ColumnType type, String json, String text) throws UnstorableValue {
        assertThat(type.text(json)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"INTEGER, 2147483648", "INTEGER, 1.5", "INTEGER, x", "BIGINT, 9223372036854775808", "NUMERIC, NaN",
            "BOOLEAN, 1", "TIMESTAMP, 0000-00-00 00:00:00", "TIMESTAMP, 2026-02-30 00:00:00",
            "TIMESTAMP, 999999-01-01 00:00:00", "TIMESTAMP, yesterday", "TIME, 25:00", "NAMES, x", "NAMES, [x]",
            "NAMES, '[\"a\",]'", "NAMES, [nope]", "NAMES, '[\"a b\"]'"})
    void whatPostgresHasNoValueForIsSaidAndNotGuessed(ColumnType type, String json) {
        assertThatThrownBy(() -> type.text(json)).isInstanceOf(UnstorableValue.class).hasMessageNotContaining(json);
    }

    /** Each stands at the edge of some type; a value that PostgreSQL refuses would hold up all rows beside it. */
    @ParameterizedTest
    @EnumSource
    void whateverIsTakenOfAnOddValueIsTakenByPostgresToo(ColumnType type) throws Exception {
        var fixture = new TargetFixture();
        var table = new TargetTable("nxt", "odd", "nxt_company", "odd",
                List.of(new TargetColumn("id", ColumnType.INTEGER, ""), new TargetColumn("value", type, "")),
                List.of("id"), Optional.empty(), false);
        fixture.migrator.make("odd", table, List.of("id", "value"));
        var page = new PageBuffer(table, 1 << 20, Set.of());
        int id = 0;
        for (String value : new String[]{"0000-01-01", "0000-12-31 23:59", "0001-01-01", "9999-12-31", "99991231",
                "12345-01-01", "10101", "1231", "20230229", "2023-02-29", "2024-1-1", "0000-01-01 00:00:00",
                "294275-12-31 23:59:59.9999999", "294276-01-01 00:00:00", "000001-01-01 00:00", "2024-01-01T24:00",
                "10:00", "24:00:00", "23:59:60", "23:59:59.9999999", ".5", "5.", "+5", "-.5e+3", "-0", "0e99999999",
                "1e131071", "1e131072", "1e-16383", "1e-16384", "00012", "1_000", "0x10", "NaN", "infinity", "now", "",
                " ", "\\N", "\\.", "a\tb\nc\r", "t", "true", "TRUE", "2147483648", "-9223372036854775808", "[]",
                "[null]", "[\"NULL\",\"a\"]", "[\"\"]"}) {
            page.add(TargetFixture.row(Integer.toString(++id), value), new int[]{0, 1}, () -> "{}");
        }
        assertThat(new PageWriter(fixture.store, new SimpleMeterRegistry())
                .write(fixture.claim, table, page, PageWriter.Way.MERGE, new TargetFixture.At(Instant.EPOCH))
                .inserted()).isEqualTo(id - page.faults().size());
    }

    @ParameterizedTest
    @EnumSource(PageWriter.Way.class)
    void anyValueThatIsTakenArrivesExact(PageWriter.Way way) throws Exception {
        var fixture = new Fixture();
        var random = new Random(7);
        var expected = new ArrayList<List<String>>();
        var page = new PageBuffer(Fixture.TABLE, 1 << 24, Set.of());
        for (int i = 0; i < 3_000; i++) {
            String text = text(random);
            String number = new BigDecimal(new BigInteger(1 + random.nextInt(200), random), random.nextInt(60) - 10)
                    .toPlainString();
            String whole = Long.toString(random.nextLong());
            add(page, new String[]{Integer.toString(i), text, number, whole, null});
            expected.add(List.of(text, number, whole));
        }
        assertThat(page.faults()).isEmpty();
        assertThat(fixture.write(page, way)).isEqualTo(3_000);
        var found = fixture.database.rows("select text, number, whole from nxt.thing order by id");
        for (int i = 0; i < expected.size(); i++) {
            assertThat(List.copyOf(found.get(i).values())).isEqualTo(expected.get(i));
        }
    }

    /** The binary form of a number does not say its type, and one of another type would be another number. */
    @ParameterizedTest
    @CsvSource({"bigint, DIRECT", "bigint, MERGE", "bigint, HALVES", "numeric, DIRECT", "numeric, MERGE",
            "numeric, HALVES"})
    void aColumnThatAUserHasMadeWiderHoldsTheSameNumbers(String wider, PageWriter.Way way) throws Exception {
        var fixture = new TargetFixture();
        fixture.database.execute("alter table nxt.thing alter column id type " + wider
                + ", alter column number type numeric, alter column nxt_company type bigint");
        assertThat(fixture.write(way, Instant.now(), "1 one 5", "70000 two -1234567890123").inserted()).isEqualTo(2);
        assertThat(fixture.write(way, Instant.now(), "1 one 6").updated()).isEqualTo(1);
        assertThat(fixture.database.rows("select id::text, text, number::text from nxt.thing order by id"))
                .extracting(row -> List.copyOf(row.values()))
                .containsExactly(List.of("1", "one", "6"), List.of("70000", "two", "-1234567890123"));
    }

    @Test
    void whicheverHostileNumberIsTakenPostgresTakesTooAndTheOthersAreSetAside() throws Exception {
        var fixture = new Fixture();
        var random = new Random(8);
        var page = new PageBuffer(Fixture.TABLE, 1 << 24, Set.of());
        int taken = 0;
        for (int i = 0; i < 3_000; i++) {
            var hostile = Hostile.next(random);
            int faults = page.faults().size();
            add(page, new String[]{Integer.toString(i), hostile.text(), hostile.text(), "1", null});
            taken += page.faults().size() == faults ? 1 : 0;
        }
        for (String each : List.of("0e131072", "0e999999999", "1e131071", "1e-16383", "0." + "0".repeat(16_383),
                "9".repeat(131_072) + "." + "9".repeat(16_383))) {
            add(page, new String[]{Integer.toString(10_000 + taken++), "1", each, "1", null});
        }
        int faults = page.faults().size();
        for (String each : List.of("1e131072", "1e-16384", "0." + "0".repeat(16_384), "1e200000000", "\u0661")) {
            add(page, new String[]{Integer.toString(20_000 + faults++), "1", each, "1", null});
        }
        assertThat(page.faults()).hasSize(faults).extracting(RowFault::reason)
                .allMatch(why -> why.equals("not a decimal") || why.equals("a decimal beyond the range of numeric"));
        assertThat(fixture.write(page, PageWriter.Way.DIRECT)).isEqualTo(taken);
        assertThat(
                fixture.database.number("select count(*) from nxt.thing where id < 10000 and number <> text::numeric"))
                .isZero();
    }

    @Test
    void aKeyHasNoMoreThan200DigitsHoweverItIsWritten() {
        var table = new TargetTable("nxt", "t", "nxt_company", "",
                List.of(new TargetColumn("n", ColumnType.NUMERIC, ""), new TargetColumn("i", ColumnType.INTEGER, "")),
                List.of("n", "i"), Optional.empty(), false);
        assertThat(table.keyOf(List.of("1.50", "1e3"))).contains(List.of("1.50", "1000"));
        assertThat(table.keyOf(List.of("1e250", "1"))).isEmpty();
        assertThat(table.keyOf(List.of("1e200000000", "1"))).isEmpty();
        assertThat(table.keyOf(List.of("1", "1e200000000"))).isEmpty();
        assertThat(table.keyOf(List.of("1", "1e-200000000"))).isEmpty();
    }

    @Test
    void aPageBeyondItsBoundIsDroppedAndSaysSo() {
        var page = new PageBuffer(Fixture.TABLE, 100_000, Set.of());
        for (int i = 0; i < 3; i++) {
            add(page, new String[]{Integer.toString(i), "x".repeat(60_000), null, null, null});
            assertThat(page.overflowed()).isEqualTo(i > 0);
        }
        assertThat(page.rows()).isEqualTo(2);
    }

    @Test
    void aRowThatNoPageIsLargeEnoughForIsSetAsideAndTheOthersGoOn() {
        var page = new PageBuffer(Fixture.TABLE, 100_000, Set.of());
        for (int length : List.of(10, 100_001, 20_000_000, 10)) {
            add(page, new String[]{Integer.toString(page.rows()), "x".repeat(length), null, null, null});
        }
        assertThat(page.overflowed()).isFalse();
        assertThat(page.rows()).isEqualTo(4);
        assertThat(page.faults()).extracting(RowFault::reason).hasSize(2)
                .allMatch(why -> why.startsWith("a row of more than 100000 bytes"));
    }

    @Test
    void keysThatAreOneInPostgresAreOneInAPage() {
        var table = new TargetTable("nxt", "t", "nxt_company", "", List
                .of(new TargetColumn("n", ColumnType.NUMERIC, ""), new TargetColumn("at", ColumnType.TIMESTAMP, "")),
                List.of("n", "at"), Optional.empty(), false);
        var page = new PageBuffer(table, 100_000, Set.of());
        add(page, new String[]{"1", "2026-01-01 00:00:00.1234567"});
        add(page, new String[]{"1.0", "2026-01-01 00:00:00.1234568"});
        add(page, new String[]{"1.0", "2026-01-01 00:00:00.123457"});
        assertThat(page.rows()).isEqualTo(2);
        assertThat(page.repeated()).isNotEmpty();
        assertThat(page.faults()).isEmpty();
    }

    @Test
    void aRowWithoutAKeyIsSetAside() {
        var page = new PageBuffer(Fixture.TABLE, 100_000, Set.of());
        add(page, new String[]{null, "x", null, null, null});
        assertThat(page.faults()).extracting(RowFault::reason)
                .containsExactly("a column of the primary key is empty, which PostgreSQL does not allow");
    }

    @Test
    void aLaterReadOrALargerStampWinsAndAnEqualRowIsNotWritten() throws Exception {
        var fixture = new Fixture();
        Instant noon = Instant.parse("2026-11-24T12:00:00Z");
        assertThat(fixture.write("a", "2026-01-01 10:00:00", noon)).isEqualTo(1);
        String row = fixture.database.value("select ctid::text from nxt.thing");
        assertThat(fixture.write("a", "2026-01-01 10:00:00", noon.plusSeconds(9))).as("an equal row").isZero();
        assertThat(fixture.database.value("select ctid::text from nxt.thing")).isEqualTo(row);
        assertThat(fixture.database.value("select xmax::text from nxt.thing")).as("it was not even locked")
                .isEqualTo("0");
        assertThat(fixture.write("b", "2026-01-01 10:00:00", noon.minusSeconds(1)))
                .as("an earlier read with the same stamp").isZero();
        assertThat(fixture.write("b", null, noon)).as("the same time without a stamp").isZero();
        assertThat(fixture.write("b", "2026-01-01 10:00:01", noon.minusSeconds(1)))
                .as("an earlier read with a larger stamp").isEqualTo(1);
        assertThat(fixture.write("c", null, noon.plusSeconds(1))).as("a later read, whatever its stamp").isEqualTo(1);
        fixture.database.execute("update nxt.thing set nxt_deleted_at = now()");
        assertThat(fixture.write("d", "2027-01-01 00:00:00", noon.plusSeconds(1)))
                .as("over a deletion mark only a later read counts").isZero();
        assertThat(fixture.write("c", null, noon.plusSeconds(2))).as("then even an equal row").isEqualTo(1);
        assertThat(fixture.database.value("select nxt_deleted_at from nxt.thing")).isNull();
    }

    @Test
    void aWriteWhoseClaimIsGoneLeavesNothingBehind() throws Exception {
        var fixture = new Fixture();
        fixture.write("a", null, Instant.EPOCH);
        fixture.database.execute("update nxt_sync.job set fence = fence + 1");
        assertThatThrownBy(() -> fixture.write("b", null, Instant.EPOCH.plusSeconds(5))).isInstanceOf(StaleClaim.class);
        assertThat(fixture.database.value("select text from nxt.thing")).isEqualTo("a");
        assertThat(fixture.database.number("select rows from nxt_sync.pull_state")).isEqualTo(1);
    }

    @Test
    void viewsGrantsIndexesAndColumnsOfUsersStay() throws Exception {
        var fixture = new Fixture();
        fixture.database.execute(
                "alter table nxt.thing add column mine text default 'x'; create index mine on nxt.thing (mine); "
                        + "create view nxt.seen as select id, text from nxt.thing; alter table nxt.thing drop column whole cascade");
        fixture.write("a", null, Instant.EPOCH.plusSeconds(1), false);
        assertThat(new TableMigrator(fixture.store, new Replica(fixture.store)).make("things", Fixture.TABLE,
                List.of("whole"))).as("the lost column comes back")
                .isEqualTo(new TableMigrator.Made.Usable(List.of("the column whole was added")));
        assertThat(fixture.database.number("select count(*) from nxt_sync.pass where kind = 'load'"))
                .as("every row is wanted again").isEqualTo(1);
        fixture.write("b", null, Instant.EPOCH.plusSeconds(2));
        assertThat(fixture.database.value("select text from nxt.seen")).isEqualTo("b");
        assertThat(fixture.database.value("select mine from nxt.thing")).isEqualTo("x");
    }

    @Test
    void aDirectPageThatMeetsAKeyWhichIsThereGoesThroughTheRule() throws Exception {
        var fixture = new Fixture();
        fixture.write("newer", "2026-01-01 10:00:00", Instant.EPOCH.plusSeconds(5));
        var page = new PageBuffer(Fixture.TABLE, 1 << 20, Set.of());
        add(page, new String[]{"1", "older", "1.50", "7", null});
        add(page, new String[]{"2", "new", "1.50", "7", null});
        assertThat(fixture.write(page, PageWriter.Way.DIRECT)).isEqualTo(1);
        assertThat(fixture.database.value("select string_agg(text, ',' order by id) from nxt.thing"))
                .isEqualTo("newer,new");
    }

    /** A holder that is frozen in the middle of its {@code COPY} is not idle for PostgreSQL, and keeps its locks for ever. */
    @Test
    void whoeverTookAUnitOverEndsTheSessionOfAHolderBeforeThatStandsInTheWay() throws Exception {
        var fixture = new Fixture();
        try (var frozen = fixture.database.connect(); var statement = frozen.createStatement()) {
            frozen.setAutoCommit(false);
            statement.execute("set local application_name = 'nxt-sync unit 1 fence 6'");
            statement.execute("insert into nxt.thing (nxt_company, id, nxt_read_at) values (1, 1, now())");
            assertThat(fixture.write("a", null, Instant.EPOCH)).isEqualTo(1);
            assertThatThrownBy(() -> statement.execute("select 1")).isInstanceOf(SQLException.class);
        }
        assertThat(fixture.database.value("select text from nxt.thing")).isEqualTo("a");
    }

    @Test
    void aTypeIsWidenedWhereNothingIsLostAndElseTheViewOrTypeInTheWayIsNamed() throws Exception {
        var fixture = new Fixture();
        var migrator = new TableMigrator(fixture.store, new Replica(fixture.store));
        fixture.write("a", null, Instant.EPOCH);
        fixture.database.execute("create view public.wholes as select whole from nxt.thing");
        var wider = with(ColumnType.NUMERIC);
        assertThat(migrator.make("things", wider, List.of()).problems()).singleElement().asString()
                .contains("whole of nxt.thing must become numeric, but the view public.wholes uses it");
        fixture.database.execute("drop view public.wholes");
        assertThat(migrator.make("things", wider, List.of())).isEqualTo(
                new TableMigrator.Made.Usable(List.of("the column whole was widened from bigint to numeric")));
        assertThat(migrator.make("things", Fixture.TABLE, List.of())).as("a column that holds more is as good")
                .isEqualTo(new TableMigrator.Made.Usable(List.of()));
        assertThat(migrator.make("things", with(ColumnType.BOOLEAN), List.of()).problems()).singleElement().asString()
                .contains("whole of nxt.thing is numeric, not boolean");
        assertThat(fixture.database.number("select whole from nxt.thing")).isEqualTo(7);
    }

    @Test
    void whatWasRemovedAfterTheReadStaysAwayAndALaterReadBringsItBack() throws Exception {
        var fixture = new Fixture();
        var removing = new TargetTable("nxt", "thing", "nxt_company", "", Fixture.TABLE.columns(), List.of("id"),
                Optional.of("changed_timestamp"), true);
        fixture.database.execute("insert into nxt_sync.removed values ('things', 1, '1', '2026-11-24 12:00:00+00')");
        for (int second : new int[]{-1, 0, 1}) {
            var page = new PageBuffer(removing, 1 << 20, Set.of());
            add(page, new String[]{"1", "x", "1", "7", null});
            assertThat(
                    new PageWriter(fixture.store, new SimpleMeterRegistry())
                            .write(fixture.claim, removing, page, PageWriter.Way.MERGE,
                                    fixture.checkpoint(Instant.parse("2026-11-24T12:00:00Z").plusSeconds(second)))
                            .inserted())
                    .isEqualTo(second > 0 ? 1 : 0);
        }
    }

    private static void add(PageBuffer page, String[] values) {
        page.add(TargetFixture.row(values), IntStream.range(0, values.length).toArray(), () -> "{}");
    }

    private static TargetTable with(ColumnType whole) {
        return new TargetTable("nxt", "thing", "nxt_company", "", Fixture.TABLE.columns().stream()
                .map(column -> column.name().equals("whole") ? new TargetColumn("whole", whole, "") : column).toList(),
                List.of("id"), Optional.of("changed_timestamp"), false);
    }

    private static String text(Random random) {
        var text = new StringBuilder();
        int length = random.nextInt(20);
        while (text.length() < length) {
            int c = random.nextInt(4) == 0
                    ? "\\\t\n\r\b\f\u000bN.\"'".charAt(random.nextInt(11))
                    : random.nextInt(0x10FFFF) + 1;
            if (c < 0xD800 || c > 0xDFFF) {
                text.appendCodePoint(c);
            }
        }
        return text.toString();
    }

    private static final class Fixture {
        static final TargetTable TABLE = new TargetTable("nxt", "thing", "nxt_company", "things",
                List.of(new TargetColumn("id", ColumnType.INTEGER, "id"),
                        new TargetColumn("text", ColumnType.TEXT, "it's \\ text"),
                        new TargetColumn("number", ColumnType.NUMERIC, ""),
                        new TargetColumn("whole", ColumnType.BIGINT, ""),
                        new TargetColumn("changed_timestamp", ColumnType.TIMESTAMP, "")),
                List.of("id"), Optional.of("changed_timestamp"), false);

        final TestDatabase database = TestDatabase.create();
        final Database store;
        final Claim claim;

        Fixture() throws Exception {
            store = ScheduleFixture.migrated(database);
            UUID holder = UUID.randomUUID();
            database.execute(
                    "insert into nxt_sync.job (kind, connection, scope, company, fence, holder) values ('poll', 'main', 'company', 1, 7, '"
                            + holder + "'); insert into nxt_sync.pull_state (pull, company) values ('things', 1)");
            claim = new Claim(1, WorkUnit.ofPull(UnitKind.POLL, "main", Tenant.company(1), ""), 7, holder, 0, 0);
            assertThat(new TableMigrator(store, new Replica(store)).make("things", TABLE, List.of()).problems())
                    .isEmpty();
            database.execute("update nxt_sync.pull_state set loaded_at = now()");
        }

        int write(String text, String stamp, Instant readAt) throws Exception {
            return write(text, stamp, readAt, true);
        }

        int write(String text, String stamp, Instant readAt, boolean whole) throws Exception {
            var table = whole
                    ? TABLE
                    : new TargetTable(TABLE.schema(), TABLE.name(), TABLE.owner(), "", TABLE.columns().subList(0, 2),
                            TABLE.key(), Optional.empty(), false);
            var page = new PageBuffer(table, 1 << 20, Set.of());
            add(page, whole ? new String[]{"1", text, "1.50", "7", stamp} : new String[]{"1", text});
            return new PageWriter(store, new SimpleMeterRegistry())
                    .write(claim, table, page, PageWriter.Way.MERGE, checkpoint(readAt)).changed();
        }

        int write(PageBuffer page, PageWriter.Way way) throws Exception {
            return new PageWriter(store, new SimpleMeterRegistry())
                    .write(claim, TABLE, page, way, checkpoint(Instant.EPOCH)).changed();
        }

        Checkpoint checkpoint(Instant readAt) {
            return new PullStates.Reread("things", 1, readAt, Optional.empty());
        }
    }
}
