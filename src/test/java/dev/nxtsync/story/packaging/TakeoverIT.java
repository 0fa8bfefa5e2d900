package dev.nxtsync.story.packaging;

import static dev.nxtsync.story.Pulls.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.Pushes;
import dev.nxtsync.story.SignIns;
import dev.nxtsync.support.Clone;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Dump;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.support.Visitor;

/**
 * A database of an earlier version, killed in the middle of a load, of pushes and of a sign-in, is taken over as it is. In CI
 * it is a dump, which this makes anew with {@code -Dnxt.before=} that version's {@code quarkus-run.jar}.
 */
@Tag("packaging")
class TakeoverIT {
    private static final String BEFORE = "58d54a0";
    private static final Path DUMP = Path.of("src", "test", "resources", "takeover", "before.sql");
    private static final int COMPANY = 5_280_001;
    private static final int PAGE = 100;

    /**
     * A sign-in that has begun, in a person's browser.
     *
     * @param authorization the page of the issuer that the person sees
     */
    private record Begun(Visitor visitor, String authorization) {}

    @Test
    void aDatabaseThatTheVersionBeforeLeftInTheMiddleOfAllIsTakenOverWithoutADifference() {
        int port = Daemon.freePort();
        try (var sandbox = sandbox()) {
            var dump = Dump.read(DUMP, ports(sandbox, port));
            var notes = dump.notes();
            var database = dump.restore();
            // the same database, not one that was restored elsewhere
            database.isItsOutboxesHome();
            for (String key : List.of("a", "b")) {
                sandbox.put(COMPANY, "order", values("orderNo", Integer.valueOf(notes.get("order " + key)),
                        "yourReference", key, "customerNo", 1, "createdByUser", "isv_demo"));
            }
            sandbox.adopt("kari", notes.get("refresh token"));
            var visitor = new Visitor();
            visitor.keep("127.0.0.1:" + port,
                    Map.of(notes.get("cookie").split("=", 2)[0], notes.get("cookie").split("=", 2)[1]));
            var begun = new Begun(visitor, notes.get("authorization"));
            isTakenOver(sandbox, database, port, begun);
        }
    }

    @Test
    void aDaemonOfTheVersionBeforeIsKilledAndThisOneGoesOn(@TempDir Path before) throws Exception {
        assumeTrue(Size.full());
        run(List.of("git", "worktree", "add", "--detach", before.resolve("tree").toString(), BEFORE), Path.of("."));
        try {
            build(before.resolve("tree"));
            int port = Daemon.freePort();
            try (var sandbox = sandbox()) {
                var database = TestDatabase.create();
                var begun = live(sandbox, database, port, before.resolve("tree/target/quarkus-app/quarkus-run.jar"));
                isTakenOver(sandbox, database, port, begun);
            }
        } finally {
            run(List.of("git", "worktree", "remove", "--force", before.resolve("tree").toString()), Path.of("."));
        }
    }

    /** With this build's Maven and what it has fetched already, and without what only looks at the code. */
    private static void build(Path directory) throws Exception {
        Clone.run(directory, "env", "JAVA_HOME=" + System.getProperty("java.home"),
                Path.of(System.getProperty("nxt.maven"), "bin", "mvn").toString(), "-o", "-q",
                "-Dmaven.repo.local=" + System.getProperty("nxt.repository"), "-Dmaven.test.skip=true",
                "-Dformatter.skip", "-Dimpsort.skip", "-Dmdep.analyze.skip", "-Dcompiler.checks=-Xlint:none",
                "package");
    }

    /** Makes the dump. */
    @Test
    void theDumpIsMadeWithTheVersionBefore() throws Exception {
        String jar = System.getProperty("nxt.before", "");
        assumeTrue(!jar.isEmpty());
        int port = Daemon.freePort();
        try (var sandbox = sandbox()) {
            var database = TestDatabase.create();
            var begun = live(sandbox, database, port, Path.of(jar));
            var notes = new LinkedHashMap<String, String>();
            for (var order : sandbox.rows(COMPANY, "order")) {
                if (List.of("a", "b").contains(order.get("yourReference"))) {
                    notes.put("order " + order.get("yourReference"), order.get("orderNo").toString());
                }
            }
            notes.put("refresh token", sandbox.secretsOfPersons().stream().filter(each -> each.length() == 69)
                    .reduce((first, last) -> last).orElseThrow());
            notes.put("cookie", begun.visitor().cookies("127.0.0.1:" + port).entrySet().stream()
                    .map(each -> each.getKey() + "=" + each.getValue()).collect(Collectors.joining("; ")));
            notes.put("authorization", begun.authorization());
            Dump.write(DUMP, database, notes, ports(sandbox, port));
        }
    }

    private static Sandbox sandbox() {
        return new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(1)
                .withTokenLifetime(Duration.ofMinutes(1))
                .withRows(Map.of("associate", 4 * PAGE, "order", 20, "product", 20)));
    }

    private static Daemon.Builder daemon(Sandbox sandbox, TestDatabase database, int port) {
        return Daemon.on(sandbox.url(), database).with("NXT_HTTP_PORT", port)
                .with("NXT_PUBLIC_URL", "http://127.0.0.1:" + port).with("NXT_ENCRYPTION_KEY", SignIns.KEY)
                .with("NXT_OPERATOR_KEY", SignIns.OPERATOR).with("NXT_CONNECTIONS_PERSON_KIND", "user")
                .with("NXT_CONNECTIONS_PERSON_CLIENT_ID", "isv_demo")
                .with("NXT_CONNECTIONS_PERSON_CLIENT_SECRET", "demo+secret%/:1")
                .with("NXT_PULLS_PEOPLE_TABLE", "associate").with("NXT_PULLS_PEOPLE_COLUMNS", "name")
                .with("NXT_PULLS_PEOPLE_PAGE_SIZE", PAGE).with("NXT_PULLS_PEOPLE_EVERY", "1s")
                .with("NXT_PULLS_ORDERS_TABLE", "order").with("NXT_PULLS_ORDERS_COLUMNS", "yourReference,customerNo")
                .with("NXT_PULLS_ORDERS_EVERY", "1s").with("NXT_PULLS_GOODS_TABLE", "product")
                .with("NXT_PULLS_GOODS_COLUMNS", "description").with("NXT_PULLS_GOODS_CONNECTION", "person")
                .with("NXT_PULLS_GOODS_EVERY", "1s").with("NXT_PUSHES_SALES_TABLE", "order")
                .with("NXT_PUSHES_SALES_COMPANY", COMPANY).with("NXT_PUSHES_SALES_KEY_COLUMN", "yourReference")
                .with("NXT_API_TIME_LIMIT", "2s").with("NXT_PUSH_REPEAT_AFTER", "10s");
    }

    /** The life of a daemon of the version before, and its end. */
    private static Begun live(Sandbox sandbox, TestDatabase database, int port, Path jar) throws Exception {
        sandbox.holdRequestsWith("\"associateNo\":");
        try (var daemon = daemon(sandbox, database, port)
                .line(List.of(Daemon.java(), "-jar", jar.toAbsolutePath().toString()), jar.toAbsolutePath().getParent())
                .start()) {
            await().atMost(Duration.ofMinutes(1)).until(() -> daemon.get("/q/health/ready").status() == 200);
            SignIns.signIn(daemon, "person");
            database.execute("""
                    select nxt_sync.push('sales', 'a', '{"customerNo": 1}', grp => 'g');
                    select nxt_sync.push('sales', 'd', '{"customerNo": 99000}')""");
            await().atMost(Duration.ofMinutes(1)).until(() -> loaded(database, "orders") && loaded(database, "goods")
                    && database.number("select sum(rows) from nxt_sync.pull_state where pull = 'people'") == PAGE
                    && states(database).equals("a done, d dead")
                    && database.number("select count(*) from nxt.\"order\" where your_reference = 'a'") == 1);
            sandbox.holdAnswersTo("push_create_order");
            int held = sandbox.held();
            database.execute("""
                    select nxt_sync.push('sales', 'b', '{"customerNo": 1}', grp => 'g');
                    select nxt_sync.push('sales', 'c', '{"customerNo": 1}', grp => 'g')""");
            await().atMost(Duration.ofSeconds(30)).until(
                    () -> sandbox.held() > held && sandbox.count(COMPANY, "order", "yourReference").containsKey("b"));
            var visitor = new Visitor();
            var begun = new Begun(visitor, visitor.open(SignIns.link(daemon, "person")));
            daemon.kill();
            return begun;
        } finally {
            sandbox.release();
        }
    }

    private static void isTakenOver(Sandbox sandbox, TestDatabase database, int port, Begun begun) {
        String left = database.value("select now()::text");
        long known = database.number("select count(*) from nxt.product");
        Pushes.silence(database);
        try (var daemon = daemon(sandbox, database, port).start()) {
            daemon.awaitReady();
            sandbox.put(COMPANY, "product", values("productNo", "taken over", "description", "by Kari's token"));
            await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
                assertThat(states(database)).isEqualTo("a done, b done, c done, d dead");
                assertThat(List.of("people", "orders", "goods")).allMatch(pull -> loaded(database, pull));
                assertThat(database.count("nxt.product")).isEqualTo(known + 1);
                for (String table : List.of("associate", "order", "product")) {
                    assertThat(Mirror.differences(sandbox, database, COMPANY, table)).isEmpty();
                }
            });
            assertThat(sandbox.count(COMPANY, "order", "yourReference")).containsEntry("a", 1).containsEntry("b", 1)
                    .containsEntry("c", 1).doesNotContainKey("d");
            assertThat(database.number("select count(*) from nxt.associate where nxt_read_at < '" + left + "'"))
                    .as("rows that were not read again").isEqualTo(PAGE);
            assertThat(database.value("select state || ' ' || shown_name from nxt_sync.user_grant"))
                    .startsWith("signed_in Kari Nordmann");
            assertThat(sandbox.counter("refreshes_refused")).isZero();
            var back = URI.create(begun.visitor().agree(begun.authorization(), "kari", "fjord"));
            assertThat(begun.visitor().follow(back.toString()).statusCode()).isEqualTo(200);
            assertThat(database.value("select authorized_at > '" + left + "' from nxt_sync.user_grant"))
                    .as("signed in anew").isEqualTo("t");
            database.execute("update nxt_sync.outbox set state = 'discarded' where state = 'dead'");
            await().atMost(Duration.ofMinutes(1)).untilAsserted(
                    () -> assertThat(daemon.get("/q/health/well")).returns(200, Daemon.Response::status));
        }
    }

    private static boolean loaded(TestDatabase database, String pull) {
        return database.number(
                "select count(*) from nxt_sync.pull_state where loaded_at is not null and pull = '" + pull + "'") == 1;
    }

    private static String states(TestDatabase database) {
        return database.value("select string_agg(key || ' ' || state, ', ' order by key) from nxt_sync.outbox");
    }

    /** Ports, which are others each time. */
    private static Map<String, Integer> ports(Sandbox sandbox, int port) {
        return Map.of("{sandbox}", sandbox.port(), "{daemon}", port);
    }

    private static void run(List<String> command, Path directory) throws Exception {
        var process = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }
}
