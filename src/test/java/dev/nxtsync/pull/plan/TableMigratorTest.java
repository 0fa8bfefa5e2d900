package dev.nxtsync.pull.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;

import dev.nxtsync.database.Database;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.pull.state.TableScans;
import dev.nxtsync.pull.target.ColumnType;
import dev.nxtsync.pull.target.TargetColumn;
import dev.nxtsync.pull.target.TargetFault;
import dev.nxtsync.pull.target.TargetFixture;
import dev.nxtsync.pull.target.TargetTable;
import dev.nxtsync.schedule.Replica;

class TableMigratorTest {
    /** By a key of more columns. */
    private static final TargetTable WIDER = new TargetTable("nxt", "thing", "nxt_company", "things",
            TargetFixture.TABLE.columns(), List.of("id", "number"), Optional.empty(), false);

    private final TargetFixture fixture;

    TableMigratorTest() throws SQLException {
        fixture = new TargetFixture();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            alter table nxt.thing rename to moved; create view nxt.thing as select * from nxt.moved              | is a view, not a table
            alter table nxt.thing rename to moved; create materialized view nxt.thing as select * from nxt.moved | is a materialized view
            drop table nxt.thing; create sequence nxt.thing                                                      | is a sequence, not a table
            drop table nxt.thing; create type nxt.thing as (id integer)                                          | is a type, not a table
            alter table nxt.thing drop column nxt_read_at                                                        | has no column nxt_read_at
            alter table nxt.thing drop column id                                                                 | has no column id
            alter table nxt.thing alter column text type integer using 0                                         | the column text of nxt.thing is integer, not text
            create domain d as text; alter table nxt.thing alter column text type d                              | the column text of nxt.thing is public.d, not text
            alter table nxt.thing drop column number, add number bigint generated always as (id) stored          | the column number of nxt.thing is generated
            alter table nxt.thing drop constraint thing_pkey                                                     | has lost its primary key
            alter table nxt.thing drop constraint thing_pkey, add primary key (nxt_company, id) deferrable       | has lost its primary key
            """)
    void aTableThatCannotBeUsedIsSeenWithoutWritingToIt(String change, String problem) throws SQLException {
        assertThat(fixture.fits(TargetFixture.TABLE)).isTrue();
        fixture.database.execute(change);
        assertThat(fixture.fits(TargetFixture.TABLE)).isFalse();
        assertThat(fixture.make(TargetFixture.TABLE).problems()).anySatisfy(each -> assertThat(each).contains(problem));
    }

    @Test
    void aColumnThatIsGoneIsMadeAgainAndATableWithOtherColumnsAndIndexesIsAsGood() throws SQLException {
        fixture.database.execute("alter table nxt.thing add column mine text; alter table nxt.thing drop constraint "
                + "thing_pkey; create unique index on nxt.thing (id, nxt_company) include (mine)");
        assertThat(fixture.fits(TargetFixture.TABLE)).isTrue();
        fixture.database.execute("alter table nxt.thing drop column text");
        assertThat(fixture.fits(TargetFixture.TABLE)).isFalse();
        assertThat(fixture.make(TargetFixture.TABLE).changes()).containsExactly("the column text was added");
        assertThat(fixture.fits(TargetFixture.TABLE)).isTrue();
    }

    @Test
    void aColumnThatSaysInWordsWhatAnotherSaysIsAddedWithoutReadingTheRowsAgain() throws SQLException {
        fixture.write(1, "a");
        var columns = new ArrayList<>(TargetFixture.TABLE.columns());
        columns.add(new TargetColumn("number_flags", ColumnType.NAMES, "flags"));
        var inWords = new TargetTable("nxt", "thing", "nxt_company", "things", columns, List.of("id"), Optional.empty(),
                false);
        assertThat(fixture.make(inWords).changes()).containsExactly("the column number_flags was added");
        assertThat(fixture.fits(inWords)).isTrue();
        assertThat(fixture.make(inWords)).as("once").isEqualTo(new TableMigrator.Made.Usable(List.of()));
        assertThat(fixture.database.number("select count(*) from nxt_sync.pass")).isZero();
        assertThat(fixture.database.number("select count(*) from nxt_sync.pull_state where loaded_at is null"))
                .isZero();
    }

    @Test
    void aColumnThatWasOfAnotherTypeMayHaveLostItsValuesSoThatEveryRowIsReadAgain() throws SQLException {
        fixture.database.execute("alter table nxt.thing alter column text type integer using 0");
        assertThat(fixture.make(TargetFixture.TABLE).problems()).hasSize(1);
        fixture.database.execute("alter table nxt.thing alter column text type text");
        assertThat(fixture.make(TargetFixture.TABLE).problems()).isEmpty();
        assertThat(fixture.database.number("select count(*) from nxt_sync.pass where kind = 'load'")).isEqualTo(1);
    }

    @Test
    void aColumnThatIsLostDuringAFirstLoadHasTheLoadBeginAgainAsOneThatHasNotBegun() throws SQLException {
        fixture.database.execute("""
                insert into nxt_sync.pull_state (pull, company) values ('things', 2);
                update nxt_sync.pull_state set loaded_at = null;
                insert into nxt_sync.pass (pull, company, kind, started_at, cursor, rows, expected, mark, since, direct)
                values ('things', 1, 'load', now(), '{}', 60, 100, 'm', 's', true);
                alter table nxt.thing drop column text""");
        fixture.make(TargetFixture.TABLE);
        var scans = new TableScans(fixture.store);
        for (int company : List.of(1, 2)) {
            assertThat(scans.of("things", company, TableScan.ScanKind.LOAD)).as("company " + company)
                    .contains(TableScan.wanted("things", company, TableScan.ScanKind.LOAD));
        }
    }

    @Test
    void aTableThatIsGoneIsMadeAnewAndItsPullBeginsAnew() throws SQLException {
        fixture.write(1, "a");
        fixture.database.execute("""
                insert into nxt_sync.pass (pull, company, kind, cursor) values ('things', 1, 'load', '{}');
                insert into nxt_sync.removed (pull, company, key, read_at) values ('things', 1, '1', now());
                update nxt_sync.pull_state set mark = 'm', mark_seen_at = now(), floor = 'f', digest = 'd', held = 'h',
                    state = 'stopped', code = 'target_unusable', reason = 'r', met_by = 'reconciliation';
                drop table nxt.thing""");
        assertThat(fixture.make(TargetFixture.TABLE).changes()).singleElement().asString().contains("made anew");
        assertThat(fixture.database.rows("""
                select state, code, reason, met_by, rows, loaded_at, complete_as_of, mark, floor, digest, held,
                       (select count(*) from nxt_sync.pass) as passes from nxt_sync.pull_state""").get(0).toString())
                .isEqualTo(
                        "{state=ok, code=null, reason=null, met_by=null, rows=0, loaded_at=null, complete_as_of=null, "
                                + "mark=null, floor=null, digest=null, held=null, passes=0}");
        assertThat(fixture.make(TargetFixture.TABLE)).as("once").isEqualTo(new TableMigrator.Made.Usable(List.of()));
    }

    @Test
    void aKeyOfMoreColumnsBecomesTheTablesPrimaryKeyAndItsPullBeginsAnewWithTheRowsThatAreThere() throws SQLException {
        fixture.write(1, "a");
        fixture.database.execute(
                """
                        insert into nxt_sync.pass (pull, company, kind, cursor) values ('things', 1, 'reconciliation', '{}');
                        update nxt_sync.pull_state set state = 'stopped', code = 'key_not_unique', reason = 'r', missing = 'm'""");
        assertThat(fixture.fits(WIDER)).isFalse();
        assertThat(fixture.make(WIDER).changes()).singleElement().asString()
                .contains("primary key (\"nxt_company\", \"id\", \"number\") is new");
        assertThat(fixture.fits(WIDER)).isTrue();
        assertThat(fixture.database.rows("""
                select state, code, missing, loaded_at, rows, (select count(*) from nxt_sync.pass) as passes,
                       (select count(*) from nxt.thing) as kept from nxt_sync.pull_state""").get(0).toString())
                .isEqualTo("{state=ok, code=null, missing=null, loaded_at=null, rows=1, passes=0, kept=1}");
        fixture.database.execute("insert into nxt.thing select nxt_company, id, text, 8, nxt_read_at from nxt.thing");
        assertThat(fixture.make(TargetFixture.TABLE)).isInstanceOfSatisfying(TableMigrator.Made.TargetKeyWrong.class,
                wrong -> assertThat(wrong.reason().message())
                        .contains("The key id of pull things is not unique: several "
                                + "rows of nxt.thing share it. Set NXT_PULLS_THINGS_KEY to all columns"));
        assertThat(fixture.fits(WIDER)).isTrue();
    }

    @Test
    void aKeyThatAnIndexOfAUserFitsHasThePullBeginAnewAllTheSame() throws SQLException {
        fixture.write(1, "a");
        fixture.database.execute("create unique index on nxt.thing (nxt_company, id, number)");
        assertThat(fixture.fits(WIDER)).as("though the table is as it must be").isFalse();
        assertThat(fixture.migrator.isToChange("things", WIDER)).isTrue();
        assertThat(fixture.make(WIDER).problems()).isEmpty();
        fixture.database.execute("insert into nxt.thing select nxt_company, id, text, 8, nxt_read_at from nxt.thing");
        assertThat(fixture.database.number("select count(*) from nxt_sync.pull_state where loaded_at is null"))
                .isEqualTo(1);
        fixture.database.execute("update nxt_sync.pull_state set loaded_at = now()");
        assertThat(fixture.make(WIDER)).as("once").isEqualTo(new TableMigrator.Made.Usable(List.of()));
    }

    @Test
    void ofProcessesWithDifferentKeysTheOneThatWasStartedLastDecidesForAsLongAsItLives() throws SQLException {
        var replicas = List.of(new Replica(fixture.store), new Replica(fixture.store));
        var tables = List.of(TargetFixture.TABLE, WIDER);
        var makers = replicas.stream().map(replica -> new TableMigrator(fixture.store, replica)).toList();
        for (int i = 0; i < 2; i++) {
            replicas.get(i).beat();
            assertThat(makers.get(i).make("things", tables.get(i), List.of()).problems()).isEmpty();
        }
        for (int round = 0; round < 3; round++) {
            assertThat(makers.get(0).make("things", tables.get(0), List.of())).isInstanceOfSatisfying(
                    TableMigrator.Made.Disputed.class,
                    disputed -> assertThat(disputed.reason().coded()).contains(ErrorCode.KEY_DIFFERS.code())
                            .startsWith("This process has the key id for pull things, and another process that is "
                                    + "alive has id,number. Set NXT_PULLS_THINGS_KEY to the same in both"));
            assertThat(makers.get(1).make("things", tables.get(1), List.of()))
                    .isEqualTo(new TableMigrator.Made.Usable(List.of()));
            assertThat(fixture.fits(tables.get(0))).isFalse();
            assertThat(fixture.fits(tables.get(1))).isTrue();
        }
        // the one that has decided is started again, with the same key, and stands for it from then on
        var again = new Replica(fixture.store);
        again.beat();
        replicas.get(1).leave();
        var migrator = new TableMigrator(fixture.store, again);
        assertThat(migrator.fitting(Map.of("things", WIDER))).as("nobody stands for the key").isEmpty();
        assertThat(migrator.isToChange("things", WIDER)).as("which takes no time").isFalse();
        assertThat(migrator.make("things", WIDER, List.of())).isEqualTo(new TableMigrator.Made.Usable(List.of()));
        assertThat(migrator.fitting(Map.of("things", WIDER))).isNotEmpty();
        assertThat(makers.get(0).make("things", tables.get(0), List.of()))
                .isInstanceOf(TableMigrator.Made.Disputed.class);
        again.leave();
        assertThat(makers.get(0).make("things", tables.get(0), List.of()).changes()).singleElement().asString()
                .contains("primary key (\"nxt_company\", \"id\") is new");
        assertThat(fixture.fits(tables.get(0))).isTrue();
    }

    @Test
    void aLaterProcessWhoseKeyTheRowsDoNotHaveLeavesThePullToTheOneThatIsAlive() throws SQLException {
        var first = new Replica(fixture.store);
        first.beat();
        var later = new Replica(fixture.store);
        later.beat();
        assertThat(new TableMigrator(fixture.store, first).make("things", WIDER, List.of()).problems()).isEmpty();
        fixture.database.execute("""
                insert into nxt.thing (nxt_company, id, number, nxt_read_at) values (1, 1, 1, now()), (1, 1, 2, now());
                update nxt_sync.pull_state set loaded_at = now()""");
        var migrator = new TableMigrator(fixture.store, later);
        assertThat(migrator.make("things", TargetFixture.TABLE, List.of())).isInstanceOfSatisfying(
                TableMigrator.Made.Disputed.class,
                disputed -> assertThat(disputed.reason().message()).contains("has the key id for pull things, which "
                        + "several rows of nxt.thing share, and another process that is alive has id,number"));
        assertThat(fixture.fits(WIDER)).isTrue();
        first.leave();
        assertThat(migrator.make("things", TargetFixture.TABLE, List.of()))
                .isInstanceOf(TableMigrator.Made.TargetKeyWrong.class);
        assertThat(fixture.database.number("select count(*) from nxt_sync.pull_state where loaded_at is null"))
                .as("nothing is read again for a key that cannot be").isZero();
    }

    @Test
    void aColumnOfTheKeyThatIsNewHasTheRowsReadAgainThatLackIt() throws SQLException {
        fixture.write(1, "a");
        fixture.database.execute("alter table nxt.thing drop column number");
        assertThat(fixture.make(WIDER).problems()).isEmpty();
        assertThat(fixture.fits(WIDER)).isTrue();
        assertThat(fixture.database.number("select count(*) from nxt.thing")).isZero();
        assertThat(fixture.database.number("select count(*) from nxt_sync.pull_state where loaded_at is null"))
                .isEqualTo(1);
    }

    @Test
    void aTableOfMoreColumnsThanPostgresHasIsAFaultOfItsOwn() {
        var columns = new ArrayList<>(TargetFixture.TABLE.columns());
        for (int i = 0; i < 1_600; i++) {
            columns.add(new TargetColumn("c" + i, ColumnType.TEXT, ""));
        }
        var wide = new TargetTable("nxt", "wide", "nxt_company", "", columns, List.of("id"), Optional.empty(), false);
        assertThatThrownBy(() -> fixture.make(wide)).isInstanceOf(TargetFault.class)
                .hasMessageContaining("at most 1600 columns");
    }

    @Test
    void rightsThatAreLackingAreNamedWithTheStatementThatGivesThem() throws SQLException {
        String user = "feeble_" + UUID.randomUUID().toString().substring(0, 8);
        fixture.database.execute("create role " + user + " login; grant usage on schema nxt_sync to " + user
                + "; grant select on all tables in schema nxt_sync to " + user);
        var source = new PGSimpleDataSource();
        source.setUrl(fixture.database.url());
        source.setUser(user);
        var migrator = new TableMigrator(new Database(source), fixture.replica);
        try {
            var removing = new TargetTable("nxt", "thing", "nxt_company", "", TargetFixture.TABLE.columns(),
                    List.of("id"), Optional.empty(), true);
            assertThat(migrator.fitting(Map.of("things", removing))).isEmpty();
            assertThat(migrator.make("things", removing, List.of()).problems()).singleElement().asString()
                    .contains("grant usage on schema \"nxt\" to " + user + "; ")
                    .contains("grant select, insert, update, delete on \"nxt\".\"thing\" to " + user);
            for (Map.Entry<String, Boolean> grant : List.of(Map.entry("usage on schema nxt", false),
                    Map.entry("select, insert, update on nxt.thing", false), Map.entry("delete on nxt.thing", true))) {
                fixture.database.execute("grant " + grant.getKey() + " to " + user);
                assertThat(migrator.fitting(Map.of("things", removing)).isEmpty()).as(grant.getKey())
                        .isEqualTo(!grant.getValue());
            }
        } finally {
            fixture.database.execute("drop owned by " + user + "; drop role " + user);
        }
    }
}
