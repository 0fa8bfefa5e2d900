package dev.nxtsync.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import jakarta.inject.Inject;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.token.Connections;
import dev.nxtsync.token.Tokens;

@QuarkusTest
@QuarkusTestResource(value = ManyCallersTest.World.class, restrictToAnnotatedClass = true)
class ManyCallersTest {
    @Inject
    Connections connections;

    @Test
    void fiveHundredCallersAtTheStartCauseOneTokenRequest() throws Exception {
        var threads = Executors.newFixedThreadPool(500);
        var together = new CountDownLatch(500);
        List<Future<Tokens.Current>> answers = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            answers.add(threads.submit(() -> {
                together.countDown();
                together.await();
                return connections.of("main").current();
            }));
        }
        var tokens = new HashSet<Tokens.Current>();
        for (Future<Tokens.Current> answer : answers) {
            tokens.add(answer.get());
        }
        threads.shutdown();
        assertThat(tokens).hasSize(1).first().isInstanceOf(Tokens.Valid.class);
        assertThat(World.sandbox.counter("token_requests")).isEqualTo(1);
        given().baseUri("http://localhost:" + World.MANAGEMENT_PORT).when().get("/q/metrics").then().statusCode(200)
                .body(containsString("nxt_token_renewals_total{connection=\"main\",outcome=\"ok\"} 1.0"))
                .body(containsString("nxt_token_waits_total{connection=\"main\"} 0.0"));
        Awaitility.await().until(() -> given().baseUri("http://localhost:" + World.MANAGEMENT_PORT)
                .get("/q/health/ready").statusCode() == 200);
        given().baseUri("http://localhost:" + World.MANAGEMENT_PORT).when().get("/q/health/well").then().statusCode(200)
                .body("status", is("UP"));
    }

    /** The sandbox, with a token endpoint so slow that all callers are there before its first answer. */
    public static final class World implements QuarkusTestResourceLifecycleManager {
        static final int MANAGEMENT_PORT = dev.nxtsync.support.Daemon.freePort();
        static Sandbox sandbox;

        @Override
        public Map<String, String> start() {
            sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true)
                    .withTokenLifetime(java.time.Duration.ofMinutes(10)).withFaults(Map.of("token-slow", 1.0)));
            var database = TestDatabase.create();
            var settings = Map.of("nxt.client-id", "isv_demo", "nxt.client-secret", "demo+secret%/:1", "nxt.issuer",
                    sandbox.url(), "nxt.api.url", sandbox.url(), "nxt.database.url", database.url(),
                    "nxt.database.user", database.user(), "nxt.http.port",
                    Integer.toString(dev.nxtsync.support.Daemon.freePort()));
            settings.forEach(System::setProperty);
            // what main hands to the framework
            return Map.of("quarkus.http.test-port", Integer.toString(MANAGEMENT_PORT), "quarkus.datasource.jdbc.url",
                    database.url());
        }

        @Override
        public void stop() {
            System.getProperties().stringPropertyNames().stream()
                    .filter(name -> name.startsWith("nxt.") && !name.equals("nxt.endurance"))
                    .forEach(System::clearProperty);
            sandbox.close();
        }
    }
}
