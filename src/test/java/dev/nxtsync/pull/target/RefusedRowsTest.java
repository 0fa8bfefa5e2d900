package dev.nxtsync.pull.target;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.pull.state.KeySettlement;

/** Rows that a user's trigger, constraint or index refuses, and their neighbours. */
class RefusedRowsTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final TargetTable REMOVING = new TargetTable("nxt", "thing", "nxt_company", "things",
            TargetFixture.TABLE.columns(), List.of("id"), Optional.empty(), true);

    private final TargetFixture fixture = new TargetFixture();

    RefusedRowsTest() throws SQLException {}

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 2_500, 2_501, 4_999, 5_000})
    void oneRefusedRowStopsOnlyItselfWhereverItStands(int place) throws SQLException {
        fixture.write(PageWriter.Way.MERGE, NOON, "10 old 7", "20 ok 7");
        check();
        var written = write(NOON.plusSeconds(1), 5_000, id -> id == place);
        assertThat(written.inserted()).isEqualTo(4_997);
        assertThat(written.updated()).isEqualTo(1);
        assertThat(setAside()).containsExactly(key(place));
        assertThat(fixture.database.count("nxt.thing")).isEqualTo(4_999);
        assertThat(fixture.database.value("select reason from nxt_sync.row_fault"))
                .contains("the target table refuses it: ", "check constraint \"sound\"", "(SQLSTATE 23514)")
                .doesNotContain("bad");
    }

    @Test
    void severalAreFoundAndTheCheckpointKeepsTheNumberOfRows() throws SQLException {
        check();
        var written = new PageWriter(fixture.store, new SimpleMeterRegistry()).write(fixture.claim, TargetFixture.TABLE,
                page(Set.of(), 5_000, id -> id % 250 == 0), PageWriter.Way.MERGE, fixture.increment());
        assertThat(written.refused()).hasSize(RefusedRows.MOST);
        assertThat(written.inserted()).isEqualTo(4_980);
        assertThat(fixture.database.number("select rows from nxt_sync.pull_state")).isEqualTo(4_980);
        assertThat(fixture.database.count("nxt.thing")).isEqualTo(4_980);
    }

    @Test
    void tooManyAreAFaultOfTheTableAndNothingIsWritten() throws SQLException {
        check();
        assertThatThrownBy(() -> write(NOON, 5_000, id -> id % 238 == 0)).isInstanceOf(TargetFault.class);
        assertThat(fixture.database.count("nxt.thing")).isZero();
        assertThat(setAside()).isEmpty();
    }

    @Test
    void severalThatAreRefusedWhereNoneIsWrittenAreAFaultOfTheTableAndOneAloneIsNot() throws SQLException {
        check();
        assertThatThrownBy(() -> write(NOON, 2, id -> true)).isInstanceOf(TargetFault.class);
        assertThat(setAside()).isEmpty();
        write(NOON, 1, id -> true);
        assertThat(setAside()).containsExactly(key(1));
        write(NOON, 2, id -> true);
        assertThat(setAside()).as("one that is known to be refused says nothing of the table")
                .containsExactlyInAnyOrder(key(1), key(2));
        write(NOON.plusSeconds(1), 2, id -> true);
        assertThat(setAside()).hasSize(2);
    }

    /** What a user has made of the table, how that is undone, and what PostgreSQL says meanwhile. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            create function f() returns trigger language plpgsql as $$ begin raise 'not so'; end $$; create trigger t before insert on nxt.thing for each row when (new.text = 'bad') execute function f() | drop trigger t on nxt.thing | P0001
            create function f() returns trigger language plpgsql as $$ begin raise 'not so' using errcode = '22000'; end $$; create trigger t after insert on nxt.thing for each row when (new.text = 'bad') execute function f() | drop trigger t on nxt.thing | 22000
            create function f() returns trigger language plpgsql as $$ begin raise 'not so'; end $$; create constraint trigger t after insert on nxt.thing deferrable initially deferred for each row when (new.text = 'bad') execute function f() | drop trigger t on nxt.thing | P0001
            create function f() returns trigger language plpgsql as $$ begin assert new.text = 'ok'; return new; end $$; create trigger t before insert on nxt.thing for each row execute function f() | drop trigger t on nxt.thing | P0004
            alter table nxt.thing add constraint c check (text <> 'bad') | alter table nxt.thing drop constraint c | 23514
            create table o (t text unique); insert into o values ('ok'); alter table nxt.thing add foreign key (text) references o (t) | insert into o values ('bad') | 23503
            create table o (t text unique); insert into o values ('ok'); alter table nxt.thing add foreign key (text) references o (t) deferrable initially deferred | insert into o values ('bad') | 23503
            insert into nxt.thing (nxt_company, id, text, nxt_read_at) values (1, 100, 'bad', now()); create unique index on nxt.thing (text) where text = 'bad' | delete from nxt.thing where id = 100 | 23505
            insert into nxt.thing (nxt_company, id, text, nxt_read_at) values (1, 100, 'bad', now()); alter table nxt.thing add exclude using btree (text with =) where (text = 'bad') | delete from nxt.thing where id = 100 | 23P01
            insert into nxt.thing (nxt_company, id, text, nxt_read_at) values (1, 100, 'bad', now()); alter table nxt.thing add exclude using btree (text with =) where (text = 'bad') deferrable initially deferred | delete from nxt.thing where id = 100 | 23P01
            create index i on nxt.thing ((1 / (case text when 'bad' then 0 else 1 end))) | drop index nxt.i | 22012
            alter table nxt.thing add column half integer generated always as (1 / (length(text) - 3)) stored | alter table nxt.thing drop column half | 22012
            alter table nxt.thing alter column text type varchar(2) | alter table nxt.thing alter column text type text | 22001
            create domain d as text check (value <> 'bad'); alter table nxt.thing alter column text type d | alter table nxt.thing alter column text type text | 23514
            """)
    void whateverRefusesARowItsNeighboursAreWrittenAndItIsOnceItsCauseIsGone(String lay, String cure, String state)
            throws SQLException {
        fixture.database.execute(lay);
        for (var way : List.of(PageWriter.Way.DIRECT, PageWriter.Way.MERGE)) {
            new PageWriter(fixture.store, new SimpleMeterRegistry()).write(fixture.claim, TargetFixture.TABLE,
                    page(Set.of(), 9, id -> id == 5), way, new TargetFixture.At(NOON));
            assertThat(fixture.database.number("select count(*) from nxt.thing where id < 10 and id <> 5"))
                    .as(way.toString()).isEqualTo(8);
            assertThat(setAside()).containsExactly(key(5));
            assertThat(fixture.database.value("select reason from nxt_sync.row_fault"))
                    .contains("(SQLSTATE " + state + ")").doesNotContain("=(bad)");
        }
        fixture.database.execute(cure);
        var written = new PageWriter(fixture.store, new SimpleMeterRegistry()).write(fixture.claim, TargetFixture.TABLE,
                page(Set.of(key(5)), 9, id -> id == 5), PageWriter.Way.MERGE, new TargetFixture.At(NOON));
        assertThat(written).isEqualTo(new WriteCounts(1, 0, 0));
        assertThat(setAside()).isEmpty();
    }

    @Test
    void aRowThatOnlyLacksAnotherOfItsPageIsNotRefused() throws SQLException {
        check();
        fixture.database.execute("alter table nxt.thing add foreign key (nxt_company, number) references nxt.thing");
        var page = new PageBuffer(TargetFixture.TABLE, 1 << 20, Set.of());
        for (String row : List.of("1 ok 9", "2 ok 1", "5 bad 1", "7 ok 5", "9 ok 9")) {
            add(page, row.split(" "));
        }
        var written = new PageWriter(fixture.store, new SimpleMeterRegistry()).write(fixture.claim, TargetFixture.TABLE,
                page, PageWriter.Way.MERGE, new TargetFixture.At(NOON));
        assertThat(written.inserted()).isEqualTo(3);
        assertThat(setAside()).containsExactlyInAnyOrder(key(5), key(7));
    }

    @Test
    void itIsLookedAtAgainInHalfAMinuteAndOnceHoweverOftenItIsRefused() throws SQLException {
        fixture.database.execute("insert into nxt_sync.job (kind, connection, scope, company) values "
                + "('fetch', 'main', 'company', 1), ('fetch', 'main', 'company', 2), ('fetch', 'other', 'company', 1)");
        check();
        write(NOON, 9, id -> id == 5);
        write(NOON.plusSeconds(1), 9, id -> id == 5);
        assertThat(fixture.database.rows("""
                select job.connection || ' ' || job.company || ' ' || i.pull || ' ' || i.key as row
                from nxt_sync.inbox i join nxt_sync.job on job.id = i.unit
                where next_at between clock_timestamp() and clock_timestamp() + interval '30 s'""").toString())
                .isEqualTo("[{row=main 1 things {\"id\":5}}]");
        fixture.database.execute("update nxt_sync.inbox set attempts = 1, next_at = null");
        write(NOON.plusSeconds(2), 9, id -> id == 5);
        assertThat(fixture.database.number("select count(*) from nxt_sync.inbox")).as("while it is being looked at")
                .isEqualTo(2);
    }

    /** Keys that the API writes otherwise than PostgreSQL. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            INTEGER   | 5                       | {"id":5}
            BIGINT    | 5e9                     | {"id":5000000000}
            NUMERIC   | 1.50                    | {"id":1.5}
            TEXT      | é"\\                    | {"id":"\\u00E9\\"\\\\"}
            BOOLEAN   | false                   | {"id":false}
            DATE      | 2024-01-02T00:00:00     | {"id":20240102}
            TIMESTAMP | 2024-01-02T10:00:00.100 | {"id":"2024-01-02 10:00:00.1"}
            TIME      | 10:00                   | {"id":"10:00:00"}
            """)
    void aKeyOfAnyTypeIsKnownAgain(ColumnType type, String id, String key) throws SQLException {
        var table = new TargetTable("nxt", "keyed", "nxt_company", "keyed",
                List.of(new TargetColumn("its_id", type, "", "id"), new TargetColumn("text", ColumnType.TEXT, "")),
                List.of("its_id"), Optional.empty(), true);
        fixture.migrator.make("keyed", table, List.of("id", "text"));
        fixture.database.execute("alter table nxt.keyed add constraint c check (text <> 'bad')");
        keyed(table, id, Set.of());
        assertThat(setAside()).containsExactly(key);
        fixture.database.execute("alter table nxt.keyed drop constraint c");
        keyed(table, id, Set.of(key));
        assertThat(setAside()).isEmpty();
        fixture.database.execute("create table o (company integer, id " + type.sql()
                + ", primary key (company, id), foreign key (company, id) "
                + "references nxt.keyed); insert into o select nxt_company, its_id from nxt.keyed");
        String stored = fixture.database.value("select its_id::text from nxt.keyed");
        for (String expected : List.of("[" + key + "]", "[]")) {
            new PageWriter(fixture.store, new SimpleMeterRegistry()).write(fixture.claim, table,
                    new PageBuffer(table, 1, Set.of()), PageWriter.Way.MERGE,
                    new KeySettlement("things", 1, Instant.now(), List.of(), List.of(List.of(stored))));
            assertThat(setAside()).hasToString(expected);
            fixture.database.execute("delete from o");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            true  | create table o (company integer, id integer, foreign key (company, id) references nxt.thing); insert into o values (1, 5) | drop table o
            true  | create table o (company integer, id integer, foreign key (company, id) references nxt.thing deferrable initially deferred); insert into o values (1, 5) | drop table o
            true  | create function f() returns trigger language plpgsql as $$ begin raise 'stay'; end $$; create trigger t before delete on nxt.thing for each row when (old.id = 5) execute function f() | drop trigger t on nxt.thing
            false | create function f() returns trigger language plpgsql as $$ begin raise 'stay'; end $$; create trigger t before update on nxt.thing for each row when (old.id = 5) execute function f() | drop trigger t on nxt.thing
            """)
    void aDeletionThatIsRefusedStopsNoOtherAndNoRowOfItsPage(boolean removes, String lay, String cure)
            throws SQLException {
        var table = removes ? REMOVING : TargetFixture.TABLE;
        new PageWriter(fixture.store, new SimpleMeterRegistry()).write(fixture.claim, table,
                page(Set.of(), 9, id -> false), PageWriter.Way.MERGE, fixture.increment());
        fixture.database.execute(lay);
        var all = IntStream.rangeClosed(1, 9).mapToObj(id -> List.of(Integer.toString(id))).toList();
        var page = new PageBuffer(table, 1 << 20, Set.of());
        add(page, "10", "ok", "7");
        var written = new PageWriter(fixture.store, new SimpleMeterRegistry()).write(fixture.claim, table, page,
                PageWriter.Way.MERGE, new KeySettlement("things", 1, Instant.now(), List.of(), all));
        assertThat(written.inserted()).isEqualTo(1);
        assertThat(written.deleted()).isEqualTo(8);
        assertThat(setAside()).containsExactly(key(5));
        assertThat(left()).isEqualTo("5 10");
        assertThat(fixture.database.number("select rows from nxt_sync.pull_state")).isEqualTo(2);
        fixture.database.execute(cure);
        new PageWriter(fixture.store, new SimpleMeterRegistry()).write(fixture.claim, table,
                new PageBuffer(table, 1, Set.of()), PageWriter.Way.MERGE,
                new KeySettlement("things", 1, Instant.now(), List.of(), all));
        assertThat(left()).isEqualTo("10");
        assertThat(setAside()).isEmpty();
        assertThat(fixture.database.number("select rows from nxt_sync.pull_state")).isEqualTo(1);
    }

    private void check() {
        fixture.database.execute("alter table nxt.thing add constraint sound check (text <> 'bad')");
    }

    private WriteCounts write(Instant readAt, int rows, IntPredicate bad) throws SQLException {
        return new PageWriter(fixture.store, new SimpleMeterRegistry()).write(fixture.claim, TargetFixture.TABLE,
                page(Set.of(), rows, bad), PageWriter.Way.MERGE, new TargetFixture.At(readAt));
    }

    private void keyed(TargetTable table, String id, Set<String> known) throws SQLException {
        var page = new PageBuffer(table, 1 << 20, known);
        page.add(TargetFixture.row(id, "bad"), new int[]{0, 1}, () -> "{\"as\":\"it came\"}");
        new PageWriter(fixture.store, new SimpleMeterRegistry()).write(fixture.claim, table, page, PageWriter.Way.MERGE,
                new TargetFixture.At(NOON));
    }

    private static PageBuffer page(Set<String> known, int rows, IntPredicate bad) {
        var page = new PageBuffer(TargetFixture.TABLE, 1 << 20, known);
        for (int id = 1; id <= rows; id++) {
            add(page, Integer.toString(id), bad.test(id) ? "bad" : "ok", "7");
        }
        return page;
    }

    private static void add(PageBuffer page, String... row) {
        page.add(TargetFixture.row(row), new int[]{0, 1, 2}, () -> "{\"id\":" + row[0] + "}");
    }

    private Set<String> setAside() {
        return fixture.database.rows("select key::text as key from nxt_sync.row_fault").stream()
                .map(row -> String.valueOf(row.get("key"))).collect(toSet());
    }

    private String left() {
        return fixture.database
                .value("select string_agg(id::text, ' ' order by id) from nxt.thing where nxt_deleted_at is null");
    }

    private static String key(int id) {
        return "{\"id\":" + id + "}";
    }
}
