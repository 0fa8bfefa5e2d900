package dev.nxtsync.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.support.TestDatabase;

/** Who may do what, by trying everything that there is: what is added later is tried too, and what is given is written here. */
class RightsTest {
    /** Roles are the whole server's. */
    private static final TestDatabase DATABASE = TestDatabase.createElsewhere();
    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    /** Also that a view, or a column of it, cannot be written at all, or not be emptied. */
    private static final Set<String> REFUSED = Set.of(INSUFFICIENT_PRIVILEGE, "55000", "0A000", "42809");
    private static final Map<String, Set<String>> ALLOWED = Map.of("reader",
            Set.of("select nxt.thing", "select nxt_sync.freshness", "select nxt_sync.run", "select nxt_sync.row_fault",
                    "select nxt_sync.control_total", "select nxt_sync.enumeration",
                    "select nxt_sync.enumeration_column", "select nxt_sync.relation"),
            "pusher", Set.of("select nxt_sync.outbox", "execute nxt_sync.push(text,text,json,integer,text)",
                    "execute nxt_sync.granted_pushes()"),
            "nobody", Set.of());

    @BeforeAll
    static void make() throws Exception {
        DATABASE.execute("create schema nxt");
        script("daemon");
        as("nxt_sync", "create table nxt.thing (id int primary key)");
        for (Path migration : ScheduleFixture.migrations()) {
            as("nxt_sync", ScheduleFixture.text(migration));
        }
        script("reader");
        script("pusher");
        DATABASE.execute(
                """
                        create role reader login in role nxt_reader; create role pusher login in role nxt_pusher;
                        create role nobody login; create role shop login in role nxt_pusher; create role crm login in role nxt_pusher""");
    }

    @Test
    void readerPusherAndNobodyMayDoWhatIsListedHereAndNothingElseOfAllThatThereIs() throws Exception {
        var attempts = attempts();
        assertThat(attempts.keySet().stream().map(each -> each.split(" ", 2)[0]).distinct()).containsExactlyInAnyOrder(
                "select", "insert", "update", "delete", "truncate", "references", "trigger", "usage", "execute");
        for (var role : ALLOWED.entrySet()) {
            var allowed = new TreeSet<String>();
            for (var attempt : attempts.entrySet()) {
                if (isAllowed(role.getKey(), attempt.getValue())) {
                    allowed.add(attempt.getKey());
                }
            }
            assertThat(allowed).as(role.getKey()).isEqualTo(new TreeSet<>(role.getValue()));
            assertThat(isAllowed(role.getKey(), "create table nxt_sync.mine ()")).as("create").isFalse();
            assertThat(isAllowed(role.getKey(), "create table nxt.mine ()")).as("create").isFalse();
        }
    }

    @Test
    void aPusherReachesThePushesThatItWasGivenAndSeesTheirRowsOnly() throws Exception {
        as("pusher", "select nxt_sync.push('orders', 'of pusher', '{}', 7)");
        try {
            DATABASE.execute(
                    """
                            delete from nxt_sync.push_grant where role = 'nxt_pusher';
                            insert into nxt_sync.push_grant (role, push) values ('shop', 'orders'), ('crm', 'customers'), ('gone', '*')""");
            as("shop", "select nxt_sync.push('orders', 'of shop', '{\"secret\": 1}', 7)");
            as("crm", "select nxt_sync.push('customers', 'of crm', '{}', 7)");
            assertThatThrownBy(() -> as("crm", "select nxt_sync.push('orders', 'of shop', '{}', 7)"))
                    .hasMessageContaining("crm may not push to orders")
                    .hasMessageContaining("insert into nxt_sync.push_grant (role, push) values ('crm', 'orders');")
                    .isInstanceOfSatisfying(SQLException.class,
                            e -> assertThat(e.getSQLState()).isEqualTo(INSUFFICIENT_PRIVILEGE));
            assertThatThrownBy(() -> as("pusher", "select nxt_sync.push('orders', 'x', '{}', 7)"))
                    .hasMessageContaining("may not push");
            assertThat(keys("shop")).containsExactlyInAnyOrder("of pusher", "of shop");
            assertThat(keys("crm")).containsExactly("of crm");
            assertThat(keys("pusher")).isEmpty();
            assertThat(keys("nxt_sync")).as("the daemon").hasSize(3);
            as("nxt_sync", "select nxt_sync.push('any', 'of the daemon', '{}', 7)");
            // who has logged in counts, whatever role is taken on
            assertThat(isAllowed("crm", "set role nxt_pusher; select nxt_sync.push('orders', 'y', '{}', 7)")).isFalse();
        } finally {
            DATABASE.execute("""
                    delete from nxt_sync.push_grant; insert into nxt_sync.push_grant values ('nxt_pusher', '*');
                    delete from nxt_sync.outbox""");
        }
    }

    @Test
    void whoMayReadHowFreshRowsAreMayReadWhetherTheyAreEqualAfterTheUpgrade() throws Exception {
        var database = TestDatabase.createElsewhere();
        database.execute("create schema nxt_sync");
        for (Path migration : ScheduleFixture.migrations()) {
            if (ScheduleFixture.version(migration) == 19) {
                database.execute("grant usage on schema nxt_sync to reader, nobody; "
                        + "grant select on nxt_sync.freshness to reader; grant select on nxt_sync.run to nobody");
            }
            database.execute(ScheduleFixture.text(migration));
        }
        for (String of : List.of("control_total", "freshness", "enumeration", "enumeration_column", "relation")) {
            assertThat(isAllowed(database, "reader", "select * from nxt_sync." + of)).as(of).isTrue();
            assertThat(isAllowed(database, "nobody", "select * from nxt_sync." + of)).as(of).isFalse();
        }
    }

    @Test
    void whoWasGivenARightToPushBeforeTheUpgradeKeepsAllPushesAndNobodyElseHasAny() throws Exception {
        var database = TestDatabase.createElsewhere();
        database.execute("create schema nxt_sync");
        var migrations = ScheduleFixture.migrations();
        for (Path migration : migrations) {
            if (ScheduleFixture.version(migration) == 7) {
                database.execute(
                        """
                                grant usage on schema nxt_sync to shop, crm, reader, nobody;
                                grant execute on function nxt_sync.push to shop; grant select (id, state) on nxt_sync.outbox to crm""");
                assertThat(isAllowed(database, "reader", "select nxt_sync.push('orders', 'r', '{}', 7)"))
                        .as("as it was").isTrue();
            }
            database.execute(ScheduleFixture.text(migration));
        }
        assertThat(database.rows("select role, push from nxt_sync.push_grant order by role"))
                .containsExactly(Map.of("role", "crm", "push", "*"), Map.of("role", "shop", "push", "*"));
        assertThat(isAllowed(database, "shop", "select nxt_sync.push('orders', 's', '{}', 7)")).isTrue();
        assertThat(isAllowed(database, "crm", "select id, state from nxt_sync.outbox")).isTrue();
        assertThat(isAllowed(database, "crm", "select payload from nxt_sync.outbox")).isFalse();
        for (String role : List.of("reader", "nobody", "crm")) {
            assertThat(isAllowed(database, role, "select nxt_sync.push('orders', 'x', '{}', 7)")).as(role).isFalse();
        }
    }

    /** Each sentence about it in the changelog. */
    @Test
    void whoLosesAPushOrARowByTheUpgradeHasItAgainByTheStatementThatTheChangelogGives() throws Exception {
        var database = TestDatabase.createElsewhere();
        database.execute("create schema nxt_sync");
        var migrations = ScheduleFixture.migrations();
        for (Path migration : migrations.subList(0, 6)) {
            database.execute(ScheduleFixture.text(migration));
        }
        database.execute("""
                create role eye login; create role till login; create role web login; create role site login;
                create role reports login; create role looker login;
                grant usage on schema nxt_sync to eye, till, reports; grant select on nxt_sync.outbox to eye, reports;
                grant execute on function nxt_sync.push to till, site;
                create schema mine; grant usage on schema mine to web, site, looker;
                create table mine.sale (id int); grant insert on mine.sale to web, site;
                create function mine.sold() returns trigger language plpgsql security definer
                    as $$ begin perform nxt_sync.push('orders', 'sale ' || new.id, '{}', 7); return new; end $$;
                alter function mine.sold() owner to till;
                create trigger sold after insert on mine.sale for each row execute function mine.sold();
                create view mine.sent as select key from nxt_sync.outbox; alter view mine.sent owner to reports;
                grant select on mine.sent to looker;
                select nxt_sync.push('orders', 'before', '{}', 7)""");
        var push = "select nxt_sync.push('orders', 'new', '{}', 7)";
        var sale = "insert into mine.sale values (1)";
        var sent = "do $$ begin if not exists (select from mine.sent) then raise insufficient_privilege; end if; end $$";
        for (var each : Map.of("eye", push, "till", push, "web", sale, "site", sale, "looker", sent).entrySet()) {
            assertThat(isAllowed(database, each.getKey(), each.getValue())).as(each.getKey()).isTrue();
        }
        for (Path migration : migrations.subList(6, migrations.size())) {
            database.execute(ScheduleFixture.text(migration));
        }
        assertThat(isAllowed(database, "till", push)).isTrue();
        assertThat(isAllowed(database, "site", sale)).as("granted before").isTrue();

        assertThat(keys(database, "eye")).containsExactly("before");
        assertThat(isAllowed(database, "eye", push)).isFalse();
        database.execute("grant execute on function nxt_sync.push to eye");
        assertThat(isAllowed(database, "eye", push)).isTrue();

        assertThatThrownBy(() -> as(database, "web", sale)).hasMessageContaining("web may not push to orders");
        database.execute("insert into nxt_sync.push_grant (role, push) values ('web', 'orders')");
        assertThat(isAllowed(database, "web", sale)).isTrue();

        assertThatThrownBy(() -> as(database, "looker", sent))
                .hasMessageContaining("permission denied for function granted_pushes");
        database.execute("grant execute on function nxt_sync.granted_pushes to looker");
        assertThat(isAllowed(database, "looker", sent)).isFalse();
        database.execute("insert into nxt_sync.push_grant (role, push) values ('looker', 'orders')");
        assertThat(isAllowed(database, "looker", sent)).isTrue();

        database.execute("delete from nxt_sync.push_grant where push = '*'");
        assertThat(isAllowed(database, "till", push)).isFalse();
        assertThat(isAllowed(database, "web", sale)).isTrue();
    }

    @Test
    void aRoleIsGrantedPushesByItsName() throws Exception {
        DATABASE.execute("create role named login in role nxt_pusher; delete from nxt_sync.push_grant; "
                + "insert into nxt_sync.push_grant values ('named', 'orders')");
        try {
            assertThat(isAllowed("named", "select nxt_sync.push('orders', 'n', '{}', 7)")).isTrue();
            DATABASE.execute("alter role named rename to renamed");
            assertThat(isAllowed("renamed", "select nxt_sync.push('orders', 'n', '{}', 7)")).isFalse();
            DATABASE.execute("create role named login in role nxt_pusher");
            assertThat(isAllowed("named", "select nxt_sync.push('orders', 'n', '{}', 7)")).isTrue();
        } finally {
            DATABASE.execute("drop role if exists named, renamed; delete from nxt_sync.push_grant; "
                    + "insert into nxt_sync.push_grant values ('nxt_pusher', '*')");
        }
    }

    /** Statements by what they try, made from the catalogue. */
    private static Map<String, String> attempts() {
        var attempts = new HashMap<String, String>();
        for (var relation : DATABASE
                .rows("""
                        select c.oid::regclass::text as name, relkind as kind,
                               (select quote_ident(attname) from pg_attribute where attrelid = c.oid and attnum > 0 and attgenerated = ''
                                    and attidentity = '' and not attisdropped order by attnum limit 1) as any
                        from pg_class c where relnamespace in ('nxt_sync'::regnamespace, 'nxt'::regnamespace)
                          and relkind in ('r', 'p', 'v', 'm', 'f', 'S')""")) {
            String name = relation.get("name");
            attempts.put("select " + name, "select * from " + name);
            if (relation.get("kind").equals("S")) {
                attempts.put("usage " + name, "select nextval('" + name + "')");
                attempts.put("update " + name, "select setval('" + name + "', 1)");
            } else {
                attempts.put("insert " + name, "insert into " + name + " default values");
                attempts.put("update " + name, "update " + name + " set " + relation.get("any") + " = null");
                attempts.put("delete " + name, "delete from " + name);
                attempts.put("truncate " + name, "truncate " + name);
                for (String right : List.of("references", "trigger")) {
                    attempts.put(right + " " + name, "do $$ begin if not has_table_privilege('" + name + "', '" + right
                            + "') then raise insufficient_privilege; end if; end $$");
                }
            }
        }
        DATABASE.rows(
                """
                        select oid::regprocedure::text as name,
                               pronamespace::regnamespace || '.' || quote_ident(proname) || '('
                                   || (select coalesce(string_agg('null::' || type::regtype, ', '), '') from unnest(proargtypes) type) || ')' as call
                        from pg_proc where pronamespace in ('nxt_sync'::regnamespace, 'nxt'::regnamespace)""")
                .forEach(function -> attempts.put("execute " + function.get("name"), "select " + function.get("call")));
        return attempts;
    }

    private static boolean isAllowed(String role, String statement) throws SQLException {
        return isAllowed(DATABASE, role, statement);
    }

    /** Whether it is not refused for want of a right; what else may be wrong with it is found later than that. */
    private static boolean isAllowed(TestDatabase database, String role, String sql) throws SQLException {
        try (Connection connection = connect(database, role); Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(sql);
            return true;
        } catch (SQLException e) {
            return !REFUSED.contains(e.getSQLState());
        }
    }

    private static List<String> keys(String role) throws SQLException {
        return keys(DATABASE, role);
    }

    private static List<String> keys(TestDatabase database, String role) throws SQLException {
        try (Connection connection = connect(database, role);
                Statement statement = connection.createStatement();
                var row = statement.executeQuery("select key from nxt_sync.outbox")) {
            var keys = new ArrayList<String>();
            while (row.next()) {
                keys.add(row.getString(1));
            }
            return keys;
        }
    }

    private static void as(String role, String sql) throws SQLException {
        as(DATABASE, role, sql);
    }

    private static void as(TestDatabase database, String role, String sql) throws SQLException {
        try (Connection connection = connect(database, role); Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Connection connect(TestDatabase database, String role) throws SQLException {
        return DriverManager.getConnection(database.url(), role, "");
    }

    private static void script(String name) throws Exception {
        DATABASE.execute(Files.readString(Path.of("sql", name + ".sql")));
    }
}
