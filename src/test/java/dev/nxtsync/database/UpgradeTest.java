package dev.nxtsync.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.push.outbox.OutboxOrigin;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.support.TestDatabase;

/** An installation of the first release, in use. */
class UpgradeTest {
    private static final String FIRST_RELEASE = "6";
    private static final String MIGRATIONS = "src/main/resources/db/migration";
    /** Of what was there before, as the version before would see it. */
    private static final List<String> KEPT = List.of(
            "select pull, company, state, case when state <> 'ok' then reason end as reason, failures, rows, loaded_at, complete_as_of, "
                    + "mark, mark_seen_at, floor, digest, cursor, upper, increment_started_at, reread_cursor, held from nxt_sync.pull_state "
                    + "order by pull, company",
            "select * from nxt_sync.pass order by pull",
            "select (to_jsonb(o) - 'error')::text as it from nxt_sync.outbox o where key not like 'meanwhile%' order by id",
            "select id, unit, pull, key, received_at from nxt_sync.inbox order by id",
            "select connection, generation, state, refresh_token from nxt_sync.user_grant",
            "select * from nxt_sync.push_state", "select * from nxt_sync.run",
            "select job, company, key, reason, seen_at from nxt_sync.row_fault",
            "select kind, company, pull, lane, fence, due_at, wanted, served from nxt_sync.job order by id");
    private static final String LIVE = """
            insert into nxt_sync.replica (id, host) values (gen_random_uuid(), 'here');
            insert into nxt_sync.job (kind, connection, scope, company, pull, fence)
            select kind, 'main', 'company', company, case when kind in ('load', 'reconciliation') then 'orders' else '' end,
                   nextval('nxt_sync.fence')
            from unnest('{poll,fetch,load,reconciliation}'::text[]) kind, generate_series(1, 6) company;
            insert into nxt_sync.pull_state (pull, company, state, code, reason, failures, rows, loaded_at, complete_as_of, mark,
                mark_seen_at, held, cursor, upper, increment_started_at)
            values ('orders', 1, 'ok', null, null, 0, 10, now(), now(), 'm', now(), null, null, null, null),
                   ('orders', 2, 'failing', 'busy', 'later', 3, 10, now(), now(), 'm', now(), null, '{}', 'u', now()),
                   ('orders', 3, 'stopped', 'target_unusable', 'no', 1, 10, now(), now(), 'm', now(), null, null, null, null),
                   ('orders', 4, 'away', 'company_not_granted', 'gone', 0, 10, now(), now(), 'm', now(), null, null, null, null),
                   ('orders', 5, 'ok', 'busy', 'over long ago', 0, 10, now(), now(), 'm', now(), 'too many', null, null, null),
                   ('orders', 6, 'ok', null, null, 0, 60, null, null, null, null, null, null, null, null);
            insert into nxt_sync.pass (pull, company, kind, started_at, cursor, rows, expected, mark, direct)
            values ('orders', 6, 'load', now(), '{"orderNo": 60}', 60, 100, 'm', true);
            select nxt_sync.push('sales', 'key ' || n, '{}', 1, 'g' || n % 3) from generate_series(1, 12) n;
            update nxt_sync.outbox
            set state = (array['waiting', 'sending', 'in_doubt', 'done', 'dead', 'discarded'])[1 + id % 6], sent_at = now();
            insert into nxt_sync.push_state (push, company) values ('sales', 1);
            insert into nxt_sync.inbox (unit, pull, key) select id, 'orders', '{}' from nxt_sync.job where kind = 'fetch';
            insert into nxt_sync.user_grant (connection, generation, state, refresh_token) values ('person', 1, 'signed_in', 'x');
            insert into nxt_sync.row_fault (job, company, key, reason, seen_at) values ('orders', 1, '1', 'nul', now());
            insert into nxt_sync.run (job, company, kind, started_at, ended_at, outcome, rows_read, rows_written, rows_deleted,
                rows_set_aside, requests, bytes)
            values ('orders', 1, 'poll', now(), now(), 'ok', 1, 1, 0, 0, 1, 1)""";

    private final TestDatabase database = TestDatabase.create();

    @Test
    void whileATransactionHoldsTheOutboxPushesGoOnAndTheUpgradeSucceedsOnceItHasEnded() throws Exception {
        database.execute("create schema nxt_sync");
        to(FIRST_RELEASE).migrate();
        database.execute(LIVE);
        var before = KEPT.stream().map(database::rows).toList();
        assertThat(before).allSatisfy(rows -> assertThat(rows).isNotEmpty());

        int pushed = 0;
        try (Connection dump = database.connect(); Statement reading = dump.createStatement()) {
            dump.setAutoCommit(false);
            reading.execute("select from nxt_sync.outbox");
            var upgrade = CompletableFuture.runAsync(to("latest")::migrate);
            await().atMost(Duration.ofSeconds(60)).until(() -> upgrade.isDone() || database.number(
                    "select count(*) from pg_locks where not granted and relation = 'nxt_sync.outbox'::regclass") > 0);
            while (!upgrade.isDone()) {
                push("meanwhile " + pushed++);
            }
            assertThatThrownBy(upgrade::join).hasCauseInstanceOf(FlywayException.class)
                    .satisfies(e -> assertThat(DatabaseFault.of((Exception) e.getCause()))
                            .satisfies(reason -> assertThat(reason.errorCode()).isEqualTo(ErrorCode.DATABASE_LOCKED)));
            assertThat(pushed).isPositive();
            assertThat(database.value("select max(version) from nxt_sync.schema_history")).isEqualTo(FIRST_RELEASE);
        }
        CompletableFuture.runAsync(to("latest")::migrate).get(60, TimeUnit.SECONDS);

        for (int i = 0; i < KEPT.size(); i++) {
            assertThat(database.rows(KEPT.get(i))).as(KEPT.get(i)).isEqualTo(before.get(i));
        }
        assertThat(database.number("select count(*) from nxt_sync.outbox where key like 'meanwhile%'"))
                .isEqualTo(pushed);
        push("meanwhile, after it");
        assertThat(database.rows("select error from nxt_sync.outbox where state = 'dead'")).isNotEmpty()
                .allSatisfy(row -> assertThat(row.get("error")).contains("kept no reason").contains("(unexpected)"));
        assertThatThrownBy(() -> database.execute("update nxt_sync.outbox set error = null where state = 'dead'"))
                .hasStackTraceContaining("outbox_dead_says_why");
        String unchecked = "select count(*) from pg_constraint where not convalidated";
        assertThat(database.number(unchecked)).as("not under the lock of the migration").isEqualTo(1);
        try (Connection user = database.connect(); Statement pushing = user.createStatement()) {
            user.setAutoCommit(false);
            pushing.execute("select nxt_sync.push('sales', 'meanwhile, open', '{}', 1)");
            Migrations.validate(new Database(ScheduleFixture.source(database)));
        }
        assertThat(database.number(unchecked)).as("beside those who push").isZero();
        assertThat(database.rows("select pull, code from nxt_sync.pull_state where company = 5"))
                .containsExactly(noCode());
    }

    @Test
    void aPullThatRanBeforeRowsWereCountedGoesOnWhereItWasAndARowThatCameTwiceIsNoFaultAnyMore() {
        database.execute("create schema nxt_sync");
        to("13").migrate();
        database.execute(
                """
                        insert into nxt_sync.job (kind, connection, scope, company, pull)
                        values ('load', 'main', 'company', 1, 'orders'), ('reconciliation', 'main', 'company', 1, 'orders');
                        insert into nxt_sync.pull_state (pull, company, rows, loaded_at, complete_as_of, mark, mark_seen_at)
                        values ('orders', 1, 10, now(), now(), 'm', now());
                        insert into nxt_sync.row_fault (job, company, key, reason, seen_at)
                        values ('orders', 1, '{"orderNo":1}', 'the key is there twice in one page; the first row was kept. Is NXT_PULLS_…_KEY the whole key?', now()),
                               ('orders', 1, '{"orderNo":2}', 'text with the character U+0000', now())""");
        var kept = List.of("select kind, fence, due_at, retry_at, wanted, served from nxt_sync.job order by id",
                "select pull, company, state, code, rows, loaded_at, complete_as_of, mark, due_at, retry_at, held "
                        + "from nxt_sync.pull_state",
                "select * from nxt_sync.pass", "select key, reason from nxt_sync.row_fault where reason like 'text%'");
        var before = kept.stream().map(database::rows).toList();
        to("latest").migrate();
        assertThat(kept.stream().map(database::rows).toList()).isEqualTo(before);
        assertThat(database.number("select count(*) from nxt_sync.row_fault")).isEqualTo(1);
        assertThat(database.number("select count(*) from nxt_sync.pull_state where missing is not null"))
                .as("nothing is lacking before anybody has counted").isZero();
    }

    @Test
    void nothingIsReadOfTheOutboxWhileItIsLocked() {
        String rights = ScheduleFixture.text(ScheduleFixture.migrations().get(6));
        assertThat(rights.substring(rights.indexOf("alter table nxt_sync.outbox"), rights.indexOf("create or replace")))
                .doesNotContain("from nxt_sync.");
        assertThat(rights.substring(rights.indexOf("create or replace"))).doesNotContain("\ninsert");
    }

    /** Everything of nxt_sync as the catalogue has it, but for its oids. */
    private static final String SHAPE = """
            select 'column ' || attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod) || attnotnull as it
            from pg_attribute join pg_class on pg_class.oid = attrelid
            where relnamespace = 'nxt_sync'::regnamespace and attnum > 0 and not attisdropped
            union all select 'function ' || oid::regprocedure || ' ' || md5(prosrc) || coalesce(proconfig::text, '') || coalesce(proacl::text, '')
            from pg_proc where pronamespace = 'nxt_sync'::regnamespace
            union all select 'constraint ' || conrelid::regclass || pg_get_constraintdef(oid) from pg_constraint
            where connamespace = 'nxt_sync'::regnamespace
            union all select 'index ' || indexdef from pg_indexes where schemaname = 'nxt_sync'
            union all select 'view ' || viewname || definition from pg_views where schemaname = 'nxt_sync'
            union all select 'checksum ' || version || ' ' || checksum from nxt_sync.schema_history where version is not null
            order by it""";

    @Test
    void aDatabaseOfTheReleasedThirdMigrationIsUpgradedToTheSameAndKeepsItsHome(@TempDir Path released)
            throws Exception {
        for (Path migration : ScheduleFixture.migrations()) {
            var name = migration.getFileName().toString();
            Files.copy(ScheduleFixture.version(migration) == 3
                    ? Path.of("src", "test", "resources", "released", name)
                    : migration, released.resolve(name));
        }
        database.execute("create schema nxt_sync");
        to("3", released.toString()).migrate();
        var home = database.rows("select * from nxt_sync.outbox_home");
        assertThat(home).hasSize(1);
        to("latest").migrate();
        assertThat(database.rows("select * from nxt_sync.outbox_home")).isEqualTo(home);
        assertThat(new OutboxOrigin(new Database(ScheduleFixture.source(database))).held()).isEmpty();

        var fresh = TestDatabase.create();
        fresh.execute("create schema nxt_sync");
        to(fresh, "latest", MIGRATIONS).migrate();
        assertThat(database.rows(SHAPE)).isEqualTo(fresh.rows(SHAPE));
        to("latest", released.toString()).validate();
    }

    @Test
    void anyOtherTextOfAMigrationIsRefused() {
        database.execute("create schema nxt_sync");
        to("latest").migrate();
        database.execute("update nxt_sync.schema_history set checksum = checksum + 1 where version = '3'");
        assertThatThrownBy(to("latest")::migrate).isInstanceOf(FlywayValidateException.class)
                .hasMessageContaining("checksum mismatch for migration version 3");
    }

    private static Map<String, String> noCode() {
        var row = new java.util.HashMap<String, String>();
        row.put("pull", "orders");
        row.put("code", null);
        return row;
    }

    /** A user's, who waits no longer than people do. */
    private void push(String key) throws SQLException {
        try (Connection user = database.connect(); Statement statement = user.createStatement()) {
            statement.execute("set statement_timeout = '10s'");
            statement.execute("select nxt_sync.push('sales', '" + key + "', '{}', 1)");
        }
    }

    private Flyway to(String version) {
        return to(version, MIGRATIONS);
    }

    private Flyway to(String version, String directory) {
        return to(database, version, directory);
    }

    private static Flyway to(TestDatabase database, String version, String directory) {
        var configuration = Flyway.configure().dataSource(ScheduleFixture.source(database)).defaultSchema("nxt_sync")
                .table("schema_history").locations("filesystem:" + directory).target(version);
        new PatientMigrations().customize(configuration);
        return configuration.load();
    }
}
