package dev.nxtsync.story.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.ConnectProxy;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.support.TlsFront;

/**
 * Set-ups that are broken on purpose, each of their connections in another way: check names each cause, with its code, and
 * the cure, and the others are checked to their end.
 */
@Tag("operate")
class CheckNamesTheCauseIT {
    private static final int[] COMPANIES = {5_280_001, 5_280_002, 5_280_003};
    private static final String READ_ONLY = "business-graphql-service-api:access-group-based-readonly";
    private final List<Sandbox> sandboxes = new ArrayList<>();
    private final TestDatabase database = TestDatabase.create();
    private final Sandbox sandbox = sandbox();

    @AfterEach
    void stop() {
        sandboxes.forEach(Sandbox::close);
    }

    private Sandbox sandbox() {
        var made = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true));
        sandboxes.add(made);
        return made;
    }

    private Sandbox faulty(String fault) {
        var made = sandbox();
        made.faults(Map.of(fault, 1.0));
        return made;
    }

    private Daemon.Builder sound() {
        return Daemon.on(sandbox.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order");
    }

    /** Another connection, with a client id and a secret that are good. */
    private static void connection(Daemon.Builder builder, String name, String setting, Object value) {
        String prefix = "NXT_CONNECTIONS_" + name.toUpperCase(Locale.ROOT) + "_";
        builder.with(prefix + "CLIENT_ID", "isv_demo").with(prefix + "CLIENT_SECRET", "demo+secret%/:1")
                .with(prefix + setting, value);
    }

    /** Of a connection of its own at a Business NXT of its own. */
    private static void pull(Daemon.Builder builder, String connection, Sandbox at, String table) {
        connection(builder, connection, "ISSUER", at.url());
        connection(builder, connection, "API_URL", at.url());
        String prefix = "NXT_PULLS_" + connection.toUpperCase(Locale.ROOT) + "_";
        builder.with(prefix + "TABLE", table).with(prefix + "CONNECTION", connection).with(prefix + "TARGET",
                connection);
    }

    private static String check(Daemon.Builder builder) throws InterruptedException {
        String output = builder.run(3, "check");
        long problems = output.lines().filter(line -> line.startsWith("PROBLEM    ")).count();
        assertThat(output).contains("There are " + problems + " problems.").doesNotContain("demo+secret")
                .doesNotContain("Exception:").doesNotContain("\tat ");
        return output;
    }

    /** All that is said of a connection, or under another heading. */
    private static String of(String output, String heading) {
        var said = output.lines().filter(line -> line.matches("\\S+ +" + heading + ": .*")).toList();
        assertThat(said).as(heading + " in\n" + output).isNotEmpty();
        return String.join("\n", said);
    }

    private static String coded(ErrorCode code) {
        return "(" + code.code() + ")";
    }

    @Test
    void whyThereIsNoTokenAndWhatIsWrongWithOneThatThereIs() throws Exception {
        var unapproved = sandbox();
        unapproved.refuseTokensWith("unauthorized_client");
        var reduced = sandbox();
        reduced.grantOnly(READ_ONLY);
        try (var front = new TlsFront(sandbox.port(), "localhost");
                var proxy = new ConnectProxy(sandbox.port(), "user:password")) {
            var builder = Daemon.on(sandbox.url(), database).with("NXT_CLIENT_SECRET", "wr0ng")
                    .with("NXT_DATABASE_URL", "jdbc:postgresql://127.0.0.1:" + Daemon.freePort() + "/x")
                    .with("QUARKUS_PROXY_HOST", "127.0.0.1").with("QUARKUS_PROXY_PORT", proxy.port())
                    .with("QUARKUS_PROXY_NON_PROXY_HOSTS", "127.0.0.1,localhost,no-such-host.invalid")
                    .with("NXT_CONNECTIONS_BLANK_SCOPE", "business-graphql-api:any");
            connection(builder, "decoded", "CLIENT_SECRET", "demo secret%/:1");
            connection(builder, "encoded", "CLIENT_SECRET", "demo%2Bsecret%25%2F%3A1");
            connection(builder, "unapproved", "ISSUER", unapproved.url());
            connection(builder, "scope", "SCOPE", "business-graphql-api:nothing");
            connection(builder, "reduced", "ISSUER", reduced.url());
            connection(builder, "reduced", "API_URL", reduced.url());
            connection(builder, "page", "ISSUER", faulty("token-html").url());
            connection(builder, "expired", "ISSUER", faulty("token-expired-on-arrival").url());
            var timeless = faulty("no-expires-in");
            connection(builder, "timeless", "ISSUER", timeless.url());
            connection(builder, "timeless", "API_URL", timeless.url());
            connection(builder, "unknown", "ISSUER", "https://no-such-host.invalid");
            connection(builder, "untrusted", "ISSUER", "https://localhost:" + front.port());
            connection(builder, "proxied", "ISSUER", "https://connect.example");
            String output = check(builder);
            assertThat(of(output, "token of main")).contains(coded(ErrorCode.INVALID_CLIENT))
                    .contains("does not know the client id \"isv_demo\" with this secret").contains(
                            "Compare NXT_CLIENT_ID and NXT_CLIENT_SECRET with the application in the Developer Portal");
            assertThat(output).doesNotContain("wr0ng");
            assertThat(of(output, "token of decoded")).contains(coded(ErrorCode.INVALID_CLIENT))
                    .contains("a space or a line break in it. Perhaps a + was decoded")
                    .contains("as the portal showed it");
            assertThat(of(output, "token of encoded")).contains(coded(ErrorCode.INVALID_CLIENT))
                    .contains("looks URL-encoded").contains("as the portal showed it");
            assertThat(of(output, "token of unapproved")).contains(coded(ErrorCode.UNAUTHORIZED_CLIENT))
                    .contains("must have the type Service");
            assertThat(of(output, "token of scope")).contains(coded(ErrorCode.INVALID_SCOPE))
                    .contains("does not grant the scope \"business-graphql-api:nothing\"")
                    .contains("add the integration \"Business NXT GraphQL Service API\"")
                    .contains("correct NXT_CONNECTIONS_SCOPE_SCOPE");
            assertThat(of(output, "token of reduced")).contains(coded(ErrorCode.SCOPE_REDUCED))
                    .contains("the granted one \"" + READ_ONLY + "\"")
                    .contains("Compare the integrations of the application");
            assertThat(of(output, "token of page")).contains("something that is not JSON, such as a web page")
                    .contains("ISSUER");
            assertThat(of(output, "token of expired")).contains("(expired_on_arrival)");
            assertThat(of(output, "token of timeless")).startsWith("ok ").contains("valid for 300 s");
            assertThat(of(output, "token of unknown")).contains(coded(ErrorCode.UNKNOWN_HOST))
                    .contains("does not know the host no-such-host.invalid").contains("ISSUER").contains("DNS");
            assertThat(of(output, "token of untrusted")).contains(coded(ErrorCode.TLS))
                    .contains("The certificate of localhost is not trusted")
                    .contains("QUARKUS_TLS_TRUST_STORE_PEM_CERTS");
            assertThat(of(output, "token of proxied")).contains(coded(ErrorCode.PROXY))
                    .contains("The proxy refuses to connect to connect.example").contains("407")
                    .contains("QUARKUS_PROXY_USERNAME");
            assertThat(output).contains("NXT_CONNECTIONS_BLANK_CLIENT_ID: is not set")
                    .contains("skipped    connection blank").contains("There is no pull and no push");
            assertThat(of(output, "database")).contains(coded(ErrorCode.DATABASE_AWAY)).contains("It cannot be reached")
                    .contains("Check NXT_DATABASE_URL");
        }
    }

    @Test
    void whyNothingCanBeReadOrKept() throws Exception {
        database.execute("create schema nxt_sync; create table nxt_sync.pass (id int)");
        database.execute("create schema nxt; create table nxt.\"order\" (nxt_company int, order_no int)");
        var stranger = sandbox();
        var partly = sandbox();
        partly.grant(COMPANIES[1], false);
        var empty = sandbox();
        for (int company : COMPANIES) {
            stranger.grant(company, false);
            empty.list(company, false);
        }
        var nobody = sandbox();
        nobody.listCustomers(false);
        try (var front = new TlsFront(sandbox.port(), "localhost");
                var proxy = new ConnectProxy(sandbox.port(), "user:password")) {
            var builder = sound().with("QUARKUS_PROXY_HOST", "127.0.0.1").with("QUARKUS_PROXY_PORT", proxy.port())
                    .with("QUARKUS_PROXY_NON_PROXY_HOSTS", "127.0.0.1,localhost");
            connection(builder, "away", "API_URL", "http://127.0.0.1:" + Daemon.freePort());
            connection(builder, "plain", "API_URL", sandbox.url().replace("http:", "https:"));
            connection(builder, "untrusted", "API_URL", "https://localhost:" + front.port());
            connection(builder, "proxied", "API_URL", "https://business.example");
            connection(builder, "seventh", "CUSTOMER", 7);
            pull(builder, "stranger", stranger, "order");
            pull(builder, "partly", partly, "order");
            pull(builder, "empty", empty, "order");
            pull(builder, "nobody", nobody, "order");
            pull(builder, "odd", faulty("odd-name"), "product");
            builder.with("NXT_PULLS_BESIDE_TABLE", "order").with("NXT_PULLS_BESIDE_CONNECTION", "odd")
                    .with("NXT_PULLS_BESIDE_TARGET", "beside");
            String output = check(builder);
            assertThat(of(output, "API with away")).contains(coded(ErrorCode.UNREACHABLE))
                    .contains("Business NXT cannot be reached").contains("API_URL").contains("the firewall");
            assertThat(of(output, "API with plain")).contains(coded(ErrorCode.TLS_HANDSHAKE))
                    .as("nothing is in doubt that has no connection").contains("A TLS connection with Business NXT's "
                            + "host cannot be made (what answers there does not speak TLS")
                    .doesNotContain("in_doubt");
            assertThat(of(output, "API with untrusted")).contains(coded(ErrorCode.TLS))
                    .contains("The certificate of Business NXT's host is not trusted")
                    .contains("QUARKUS_TLS_TRUST_STORE_PEM_CERTS");
            assertThat(of(output, "API with proxied")).contains(coded(ErrorCode.PROXY))
                    .contains("The proxy refuses to connect to Business NXT's host").contains("have it allow the host");
            assertThat(of(output, "customers of seventh")).contains(coded(ErrorCode.CUSTOMER_UNKNOWN))
                    .contains("does not see the customer 7 of NXT_CONNECTIONS_SEVENTH_CUSTOMER")
                    .contains("Correct the number");
            String ofPartly = between(output, "token of partly", "token of plain");
            assertThat(ofPartly).contains(coded(ErrorCode.FORBIDDEN_COMPANY)).contains("PROBLEM    company 5280002")
                    .contains("grant it this company in Connect Application Access")
                    .doesNotContain("PROBLEM    company 5280001");
            String ofStranger = between(output, "token of stranger", "token of untrusted");
            assertThat(ofStranger).contains(coded(ErrorCode.FORBIDDEN_COMPANY))
                    .contains("Add the client id as a user in Business NXT (table User, tick Connect application)")
                    .contains("company 5280001").contains("company 5280003");
            assertThat(output).contains("Demo Customer has no company that this client id sees")
                    .contains("Grant it companies in Connect Application Access").contains(coded(ErrorCode.NO_COMPANY));
            assertThat(of(output, "customers of nobody")).contains(coded(ErrorCode.NO_CUSTOMER))
                    .contains("This client id sees no customer")
                    .contains("Add the client id as a user in Business NXT");
            assertThat(of(output, "pull odd")).contains(coded(ErrorCode.SCHEMA_REFUSED))
                    .contains("The table product is not used").doesNotContain("x: y");
            assertThat(output).contains("pull orders: table order by orderNo")
                    .contains("pull beside: table order by orderNo");
            assertThat(of(output, "migration")).contains(coded(ErrorCode.DATABASE_ERROR))
                    .contains("V2__increments_and_history.sql fails here").contains("\"pass\" already exists");
            assertThat(database.value(
                    "select string_agg(relname, ' ') from pg_class where relnamespace = 'nxt_sync'::regnamespace"))
                    .as("it leaves nothing").isEqualTo("pass");
            assertThat(of(output, "target of orders")).contains(coded(ErrorCode.TARGET_UNUSABLE))
                    .contains("has no column nxt_read_at, so it is not a table of nxt-sync");
        }
    }

    private static String between(String output, String from, String to) {
        return output.substring(output.indexOf(from), output.indexOf(to));
    }

    @Test
    void whateverIsWrongWithSettingsAndJobsAllAtOnce() throws Exception {
        var file = Files.write(Files.createTempFile("secret", ""), "demo+secret%/:1".getBytes(StandardCharsets.UTF_16));
        var builder = sound().without("NXT_DATABASE_URL").with("NXT_DATABSE_URL", database.url())
                .with("NXT_DATABASE_PASSWORD", "s3cret ").with("NXT_HTTP_PORT", "http")
                .with("NXT_PULLS_ORDERS_EVERY", "often").with("NXT_PULLS_ORDERS_COLUMS", "orderNo")
                .with("NXT_PULLS_ORDERS_COLUMNS", "orderDte").with("NXT_PULLS_TYPO_TABLE", "vouchr")
                .with("NXT_PULLS_CAPITAL_TABLE", "Order").with("NXT_PULLS_SOME_TABLE", "order")
                .with("NXT_PULLS_SOME_TARGET", "some").with("NXT_PULLS_SOME_FILTER", "{\"orderNumber\": {\"_eq\": 1}}")
                .with("NXT_PULLS_LESS_TABLE", "order").with("NXT_PULLS_LESS_TARGET", "less")
                .with("NXT_PULLS_LESS_EXCEPT", "informaton1").with("NXT_PULLS_LESS_COMPANIES", "4711")
                .with("NXT_PULLS_LINES_TABLE", "orderLine").with("NXT_PULLS_LINES_KEY", "orderNo")
                .with("NXT_PUSHES_SALES_TABLE", "order").with("NXT_PUSHES_SALES_KEY_COLUMN", "yourReferenc")
                .with("NXT_CONNECTIONS_UTF_CLIENT_ID", "isv_demo").with("NXT_CONNECTIONS_UTF_CLIENT_SECRET_FILE", file)
                .with("NXT_PUSHES_READ_TABLE", "order").with("NXT_PUSHES_READ_KEY_COLUMN", "yourReference")
                .with("NXT_PUSHES_READ_CONNECTION", "read");
        connection(builder, "read", "SCOPE", READ_ONLY);
        // not by way of run, which has no port
        String output;
        try (var command = builder.command("check").start()) {
            assertThat(command.exitCode()).as(command.output()).isEqualTo(3);
            output = command.output();
        } finally {
            Files.delete(file);
        }
        assertThat(List.of(ErrorCode.CONFIGURATION, ErrorCode.COLUMN_UNKNOWN, ErrorCode.TABLE_UNKNOWN,
                ErrorCode.FILTER_INVALID, ErrorCode.EXCEPT_UNKNOWN, ErrorCode.COMPANY_NOT_GRANTED,
                ErrorCode.KEY_NOT_UNIQUE, ErrorCode.PUSH_FLAWED)).allMatch(code -> output.contains(coded(code)));
        assertThat(output)
                .contains("NXT_DATABSE_URL is not a setting and has no effect; did you mean NXT_DATABASE_URL?")
                .contains("NXT_DATABASE_URL: is not set").contains("skipped    database: its address is not set")
                .contains("NXT_DATABASE_PASSWORD: the value begins or ends with a space; take it out")
                .contains("NXT_HTTP_PORT: \"http\"").contains("NXT_PULLS_ORDERS_EVERY: \"often\" is not a duration")
                .contains("NXT_PULLS_ORDERS_COLUMS: is not a setting; did you mean NXT_PULLS_ORDERS_COLUMNS?")
                .contains("NXT_CONNECTIONS_UTF_CLIENT_SECRET_FILE: the file " + file + " is UTF-16")
                .contains("skipped    connection utf")
                .contains("which allows no writing; use a scope without -readonly at its end")
                .contains(
                        "has no column orderDte that this client id can read; did you mean orderDate? Correct NXT_PULLS_ORDERS_COLUMNS.")
                .contains("There is no table vouchr that this client id can read; did you mean voucher?")
                .contains("There is no table Order that this client id can read; did you mean order?")
                .doesNotContain("primary key of Order").contains("NXT_PULLS_SOME_FILTER")
                .contains("PROBLEM    pull lines: The key orderNo of table orderLine is not unique in company 5280001, "
                        + "where orderNo ")
                .contains(
                        "has no column informaton1 to leave out; did you mean information1? Correct NXT_PULLS_LESS_EXCEPT.")
                .contains("does not see these companies of NXT_PULLS_LESS_COMPANIES: 4711")
                .contains("Correct the number, or grant")
                .contains(
                        "NXT_PUSHES_SALES_KEY_COLUMN names yourReferenc, which is not a readable column; did you mean yourReference?")
                .doesNotContain("demo+secret").doesNotContain("s3cret").doesNotContain("\tat ");
    }

    @Test
    void aServerThatRefusesItsWalFunctionsHoldsWhatIsPushedWhilePullsRun() throws Exception {
        var managed = TestDatabase.create();
        managed.refuseWalFunctions("0A000");
        String words = "WAL control functions cannot be executed here (SQLSTATE 0A000)";
        var pushing = sound().with("NXT_DATABASE_URL", managed.url()).with("NXT_PUSHES_SALES_TABLE", "order")
                .with("NXT_PUSHES_SALES_COMPANY", COMPANIES[0]).with("NXT_PUSHES_SALES_KEY_COLUMN", "yourReference");
        assertThat(pushing.run(3, "check")).contains("PROBLEM    migration: ").contains(words).contains("(wal_refused)")
                .contains("migrations will be run at the start; this was tried, and rolled back");
        assertThat(managed.value("select to_regnamespace('nxt_sync')")).as("it leaves nothing").isNull();

        try (var daemon = pushing.command().start()) {
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                assertThat(managed.count("nxt.\"order\"")).isPositive();
                assertThat(daemon.get("/q/health/ready").status()).isEqualTo(200);
                assertThat(daemon.get("/q/health/well").body()).contains("outbox (wal_refused)").contains(words)
                        .contains("rds.logical_replication");
            });
            assertThat(pushing.run(3, "adopt")).contains("(wal_refused)");
            managed.execute("select nxt_sync.push('sales', 'kept', '{\"customerNo\": 1}')");
            managed.allowWalFunctions();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> daemon.get("/q/health/well").body().contains("outbox (outbox_held)"));
            assertThat(managed.value("select state from nxt_sync.outbox")).isEqualTo("waiting");
            pushing.run(0, "adopt");
            await().atMost(Duration.ofSeconds(60)).until(() -> daemon.get("/q/health/well").status() == 200);
        }
    }
}
