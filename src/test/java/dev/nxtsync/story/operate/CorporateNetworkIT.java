package dev.nxtsync.story.operate;

import static dev.nxtsync.story.Pulls.loaded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.Pulls;
import dev.nxtsync.support.ConnectProxy;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Pooler;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.support.TlsFront;

@Tag("operate")
@Execution(ExecutionMode.CONCURRENT)
class CorporateNetworkIT {
    private static final int COMPANY = 5_280_001;

    @Test
    void bothHostsAreReachedByAProxyAndTrustedByAPrivateCaAndAPoolerOfTransactionsMayStandBeforeTheDatabase()
            throws Exception {
        var database = TestDatabase.create();
        try (var sandbox = sandbox();
                var front = new TlsFront(sandbox.port(), "connect.example", "business.example");
                var proxy = new ConnectProxy(front.port(), "user:pass word");
                var pooler = new Pooler(database, 3, "")) {
            sandbox.publish("https://connect.example");
            var builder = Daemon.on("https://connect.example", database).with("NXT_API_URL", "https://business.example")
                    .with("NXT_PULLS_PEOPLE_TABLE", "associate").with("NXT_PULLS_PEOPLE_EVERY", "1s")
                    .with("NXT_DATABASE_URL", database.url(pooler.port())).with("NXT_PUSHES_SALES_TABLE", "order")
                    .with("NXT_PUSHES_SALES_COMPANY", COMPANY).with("NXT_PUSHES_SALES_KEY_COLUMN", "yourReference")
                    .with("QUARKUS_PROXY_HOST", "127.0.0.1").with("QUARKUS_PROXY_PORT", proxy.port())
                    .with("QUARKUS_PROXY_USERNAME", "user").with("QUARKUS_PROXY_PASSWORD", "pass word")
                    .with("QUARKUS_TLS_TRUST_STORE_PEM_CERTS", front.certificate());
            assertThat(builder.run(0, "check")).contains("a pooler pools by transaction");
            try (var daemon = builder.command().start()) {
                loaded(daemon, database, 3);
                database.execute("select nxt_sync.push('sales', 'a1', '{\"customerNo\": 1}')");
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> database.value("select state from nxt_sync.outbox").equals("done"));
                sandbox.put(COMPANY, "associate", Pulls.values("associateNo", 5, "name", "changed"));
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> Mirror.differences(sandbox, database, COMPANY, "associate").isEmpty());
                assertThat(proxy.asked()).contains("connect.example:443", "business.example:443");
                assertThat(daemon.output()).doesNotContain("pass word").doesNotContain("prepared statement")
                        .doesNotContain("ERROR");
                Size.figure("by way of the pooler: %d transactions on 3 servers", pooler.transactions());
            }
        }
    }

    private static Sandbox sandbox() {
        return new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true)
                .withRows(Map.of("associate", 3000, "order", 100)));
    }
}
