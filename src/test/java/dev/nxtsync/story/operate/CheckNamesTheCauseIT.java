package dev.nxtsync.story.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.ConnectProxy;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Pooler;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.support.TlsFront;

/** Set-ups that are broken on purpose, one way each: check names the cause, with its code, and the cure. */
@Tag("operate")
class CheckNamesTheCauseIT {
    private static final int[] COMPANIES = {5_280_001, 5_280_002, 5_280_003};
    private static Sandbox sandbox;
    private static TestDatabase database;

    @BeforeAll
    static void start() {
        sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true));
        database = TestDatabase.create();
    }

    @AfterAll
    static void stop() {
        sandbox.close();
    }

    @BeforeEach
    @AfterEach
    void mend() {
        sandbox.refuseTokensWith("");
        sandbox.grantOnly("");
        for (int company : COMPANIES) {
            sandbox.grant(company, true);
            sandbox.list(company, true);
        }
        sandbox.listCustomers(true);
    }

    private static Daemon.Builder sound() {
        return Daemon.on(sandbox.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order");
    }

    private static String broken(ErrorCode cause, Consumer<Daemon.Builder> breakage) throws InterruptedException {
        return broken(List.of(cause), breakage);
    }

    private static String broken(List<ErrorCode> causes, Consumer<Daemon.Builder> breakage)
            throws InterruptedException {
        var builder = sound();
        breakage.accept(builder);
        String output = builder.run(3, "check");
        assertThat(causes).allMatch(cause -> output.contains("(" + cause.code() + ")"));
        assertThat(output).doesNotContain("demo+secret").doesNotContain("Exception:");
        return output;
    }

    @Test
    void aWrongSecret() throws Exception {
        assertThat(broken(ErrorCode.INVALID_CLIENT, builder -> builder.with("NXT_CLIENT_SECRET", "wr0ng")))
                .contains("does not know the client id \"isv_demo\" with this secret")
                .contains("Compare NXT_CLIENT_ID and NXT_CLIENT_SECRET with the application in the Developer Portal")
                .doesNotContain("wr0ng");
    }

    @Test
    void aSecretWhosePlusWasDecodedOrWhichWasEncodedBeforeItCameHere() throws Exception {
        assertThat(broken(ErrorCode.INVALID_CLIENT, builder -> builder.with("NXT_CLIENT_SECRET", "demo secret%/:1")))
                .contains("a space or a line break in it, as where a + was decoded")
                .contains("as the portal showed it");
        assertThat(broken(ErrorCode.INVALID_CLIENT,
                builder -> builder.with("NXT_CLIENT_SECRET", "demo%2Bsecret%25%2F%3A1")))
                .contains("looks URL-encoded").contains("as the portal showed it");
    }

    @Test
    void anApplicationThatIsNotApproved() throws Exception {
        sandbox.refuseTokensWith("unauthorized_client");
        assertThat(broken(ErrorCode.UNAUTHORIZED_CLIENT, builder -> {
        })).contains("type Service and approved by Visma");
    }

    @Test
    void aMissingScope() throws Exception {
        assertThat(
                broken(ErrorCode.INVALID_SCOPE, builder -> builder.with("NXT_SCOPE", "business-graphql-api:nothing")))
                .contains("does not grant the scope \"business-graphql-api:nothing\"")
                .contains("add the integration \"Business NXT GraphQL Service API\"").contains("correct NXT_SCOPE");
    }

    @Test
    void aReadOnlyScopeWithAPush() throws Exception {
        Consumer<Daemon.Builder> push = builder -> builder.with("NXT_PUSHES_SALES_TABLE", "order")
                .with("NXT_PUSHES_SALES_KEY_COLUMN", "yourReference");
        assertThat(broken(ErrorCode.CONFIGURATION, builder -> push.accept(
                builder.with("NXT_SCOPE", "business-graphql-service-api:access-group-based-readonly"))))
                .contains("with which nothing can be written; take a scope without -readonly at its end");
        sandbox.grantOnly("business-graphql-service-api:access-group-based-readonly");
        assertThat(broken(ErrorCode.SCOPE_REDUCED, push)).contains(
                "the granted one \"business-graphql-service-api:access-group-based-readonly\"")
                .contains("Compare the integrations of the application");
    }

    @Test
    void aUserRowThatIsMissing() throws Exception {
        for (int company : COMPANIES) {
            sandbox.grant(company, false);
        }
        assertThat(broken(ErrorCode.FORBIDDEN_COMPANY, builder -> {
        })).contains("Add the client id as a user in Business NXT (table User, Connect application ticked)")
                .contains("company 5280001").contains("company 5280003");
    }

    @Test
    void aCompanyThatIsNotGranted() throws Exception {
        sandbox.grant(5_280_002, false);
        assertThat(broken(ErrorCode.FORBIDDEN_COMPANY, builder -> {
        })).contains("PROBLEM    company 5280002").contains("grant it this company in Connect Application Access")
                .doesNotContain("PROBLEM    company 5280001");
    }

    @Test
    void aCustomerWithoutACompanyAndAClientWithoutACustomer() throws Exception {
        for (int company : COMPANIES) {
            sandbox.list(company, false);
        }
        assertThat(broken(ErrorCode.NO_COMPANY, builder -> {
        })).contains("Demo Customer has no company that this client id sees")
                .contains("Grant it companies in Connect Application Access");
        sandbox.listCustomers(false);
        assertThat(broken(ErrorCode.NO_CUSTOMER, builder -> {
        })).contains("This client id sees no customer").contains("Add it as a user in Business NXT");
    }

    @Test
    void aWrongCustomerNumber() throws Exception {
        assertThat(broken(ErrorCode.CUSTOMER_UNKNOWN, builder -> builder.with("NXT_CUSTOMER", "7")))
                .contains("The customer 7 of NXT_CUSTOMER is not one of those").contains("Correct the number");
    }

    @Test
    void aHostThatCannotBeReached() throws Exception {
        assertThat(
                broken(ErrorCode.UNKNOWN_HOST, builder -> builder.with("NXT_ISSUER", "https://no-such-host.invalid")))
                .contains("no-such-host.invalid is not known here").contains("NXT_ISSUER").contains("DNS");
        assertThat(broken(List.of(ErrorCode.UNREACHABLE, ErrorCode.DATABASE_AWAY),
                builder -> builder.with("NXT_API_URL", "http://127.0.0.1:" + Daemon.freePort()).with("NXT_DATABASE_URL",
                        "jdbc:postgresql://127.0.0.1:" + Daemon.freePort() + "/x")))
                .contains("Business NXT cannot be reached").contains("NXT_API_URL").contains("the firewall")
                .contains("It cannot be reached").contains("Check NXT_DATABASE_URL");
        assertThat(broken(ErrorCode.TLS_HANDSHAKE,
                builder -> builder.with("NXT_API_URL", sandbox.url().replace("http:", "https:"))))
                .as("nothing is in doubt that has no connection")
                .contains(
                        "No TLS connection with Business NXT's host comes about (what answers there does not speak TLS")
                .doesNotContain("in_doubt");
    }

    @Test
    void aColumnThatIsNoGraphQlName() throws Exception {
        sandbox.faults(Map.of("odd-name", 1.0));
        assertThat(broken(ErrorCode.SCHEMA_REFUSED, builder -> builder.with("NXT_PULLS_PRODUCTS_TABLE", "product")))
                .contains("The table product is not used").doesNotContain("x: y")
                .contains("pull orders: table order by orderNo");
        sandbox.faults(Map.of());
    }

    @Test
    void aCertificateThatIsNotTrusted() throws Exception {
        try (var front = new TlsFront(sandbox.port(), "localhost")) {
            assertThat(
                    broken(ErrorCode.TLS, builder -> builder.with("NXT_API_URL", "https://localhost:" + front.port())))
                    .contains("The certificate of Business NXT's host is not trusted")
                    .contains("QUARKUS_TLS_TRUST_STORE_PEM_CERTS");
            assertThat(
                    broken(ErrorCode.TLS, builder -> builder.with("NXT_ISSUER", "https://localhost:" + front.port())))
                    .contains("The certificate of localhost is not trusted")
                    .contains("QUARKUS_TLS_TRUST_STORE_PEM_CERTS");
        }
    }

    @Test
    void aProxyThatRefuses() throws Exception {
        try (var proxy = new ConnectProxy(sandbox.port(), "user:password")) {
            assertThat(broken(ErrorCode.PROXY, builder -> builder.with("NXT_ISSUER", "https://connect.example")
                    .with("QUARKUS_PROXY_HOST", "127.0.0.1").with("QUARKUS_PROXY_PORT", proxy.port())
                    .with("QUARKUS_PROXY_NON_PROXY_HOSTS", "127.0.0.1")))
                    .contains("The proxy does not connect to connect.example").contains("407")
                    .contains("QUARKUS_PROXY_USERNAME");
            assertThat(broken(ErrorCode.PROXY, builder -> builder.with("NXT_API_URL", "https://business.example")
                    .with("QUARKUS_PROXY_HOST", "127.0.0.1").with("QUARKUS_PROXY_PORT", proxy.port())
                    .with("QUARKUS_PROXY_NON_PROXY_HOSTS", "127.0.0.1"))).contains("The proxy does not connect to "
                            + "Business NXT's host")
                    .contains("have it allow the host");
        }
    }

    @Test
    void aDatabaseUserWithoutRights() throws Exception {
        database.execute("create role feeble login");
        database.execute("create schema nxt");
        try {
            assertThat(broken(ErrorCode.DATABASE_RIGHTS, builder -> builder.with("NXT_DATABASE_USER", "feeble")))
                    .contains("create schema \"nxt_sync\" authorization \"feeble\"")
                    .contains("grant create, usage on schema \"nxt\" to \"feeble\"");
            database.execute("create table nxt.\"order\" (nxt_company int, order_no int)");
            assertThat(broken(ErrorCode.TARGET_UNUSABLE, builder -> {
            })).contains("has no column nxt_read_at, so it is not one of ours");
        } finally {
            database.execute("drop schema nxt cascade");
            database.execute("drop role feeble");
        }
    }

    @Test
    void aServerThatRefusesItsWalFunctionsHoldsWhatIsPushedWhilePullsRun() throws Exception {
        var managed = TestDatabase.create();
        managed.refuseWalFunctions("0A000");
        String words = "WAL control functions cannot be executed here (SQLSTATE 0A000)";
        var pulling = sound().with("NXT_DATABASE_URL", managed.url());
        assertThat(pulling.run(0, "check")).contains("note       migration: pulls would run, and pushes would not")
                .contains(words);
        var pushing = sound().with("NXT_DATABASE_URL", managed.url()).with("NXT_PUSHES_SALES_TABLE", "order")
                .with("NXT_PUSHES_SALES_COMPANY", COMPANIES[0]).with("NXT_PUSHES_SALES_KEY_COLUMN", "yourReference");
        assertThat(pushing.run(3, "check")).contains("PROBLEM    migration: ").contains(words).contains("(wal_refused)")
                .contains("migrations will be run at the start; that was tried, and rolled back");
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
        assertThat(pushing.run(0, "check")).doesNotContain("migration");
        managed.execute("update nxt_sync.schema_history set checksum = 42 where version = '3'");
        assertThat(pushing.run(3, "check")).contains("made by other migrations than this version's")
                .contains("checksum mismatch for migration version 3");
    }

    @Test
    void aMigrationThatWouldFail() throws Exception {
        var strange = TestDatabase.create();
        strange.execute("create schema nxt_sync; create table nxt_sync.pass (id int)");
        assertThat(broken(ErrorCode.DATABASE_ERROR, builder -> builder.with("NXT_DATABASE_URL", strange.url())))
                .contains("V2__increments_and_history.sql fails here").contains("\"pass\" already exists");
        assertThat(strange
                .value("select string_agg(relname, ' ') from pg_class where relnamespace = 'nxt_sync'::regnamespace"))
                .isEqualTo("pass");
    }

    @Test
    void aPoolerThatDoesNotLetTheDriverIn() throws Exception {
        try (var pooler = new Pooler(database, 2, "search_path")) {
            assertThat(broken(ErrorCode.DATABASE_POOLER, builder -> builder.with("NXT_DATABASE_URL",
                    database.url(pooler.port()) + "?currentSchema=nxt")))
                    .contains("unsupported startup parameter: search_path").contains("ignore_startup_parameters");
            assertThat(broken(ErrorCode.DATABASE_POOLER, builder -> builder.with("NXT_DATABASE_URL",
                    database.url(pooler.port()) + "?prepareThreshold=1")))
                    .contains("prepareThreshold").contains("NXT_DATABASE_URL");
        }
    }

    @Test
    void aMisspeltColumnAndWhateverElseIsWrongWithJobsAllAtOnce() throws Exception {
        assertThat(broken(List.of(ErrorCode.COLUMN_UNKNOWN, ErrorCode.TABLE_UNKNOWN, ErrorCode.FILTER_INVALID,
                ErrorCode.EXCEPT_UNKNOWN, ErrorCode.COMPANY_NOT_GRANTED, ErrorCode.PUSH_FLAWED),
                builder -> builder.with("NXT_PULLS_ORDERS_COLUMNS", "orderDte")
                        .with("NXT_PULLS_TYPO_TABLE", "vouchr").with("NXT_PULLS_CAPITAL_TABLE", "Order")
                        .with("NXT_PULLS_SOME_TABLE", "order").with("NXT_PULLS_SOME_TARGET", "some")
                        .with("NXT_PULLS_SOME_FILTER", "{\"orderNumber\": {\"_eq\": 1}}")
                        .with("NXT_PULLS_LESS_TABLE", "order").with("NXT_PULLS_LESS_TARGET", "less")
                        .with("NXT_PULLS_LESS_EXCEPT", "informaton1").with("NXT_PULLS_LESS_COMPANIES", "4711")
                        .with("NXT_PUSHES_SALES_TABLE", "order").with("NXT_PUSHES_SALES_KEY_COLUMN", "yourReferenc")))
                .contains("has no column orderDte that this client id can read; did you mean orderDate?")
                .contains("There is no table vouchr that this client id can read; did you mean voucher?")
                .contains("There is no table Order that this client id can read; did you mean order?")
                .doesNotContain("primary key of Order")
                .contains("NXT_PULLS_SOME_FILTER")
                .contains("has no column informaton1 to except; did you mean information1?")
                .contains("does not see [4711] of COMPANIES").contains("Correct the number, or grant")
                .contains("KEY_COLUMN names yourReferenc, which is no readable column; did you mean yourReference?");
    }

    @Test
    void aMisspeltVariable() throws Exception {
        assertThat(broken(ErrorCode.CONFIGURATION,
                builder -> builder.without("NXT_DATABASE_URL").with("NXT_DATABSE_URL", database.url())))
                .contains("NXT_DATABSE_URL is not a setting and has no effect; did you mean NXT_DATABASE_URL?")
                .contains("NXT_DATABASE_URL: is not set");
        assertThat(broken(ErrorCode.CONFIGURATION, builder -> builder.with("NXT_PULLS_ORDERS_COLUMS", "orderNo")))
                .contains("NXT_PULLS_ORDERS_COLUMS: is not a setting; did you mean NXT_PULLS_ORDERS_COLUMNS?");
    }
}
