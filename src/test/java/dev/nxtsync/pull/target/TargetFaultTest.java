package dev.nxtsync.pull.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.SQLException;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.error.ErrorCode;

class TargetFaultTest {
    private static final String SECRET = "salary 4711";

    private final TargetFixture fixture;

    TargetFaultTest() throws SQLException {
        fixture = new TargetFixture();
    }

    /** Whatever a user has made of a table, in whatever words PostgreSQL says so. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            42P01 | drop table nxt.thing                                                         | relation "nxt.thing" does not exist
            42P01 | drop schema nxt cascade                                                      | relation "nxt.thing" does not exist
            42703 | alter table nxt.thing drop column text                                       | column "text"
            42703 | alter table nxt.thing rename column text to words                            | column "text"
            22P02 | alter table nxt.thing alter column text type integer using 0                 | invalid input syntax for type integer: "…"
            42P10 | alter table nxt.thing drop constraint thing_pkey                             | no unique or exclusion constraint
            23502 | alter table nxt.thing add column mine text not null                          | null value in column "mine"
            23514 | alter table nxt.thing add check (length(text) < 3)                           | check constraint
            23503 | create table o (t text unique); alter table nxt.thing add foreign key (text) references o (t) deferrable initially deferred | foreign key
            428C9 | alter table nxt.thing drop column number, add number bigint generated always as (id) stored | column "number"
            22012 | create index on nxt.thing ((1 / (id - id)))                                  | division by zero
            0A000 | create rule r as on insert to nxt.thing do instead nothing                   | cannot perform INSERT RETURNING on relation "thing". You need
            """)
    void aStatementThatIsRefusedIsAFaultOfTheTargetWithTheServersWordsAndNoValues(String state, String change,
            String words) {
        fixture.database.execute(change);
        var fault = catchThrowableOfType(TargetFault.class, () -> write(SECRET));
        assertThat(fault.getSQLState()).isEqualTo(state);
        assertThat(fault.reason().errorCode()).isEqualTo(ErrorCode.TARGET_UNUSABLE);
        assertThat(fault.reason().message()).contains("about its target table nxt.thing: ").contains(words)
                .contains("(SQLSTATE " + state + ")").contains(ErrorCode.TARGET_UNUSABLE.nextStep())
                .doesNotContain(SECRET);
        assertThat(DatabaseFault.of(fault)).isEqualTo(fault.reason());
    }

    /** A trigger may give any SQLSTATE, also one by which an outage of the database is known. */
    @ParameterizedTest
    @CsvSource({"P0001, false", "57P01, false", "08006, false", "53100, false", "28000, false", "40001, true",
            "40P01, true", "55P03, true"})
    void aTriggerThatRaisesIsNeitherAnOutageNorAnybodyElsesFault(String state, boolean mayPass) throws SQLException {
        raise("raise exception 'no, %', 'not so' using errcode = '" + state + "', detail = new.text");
        var fault = catchThrowableOfType(TargetFault.class, () -> write(SECRET));
        assertThat(fault.reason().message()).contains("no, not so (SQLSTATE " + state + ")").doesNotContain(SECRET);
        assertThat(fault.mayPass()).isEqualTo(mayPass);
        assertThat(DatabaseFault.isAway(fault)).isFalse();
        fixture.database.execute("drop trigger t on nxt.thing");
        assertThat(write(SECRET).inserted()).as("it heals").isEqualTo(2);
    }

    @Test
    void theValueThatAnErrorQuotesIsLeftOut() {
        raise("new.number := new.text::integer; return new");
        var fault = catchThrowableOfType(TargetFault.class, () -> write("4711 \"of\" mine"));
        assertThat(fault.reason().message()).contains("invalid input syntax for type integer: \"…\" (SQLSTATE 22P02)")
                .doesNotContain("4711").doesNotContain("mine");
    }

    @Test
    void whatIsPutOffUntilTheCommitIsAFaultOfTheTargetToo() {
        fixture.database
                .execute("create function f() returns trigger language plpgsql as $$ begin raise 'too late'; end $$; "
                        + "create constraint trigger t after insert on nxt.thing deferrable initially deferred for each row "
                        + "execute function f()");
        assertThatThrownBy(() -> write(SECRET)).isInstanceOf(TargetFault.class).hasMessageContaining("too late");
    }

    @Test
    void whatATriggerPutsOffElsewhereIsAFaultOfTheTargetAlsoWhereItLeavesTheRowOut() {
        fixture.database.execute(
                "create table public.o (t text unique); create table public.log (t text references public.o (t) "
                        + "deferrable initially deferred)");
        raise("insert into public.log values (new.text); return null");
        assertThatThrownBy(() -> write(SECRET)).isInstanceOf(TargetFault.class).hasMessageContaining("foreign key");
    }

    @Test
    void aConnectionThatIsLostInATriggerIsNoFaultOfTheTarget() {
        raise("perform pg_terminate_backend(pg_backend_pid()); return new");
        assertThatThrownBy(() -> write(SECRET)).isInstanceOf(SQLException.class).isNotInstanceOf(TargetFault.class)
                .satisfies(lost -> assertThat(DatabaseFault.isAway((SQLException) lost)).isTrue());
    }

    @Test
    void aTableThatSomebodyHasLockedMayBeFreeAgainSoon() throws Exception {
        try (var user = fixture.database.connect(); var statement = user.createStatement()) {
            user.setAutoCommit(false);
            statement.execute("lock table nxt.thing");
            var fault = catchThrowableOfType(TargetFault.class, () -> write(SECRET));
            assertThat(fault.mayPass()).isTrue();
        }
        assertThat(write(SECRET).inserted()).isEqualTo(2);
    }

    @Test
    void rowsThatATriggerLeavesOutAreNotCountedWhicheverWayTheyWent() throws SQLException {
        raise("return null");
        for (var way : PageWriter.Way.values()) {
            assertThat(fixture.write(way, 1, SECRET)).as(way.toString()).isEqualTo(WriteCounts.NOTHING);
        }
    }

    /** Two rows, of which none is taken: so it is the table. */
    private WriteCounts write(String text) throws SQLException {
        var page = new PageBuffer(TargetFixture.TABLE, 1 << 20, Set.of());
        for (int id = 1; id <= 2; id++) {
            String key = "{\"id\":" + id + "}";
            page.add(TargetFixture.row(Integer.toString(id), text, "7"), new int[]{0, 1, 2}, () -> key);
        }
        return new PageWriter(fixture.store, new SimpleMeterRegistry()).write(fixture.claim, TargetFixture.TABLE, page,
                PageWriter.Way.MERGE, fixture.increment());
    }

    private void raise(String body) {
        fixture.database.execute("create function public.f() returns trigger language plpgsql as $$ begin " + body
                + "; end $$; create trigger t before insert on nxt.thing for each row execute function public.f()");
    }
}
