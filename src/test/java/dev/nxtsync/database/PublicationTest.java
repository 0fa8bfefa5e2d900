package dev.nxtsync.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.pull.plan.TableMigrator;
import dev.nxtsync.pull.state.KeyListing;
import dev.nxtsync.pull.state.VerifiedKeys;
import dev.nxtsync.pull.target.ColumnType;
import dev.nxtsync.pull.target.PageBuffer;
import dev.nxtsync.pull.target.PageWriter;
import dev.nxtsync.pull.target.TargetColumn;
import dev.nxtsync.pull.target.TargetFixture;
import dev.nxtsync.pull.target.TargetTable;
import dev.nxtsync.pull.target.Tombstones;
import dev.nxtsync.schedule.LostCalls;
import dev.nxtsync.schedule.Replica;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.tenant.Tenant;

/** Every test database has a publication for all tables. */
class PublicationTest {
    private static final Instant FIRST = Instant.parse("2026-11-24T12:00:00Z");
    private static final Instant SECOND = FIRST.plusSeconds(60);
    private static final PageWriter.Way MERGE = PageWriter.Way.MERGE;
    /** Those of which PostgreSQL refuses updates and deletes, where they are published. */
    private static final String WITHOUT_IDENTITY = """
            select oid::regclass::text as it from pg_class published
            where relkind in ('r', 'p') and relpersistence = 'p' and relnamespace in ('nxt_sync'::regnamespace, 'nxt'::regnamespace)
              and not exists (select from pg_index where indrelid = published.oid and indisvalid
                  and case relreplident when 'd' then indisprimary when 'i' then indisreplident end)""";

    @Test
    void everyTableOfOursHasWhatAPublicationForAllTablesAsksFor() throws SQLException {
        var fixture = new TargetFixture();
        // as a run makes them
        new VerifiedKeys(fixture.store).begin(TargetFixture.TABLE);
        new KeyListing(fixture.store).add(fixture.claim, TargetFixture.TABLE.only(column -> column.name().equals("id")),
                new PageBuffer(TargetFixture.TABLE, 1, Set.of()), new TargetFixture.At(FIRST));
        assertThat(
                fixture.database.number("select count(*) from pg_class where relnamespace = 'nxt_sync'::regnamespace "
                        + "and relpersistence = 'u' and relkind = 'r'"))
                .isEqualTo(2);
        assertThat(fixture.database.rows(WITHOUT_IDENTITY)).isEmpty();
        fixture.database.execute("create table nxt_sync.of_a_later_version (id int)");
        assertThat(fixture.database.rows(WITHOUT_IDENTITY)).as("the query finds what lacks one").hasSize(1);
    }

    @Test
    void whatIsPublishedIsUpdatedAndDeleted() throws SQLException {
        var fixture = new TargetFixture();
        assertThat(fixture.database.number("select count(*) from pg_publication_tables where pubname = 'everything'"))
                .isPositive();
        var calls = new LostCalls(fixture.store);
        calls.keep(Map.of(Tenant.company(1), 3), Duration.ofHours(1));
        assertThat(calls.keep(Map.of(), Duration.ZERO)).isEmpty();
        for (int time = 0; time < 2; time++) {
            var page = new PageBuffer(TargetFixture.TABLE, 1 << 20, Set.of("{\"id\": 2}"));
            page.add(TargetFixture.row("1", "a\0b", "7"), new int[]{0, 1, 2}, () -> "{\"id\": 1}");
            page.add(TargetFixture.row("2", "a", "7"), new int[]{0, 1, 2}, () -> "{\"id\": 2}");
            assertThat(new PageWriter(fixture.store, new SimpleMeterRegistry())
                    .write(fixture.claim, TargetFixture.TABLE, page, MERGE, new TargetFixture.At(FIRST)).changed())
                    .isEqualTo(1 - time);
            assertThat(fixture.database.number("select count(*) from nxt_sync.row_fault")).isEqualTo(1);
        }
        var mended = new PageBuffer(TargetFixture.TABLE, 1 << 20, Set.of("{\"id\": 1}"));
        mended.add(TargetFixture.row("1", "ab", "7"), new int[]{0, 1, 2}, () -> "{\"id\": 1}");
        new PageWriter(fixture.store, new SimpleMeterRegistry()).write(fixture.claim, TargetFixture.TABLE, mended,
                MERGE, new TargetFixture.At(SECOND));
        assertThat(fixture.database.count("nxt_sync.row_fault")).isZero();
    }

    /** What people did who met it. */
    @ParameterizedTest
    @ValueSource(strings = {
            "alter table nxt_sync.lost_call add column id bigint generated always as identity primary key",
            "alter table nxt_sync.lost_call replica identity full",
            "alter table nxt_sync.lost_call add column nxt_key uuid not null unique default gen_random_uuid()",
            "insert into nxt_sync.lost_call (tenant, calls) select 'a', n from generate_series(1, 1000) n"})
    void aTableThatHasGotAnIdentityMeanwhileIsMigratedToo(String before) throws SQLException {
        var database = TestDatabase.create();
        database.execute("create schema nxt_sync; create schema nxt");
        for (Path migration : ScheduleFixture.migrations()) {
            if (ScheduleFixture.version(migration) == 11) {
                database.execute(before);
            }
            database.execute(ScheduleFixture.text(migration));
        }
        database.execute(
                "update nxt_sync.lost_call set calls = 2; insert into nxt_sync.lost_call (tenant, calls) values ('b', 1)");
        database.execute("delete from nxt_sync.lost_call");
        assertThat(database.rows("select conname from pg_constraint where contype = 'p' and conrelid in "
                + "('nxt_sync.lost_call'::regclass, 'nxt_sync.row_fault'::regclass)")).hasSize(2);
    }

    @Test
    void aWarehouseThatSubscribesAsTheReadmeSaysHasWhatTheTargetsHave() throws Exception {
        var source = TestDatabase.createElsewhere();
        var fixture = new TargetFixture(source, "");
        var warehouse = TestDatabase.create();
        var far = ScheduleFixture.migrated(warehouse);
        var there = new TableMigrator(far, new Replica(far));
        // what pg_dump --schema-only does
        there.make("things", TargetFixture.TABLE, List.of());
        fixture.write(PageWriter.Way.DIRECT, FIRST, "1 a 7", "2 a 7", "3 a 7");
        source.execute(documented("create publication"));
        warehouse.execute(
                documented("create subscription").replaceAll("connection '.*?'", "connection 'host=127.0.0.1 port="
                        + source.port() + " user=postgres dbname=" + source.value("select current_database()") + "'"));
        try {
            arrives(source, warehouse);
            assertThat(warehouse.number("select count(*) from nxt.thing")).as("the rows that were there").isEqualTo(3);

            fixture.write(MERGE, SECOND, "1 b 7", "4 a 7");
            gone(fixture, TargetFixture.TABLE, "2");
            gone(fixture, removing(), "3");
            arrives(source, warehouse);
            assertThat(warehouse.rows("select id, text, nxt_deleted_at is not null as gone from nxt.thing order by id"))
                    .extracting(row -> String.join(" ", row.values())).containsExactly("1 b f", "2 a t", "4 a f");

            // a column that is new: nothing comes until it is there too, and then all of it
            var wider = wider();
            fixture.migrator.make("things", wider, List.of("id", "text", "number", "colour"));
            fixture.write(MERGE, SECOND, "5 a 7");
            source.execute("update nxt.thing set colour = 'red' where id = 5");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> warehouse.number("select apply_error_count from pg_stat_subscription_stats") > 0);
            assertThat(warehouse.number("select count(*) from nxt.thing where id = 5")).isZero();
            there.make("things", wider, List.of());
            // else PostgreSQL may look only each three minutes for a subscription whose worker has ended
            warehouse.execute("alter subscription nxt_warehouse disable");
            warehouse.execute("alter subscription nxt_warehouse enable");
            arrives(source, warehouse);
            assertThat(warehouse.value("select colour from nxt.thing where id = 5")).isEqualTo("red");

            // emptied, so there too
            source.execute("truncate nxt.thing");
            fixture.write(MERGE, SECOND.plusSeconds(60), "1 c 7");
            arrives(source, warehouse);

            // made anew: once it is empty there, and the publication is looked at again
            source.execute("drop table nxt.thing");
            fixture.migrator.make("things", TargetFixture.TABLE, List.of("id", "text", "number"));
            warehouse.execute("truncate nxt.thing");
            fixture.write(MERGE, SECOND.plusSeconds(120), "1 d 7", "2 d 7");
            warehouse.execute(documented("alter subscription"));
            await().atMost(Duration.ofSeconds(30)).until(() -> warehouse.number("select count(*) from nxt.thing") == 2);
        } finally {
            warehouse.execute("alter subscription nxt_warehouse disable");
            warehouse.execute("drop subscription nxt_warehouse");
        }
    }

    private static TargetTable removing() {
        return new TargetTable("nxt", "thing", "nxt_company", "things", TargetFixture.TABLE.columns(), List.of("id"),
                Optional.empty(), true);
    }

    private static TargetTable wider() {
        var columns = new ArrayList<>(TargetFixture.TABLE.columns());
        columns.add(new TargetColumn("colour", ColumnType.TEXT, ""));
        return new TargetTable("nxt", "thing", "nxt_company", "things", columns, List.of("id"), Optional.empty(),
                false);
    }

    private static void gone(TargetFixture fixture, TargetTable table, String id) throws SQLException {
        assertThat(fixture.store.<Integer>inTransaction(transaction -> Tombstones
                .delete(transaction, table, new TargetFixture.At(SECOND.plusSeconds(1)), List.of(List.of(id)))
                .deleted())).isEqualTo(1);
    }

    private static void arrives(TestDatabase source, TestDatabase warehouse) {
        String all = "select * from nxt.thing order by id";
        await().atMost(Duration.ofMinutes(4))
                .untilAsserted(() -> assertThat(warehouse.rows(all)).isEqualTo(source.rows(all)));
    }

    /** The statement that begins so, as people paste it. */
    private static String documented(String beginning) throws Exception {
        var found = Pattern.compile("(?m)^" + beginning + "[^;]*;")
                .matcher(Files.readString(Path.of("docs", "pulling.md")));
        assertThat(found.find()).as(beginning).isTrue();
        return found.group();
    }
}
