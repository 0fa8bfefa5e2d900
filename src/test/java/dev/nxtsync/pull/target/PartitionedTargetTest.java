package dev.nxtsync.pull.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.database.Database;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.pull.plan.TableMigrator;
import dev.nxtsync.pull.state.KeyListing;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Replica;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.tenant.Tenant;

class PartitionedTargetTest {
    private static final Instant FIRST = Instant.parse("2026-11-24T12:00:00Z");
    private static final Instant SECOND = FIRST.plusSeconds(60);
    private static final Instant THIRD = FIRST.plusSeconds(120);

    enum Partitioning {
        NONE(""), HASH("""
                partition by hash (nxt_company, id);
                create table nxt.thing_0 partition of nxt.thing for values with (modulus 2, remainder 0);
                create table nxt.thing_1 partition of nxt.thing for values with (modulus 2, remainder 1)"""), LIST("""
                partition by list (nxt_company);
                create table nxt.thing_1 partition of nxt.thing for values in (1);
                create table nxt.thing_2 partition of nxt.thing for values in (2)"""), RANGE("""
                partition by range (id);
                create table nxt.thing_low partition of nxt.thing for values from (minvalue) to (4);
                create table nxt.thing_high partition of nxt.thing for values from (4) to (100)"""),
        /** Whose rows must be converted on their way. */
        RANGE_OF_OTHER_LAYOUT("""
                partition by range (id);
                create table nxt.thing_low (gone text, nxt_deleted_at timestamptz, id integer not null,
                    nxt_company integer not null, nxt_read_at timestamptz not null, primary key (nxt_company, id));
                alter table nxt.thing_low drop column gone;
                alter table nxt.thing attach partition nxt.thing_low for values from (minvalue) to (4);
                create table nxt.thing_high partition of nxt.thing for values from (4) to (100)"""), OF_PARTITIONS("""
                partition by list (nxt_company);
                create table nxt.thing_1 partition of nxt.thing for values in (1) partition by hash (id);
                create table nxt.thing_1_0 partition of nxt.thing_1 for values with (modulus 2, remainder 0);
                create table nxt.thing_1_1 partition of nxt.thing_1 for values with (modulus 2, remainder 1);
                create table nxt.thing_other partition of nxt.thing default""");

        private final String sql;

        Partitioning(String sql) {
            this.sql = sql;
        }

        TargetFixture fixture() throws SQLException {
            return new TargetFixture(TestDatabase.create(),
                    """
                            create schema nxt;
                            create table nxt.thing (nxt_company integer not null, id integer not null, nxt_read_at timestamptz not null,
                                nxt_deleted_at timestamptz, primary key (nxt_company, id))\s"""
                            + sql);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsWrittenIsCountedHoweverATargetIsPartitioned(Partitioning partitioning) throws SQLException {
        var fixture = partitioning.fixture();
        var merge = PageWriter.Way.MERGE;
        assertThat(fixture.write(PageWriter.Way.DIRECT, FIRST, "1 a 7", "2 a 7", "5 a 7")).as("a load")
                .isEqualTo(new WriteCounts(3, 0, 0));
        assertThat(fixture.write(merge, FIRST, "1 a 7", "3 a 7", "6 a 7")).as("one as it was, two new")
                .isEqualTo(new WriteCounts(2, 0, 0));
        assertThat(fixture.write(merge, SECOND, "1 b 7", "2 a 7", "4 a 7", "5 b 7", "6 a 8", "7 a 7"))
                .as("changed, new and as they were, in turn").isEqualTo(new WriteCounts(2, 3, 0));
        assertThat(fixture.write(merge, FIRST, "1 old 7", "7 old 7")).as("an older read")
                .isEqualTo(WriteCounts.NOTHING);

        assertThat(gone(fixture, TargetFixture.TABLE, SECOND.plusSeconds(1), "3", "5", "9")).isEqualTo(2);
        assertThat(rows(fixture)).isEqualTo("1 b 7, 2 a 7, 4 a 7, 6 a 8, 7 a 7");
        assertThat(fixture.write(merge, THIRD, "5 b 7", "9 a 7")).as("a deletion mark is updated")
                .isEqualTo(new WriteCounts(1, 1, 0));
        assertThat(fixture.write(PageWriter.Way.DIRECT, THIRD.plusSeconds(1), "5 c 7", "10 a 7"))
                .as("a load that meets a row").isEqualTo(new WriteCounts(1, 1, 0));
        assertThat(rows(fixture)).isEqualTo("1 b 7, 2 a 7, 4 a 7, 5 c 7, 6 a 8, 7 a 7, 9 a 7, 10 a 7");

        var removing = new TargetTable("nxt", "thing", "nxt_company", "things", TargetFixture.TABLE.columns(),
                List.of("id"), Optional.empty(), true);
        assertThat(gone(fixture, removing, THIRD.plusSeconds(60), "1", "10")).isEqualTo(2);
        assertThat(fixture.database.number("select count(*) from nxt.thing where id in (1, 10)")).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aReconciliationSettlesWhatDiffersHoweverATargetIsPartitioned(Partitioning partitioning) throws SQLException {
        var fixture = partitioning.fixture();
        fixture.database.execute("insert into nxt_sync.job (kind, connection, scope, company, pull, fence, holder) "
                + "select 'reconciliation', connection, scope, company, 'things', fence, holder from nxt_sync.job");
        var claim = new Claim(2, WorkUnit.ofPull(UnitKind.RECONCILIATION, "main", Tenant.company(1), "things"), 7,
                fixture.claim.holder(), 0, 0);
        fixture.write(PageWriter.Way.MERGE, FIRST, "1 a 7", "2 a 7", "5 a 7");
        var keys = TargetFixture.TABLE.only(column -> column.name().equals("id"));
        var listed = new PageBuffer(keys, 1 << 20, Set.of());
        for (String id : List.of("2", "5", "6")) {
            listed.add(TargetFixture.row(id), new int[]{0}, () -> "{}");
        }
        var listing = new KeyListing(fixture.store);
        listing.begin(claim);
        listing.add(claim, keys, listed, new TargetFixture.At(SECOND));
        assertThat(listing.compare(claim, TargetFixture.TABLE, KeyListing.ListedRows.whole(keys), SECOND, () -> {
        })).isEqualTo(new KeyListing.Comparison(3, 3, 1, 1));
        var differences = listing.next(claim, TargetFixture.TABLE, 10);
        assertThat(new PageWriter(fixture.store, new SimpleMeterRegistry()).write(claim, TargetFixture.TABLE,
                TargetFixture.page("6 a 7"), PageWriter.Way.MERGE, new KeyListing.Settlement(claim, THIRD,
                        differences.stream().map(KeyListing.Difference::id).toList(), List.of(List.of("1")))))
                .isEqualTo(new WriteCounts(1, 0, 1));
        listing.end(claim, TargetFixture.TABLE, List.of("id"), SECOND);
        assertThat(rows(fixture)).isEqualTo("2 a 7, 5 a 7, 6 a 7");
        assertThat(fixture.database.number("select rows from nxt_sync.pull_state")).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource(PageWriter.Way.class)
    void rowsWithoutAPartitionStopTheirPullUntilThereIsOneAndItIsSaidWhichIsMissing(PageWriter.Way way)
            throws SQLException {
        var fixture = Partitioning.RANGE.fixture();
        fixture.database.execute(
                "alter database " + fixture.database.value("select current_database()") + " set lc_messages = 'C'");
        var fault = catchThrowableOfType(TargetFault.class,
                () -> fixture.write(way, FIRST, "4711 secret 7", "4712 secret 7"));
        assertThat(fault.reason().errorCode()).isEqualTo(ErrorCode.TARGET_UNUSABLE);
        assertThat(fault.reason().message()).contains("no partition of relation \"thing\" found for row")
                .contains("(id) = (4711)").contains("partition of \"nxt\".\"thing\" default").doesNotContain("secret");
        assertThat(rows(fixture)).isEmpty();
        assertThat(fixture.write(way, FIRST, "1 secret 7", "4711 secret 7").inserted()).as("beside another")
                .isEqualTo(1);
        assertThat(fixture.database.value("select reason from nxt_sync.row_fault")).contains("(id) = (4711)")
                .contains("partition of \"nxt\".\"thing\" default").doesNotContain("secret");
        fixture.database.execute("create table nxt.thing_rest partition of nxt.thing default");
        assertThat(fixture.write(PageWriter.Way.MERGE, FIRST, "1 secret 7", "4711 secret 7", "4712 secret 7"))
                .as("it heals").isEqualTo(new WriteCounts(2, 0, 0));
    }

    @ParameterizedTest
    @EnumSource(names = {"NONE", "HASH"})
    void aRowThatAnotherHasJustPutInIsCountedAsUpdated(Partitioning partitioning) throws Exception {
        var fixture = partitioning.fixture();
        try (var other = fixture.database.connect(); Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute(
                    "insert into nxt.thing (nxt_company, id, nxt_read_at, text, number) values (1, 2, '2026-11-24', 'other', 7)");
            var merge = CompletableFuture.supplyAsync(() -> {
                try {
                    return fixture.write(PageWriter.Way.MERGE, FIRST, "1 a 7", "2 a 7", "3 a 7");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            await().until(() -> fixture.database.number("select count(*) from pg_locks where not granted") > 0);
            other.commit();
            assertThat(merge.join()).isEqualTo(new WriteCounts(2, 1, 0));
        }
    }

    /** Also in a session in which the setting was used before, which leaves it empty. */
    @ParameterizedTest
    @ValueSource(strings = {"", "-c nxt_sync.updated="})
    void anEmptyKeyIsCountedToo(String options) throws SQLException {
        var fixture = new TargetFixture();
        var source = ScheduleFixture.source(fixture.database);
        source.setOptions(options);
        var store = new Database(source);
        var table = new TargetTable("nxt", "note", "nxt_company", "notes",
                List.of(new TargetColumn("code", ColumnType.TEXT, ""), new TargetColumn("text", ColumnType.TEXT, "")),
                List.of("code"), Optional.empty(), false);
        new TableMigrator(store, new Replica(store)).make("things", table, List.of("code", "text"));
        assertThat(write(store, fixture, table, FIRST, "a")).isEqualTo(new WriteCounts(1, 0, 0));
        assertThat(write(store, fixture, table, SECOND, "b")).isEqualTo(new WriteCounts(0, 1, 0));
    }

    @Test
    void whatATriggerLeavesOutIsNotCounted() throws SQLException {
        var fixture = Partitioning.HASH.fixture();
        fixture.write(PageWriter.Way.MERGE, FIRST, "1 a 7", "2 a 7");
        fixture.database.execute(
                """
                        create function public.keep() returns trigger language plpgsql as $$
                        begin return case when new.id in (1, 4) then null else new end; end $$;
                        create trigger keep before insert or update on nxt.thing for each row execute function public.keep()""");
        assertThat(fixture.write(PageWriter.Way.MERGE, SECOND, "1 b 7", "2 b 7", "3 b 7", "4 b 7", "5 b 7"))
                .isEqualTo(new WriteCounts(2, 1, 0));
    }

    private static WriteCounts write(Database store, TargetFixture fixture, TargetTable table, Instant readAt,
            String text) throws SQLException {
        var page = new PageBuffer(table, 1 << 20, Set.of());
        page.add(TargetFixture.row("", text), new int[]{0, 1}, () -> "{}");
        return new PageWriter(store, new SimpleMeterRegistry()).write(fixture.claim, table, page, PageWriter.Way.MERGE,
                new TargetFixture.At(readAt));
    }

    private static int gone(TargetFixture fixture, TargetTable table, Instant readAt, String... ids)
            throws SQLException {
        return fixture.store.inTransaction(transaction -> Tombstones
                .delete(transaction, table, new TargetFixture.At(readAt), Stream.of(ids).map(List::of).toList())
                .deleted());
    }

    private static String rows(TargetFixture fixture) {
        return fixture.database
                .value("select coalesce(string_agg(concat_ws(' ', id, text, number), ', ' order by id), '') "
                        + "from nxt.thing where nxt_deleted_at is null");
    }
}
