package dev.nxtsync.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.inbox.EventKey;
import dev.nxtsync.inbox.Inbox;
import dev.nxtsync.inbox.Inbox.Addressee;
import dev.nxtsync.inbox.RowChange;
import dev.nxtsync.pull.plan.TableMigrator;
import dev.nxtsync.pull.state.KeySettlement;
import dev.nxtsync.pull.state.PullUnitStore;
import dev.nxtsync.pull.target.ColumnType;
import dev.nxtsync.pull.target.PageBuffer;
import dev.nxtsync.pull.target.PageWriter;
import dev.nxtsync.pull.target.TargetColumn;
import dev.nxtsync.pull.target.TargetFixture;
import dev.nxtsync.pull.target.TargetTable;
import dev.nxtsync.pull.target.Tombstones;
import dev.nxtsync.push.outbox.OutboxApi;
import dev.nxtsync.push.outbox.PushLanes;
import dev.nxtsync.push.outbox.PushSettingsTable;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.Replica;
import dev.nxtsync.schedule.RunHistory;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.status.StatusQuery;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.tenant.Tenant;

class OwnPathTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    /**
     * Whoever may create in public makes, beside each function and operator of PostgreSQL that has a name we use, one of the
     * same name for the same types, and for those that our driver sends, and tables with names of ours and of the catalogue.
     */
    private static final String HOSTILE = """
            set search_path = pg_catalog;
            create function public.caught() returns void language plpgsql as $$ begin raise exception 'ran what others have made'; end $$;
            do $$
            declare
                each record;
            begin
                for each in
                    select proname, pg_get_function_identity_arguments(oid) as arguments, prorettype::regtype as type, proretset
                    from pg_proc where pronamespace = 'pg_catalog'::regnamespace and prokind = 'f' and provariadic = 0
                      and not 'internal'::regtype = any (proargtypes) and prorettype not in ('internal'::regtype, 'trigger'::regtype)
                      and proname in ('clock_timestamp', 'nextval', 'unnest', 'hashtext', 'hashtextextended', 'to_regclass',
                          'format_type', 'greatest', 'abs', 'round', 'current_setting', 'set_config', 'concat_ws', 'strpos', 'lower',
                          'pg_advisory_xact_lock', 'md5', 'decode', 'encode', 'json_agg', 'row_to_json', 'octet_length')
                loop
                    execute format('create function public.%I (%s) returns %s %s language plpgsql as '
                            || quote_literal('begin perform public.caught(); end'),
                        each.proname, each.arguments, case when each.proretset then 'setof' else '' end, each.type);
                end loop;
                execute 'create function public.unnest(text[]) returns setof text language plpgsql as '
                    || quote_literal('begin perform public.caught(); end');
                execute 'create function public.concat_ws(text, text) returns text language plpgsql as '
                    || quote_literal('begin perform public.caught(); end');
                execute 'create function public.concat_ws(text, text, text) returns text language plpgsql as '
                    || quote_literal('begin perform public.caught(); end');
                execute 'create function public.nextval(text) returns bigint language plpgsql as '
                    || quote_literal('begin perform public.caught(); end');
                for each in
                    select oprname as name, format_type(oprleft, null) as l, format_type(oprright, null) as r from pg_operator
                    where oprname in ('=', '<', '>', '<=', '>=', '<>') and oprnamespace = 'pg_catalog'::regnamespace
                      and oprleft in ('text'::regtype, 'integer'::regtype, 'bigint'::regtype, 'boolean'::regtype, 'name'::regtype,
                          'timestamptz'::regtype, 'timestamp'::regtype, 'uuid'::regtype, 'bytea'::regtype, 'oid'::regtype, 'xid'::regtype)
                    union all select name, l, r
                    from unnest(array['=', '<>']) name, unnest(array['text', 'name', 'varchar', 'numeric', 'integer']) l,
                         unnest(array['varchar', 'integer']) r
                    where (l, r) not in (('integer', 'integer'))
                loop
                    execute format('create or replace function public.hostile(%s, %s) returns boolean language plpgsql as '
                        || quote_literal('begin perform public.caught(); end'), each.l, each.r);
                    execute format('create operator public.%s (leftarg = %s, rightarg = %s, function = public.hostile)',
                        each.name, each.l, each.r);
                end loop;
            end
            $$;
            create table public.nxt_page (id int, text text); create table public.pg_attribute (attname text);
            create table public.pg_namespace (nspname text)""";

    private final TestDatabase database = TestDatabase.create();
    private final TargetTable table = new TargetTable(
            "nxt", "thing", "nxt_company", "things", List.of(new TargetColumn("id", ColumnType.INTEGER, ""),
                    new TargetColumn("code", ColumnType.TEXT, ""), new TargetColumn("text", ColumnType.TEXT, "")),
            List.of("id", "code"), Optional.empty(), false);

    @ParameterizedTest
    @ValueSource(strings = {"public", "\"$user\", public", "public, pg_catalog"})
    void whatOthersHaveMadeInASchemaOfTheRolesPathNeverRunsAsTheDaemon(String path) throws Exception {
        var store = with(path);
        database.execute(HOSTILE);
        // an integer key in a column that can hold more
        database.execute(
                """
                        create schema nxt; create table nxt.thing (nxt_company int not null, id numeric not null, code text not null,
                            nxt_read_at timestamptz not null, nxt_deleted_at timestamptz, primary key (nxt_company, id, code))""");
        work(store);
        assertThat(database.rows("select id, text from nxt.thing where nxt_deleted_at is null order by id"))
                .containsExactly(Map.of("id", "2", "text", "other"));
        assertThat(database.number("select count(*) from nxt_sync.outbox")).isEqualTo(1);
        assertThat(database.number("select count(*) from public.nxt_page")).isZero();
    }

    @Test
    void triggersOfUsersFindTheirTablesByTheRolesOwnPathAlsoThoseThatRunAtTheCommit() throws Exception {
        var store = with("audit, public");
        database.execute("""
                create schema audit; create table public.journal (what text, path text);
                create function audit.note() returns trigger language plpgsql as $$
                begin
                    insert into journal values (tg_op || ' ' || tg_name, current_setting('search_path'));
                    execute 'create table if not exists made_by_trigger ()';
                    return null;
                end $$;
                create schema nxt""");
        new TableMigrator(store, new Replica(store)).make("orders", table, List.of("id", "code", "text"));
        database.execute("""
                create trigger now after insert or update on nxt.thing for each row execute function audit.note();
                create trigger before before insert on nxt.thing for each statement execute function audit.note();
                create constraint trigger late after insert or update on nxt.thing deferrable initially deferred
                    for each row execute function audit.note()""");
        work(store);
        assertThat(database.rows("select distinct what from public.journal order by 1"))
                .extracting(row -> row.get("what"))
                .containsExactly("INSERT before", "INSERT late", "INSERT now", "UPDATE late", "UPDATE now");
        assertThat(database.rows("select distinct path from public.journal"))
                .containsExactly(Map.of("path", "audit, public, pg_temp"));
        assertThat(database.value("select to_regclass('audit.made_by_trigger')")).as("where new tables go").isNotNull();
    }

    /** Most of what a daemon does with the database. */
    private void work(Database store) throws SQLException {
        var replica = new Replica(store);
        var claims = new Claims(store, replica);
        var inbox = new Inbox(store);
        replica.beat();
        store.useTransaction(transaction -> replica.report(transaction, "{}"));
        new PullUnitStore(store).declare("orders", "main", List.of(Tenant.company(7)));
        new TableMigrator(store, new Replica(store)).make("orders", table, List.of("id", "code", "text"));
        inbox.add(List.of(new Inbox.Event("aa".repeat(32), true, "order", Tenant.company(7),
                new EventKey(List.of(), "{}"), RowChange.UPDATE, List.of(new Addressee("orders", "main")))));
        inbox.wakeForgotten();
        Claim fetch = ((Claims.Claimed) claims.claim(WorkUnit.ofPull(UnitKind.FETCH, "main", Tenant.company(7), "")))
                .claim();
        assertThat(inbox.next(fetch, List.of("orders"), 10)).hasSize(1);
        for (var way : PageWriter.Way.values()) {
            write(store, fetch, NOON, way, page("1", "old", "2", "old"), List.of());
        }
        write(store, fetch, NOON.plusSeconds(1), PageWriter.Way.MERGE, page("1", "new", "2", "other"),
                List.of(List.of("3", "x")));
        write(store, fetch, NOON.plusSeconds(2), PageWriter.Way.MERGE, page(), List.of(List.of("1", "x")));
        new OutboxApi(store).take("orders", "k", "{}", Optional.of(7), Optional.of("g"));
        assertThat(new OutboxApi(store).find("orders", "k", 1000)).isPresent();
        new PushLanes(store).announce(Map.of("orders", "main"));
        new PushSettingsTable(store).configure(Map.of("orders", Optional.of(7)));
        assertThat(store.inTransaction(transaction -> StatusQuery.read(transaction, List.of("orders"))).pulls())
                .isNotNull();
        new RunHistory(store).forgetOld();
        store.inTransaction(Tombstones::forgetOld);
        inbox.forgetOld();
        claims.free(fetch, Optional.of(NOON), Optional.empty(), true);
        assertThat(claims.claim(List.of(new Claims.ConnectionUnits(UnitKind.FETCH, "main")), List.of(), true))
                .isPresent();
    }

    private void write(Database store, Claim fetch, Instant at, PageWriter.Way way, PageBuffer page,
            List<List<String>> gone) throws SQLException {
        new PageWriter(store, new SimpleMeterRegistry()).write(fetch, table, page, way,
                new KeySettlement("orders", 7, at, List.of(), gone));
    }

    private Database with(String path) {
        ScheduleFixture.migrated(database);
        var source = ScheduleFixture.source(database);
        source.setOptions("-c search_path=" + path.replace(" ", "\\ "));
        return new Database(source);
    }

    private PageBuffer page(String... rows) {
        var page = new PageBuffer(table, 1 << 20, Set.of());
        for (int i = 0; i < rows.length; i += 2) {
            page.add(TargetFixture.row(rows[i], "x", rows[i + 1]), new int[]{0, 1, 2}, () -> "{}");
        }
        return page;
    }
}
