package dev.nxtsync.story.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.SignIns;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/** Secrets in mounted files: what is rotated is picked up without a restart. */
@Tag("signin")
@Execution(ExecutionMode.CONCURRENT)
class SecretRotationIT {
    private static final String FIRST = "demo+secret%/:1";

    private final TestDatabase database = TestDatabase.migrated();

    @Test
    void aSecretIsRotatedWithoutARestartAndNoCallFails(@TempDir Path mount) throws IOException {
        int rotations = Size.of(3, 30);
        write(mount, 0, FIRST);
        try (var sandbox = sandbox(); var daemon = daemon(sandbox, mount).start()) {
            await().atMost(Duration.ofMinutes(1)).until(() -> renewals(daemon) > 0);
            String old = FIRST;
            for (int i = 1; i <= rotations; i++) {
                String next = "secret +%/: no. " + i;
                sandbox.secrets(old, next);
                write(mount, i, next);
                double before = renewals(daemon);
                // the first of them may have been under way already
                await().atMost(Duration.ofMinutes(1)).until(() -> renewals(daemon) >= before + 2);
                sandbox.secrets(next);
                old = next;
            }
            double before = renewals(daemon);
            await().atMost(Duration.ofMinutes(1)).until(() -> renewals(daemon) > before);
            assertThat(sandbox.counter("token_requests")).as("none was refused")
                    .isEqualTo(sandbox.counter("tokens_issued"));
            assertThat(sandbox.counter("unauthorized")).isZero();
            assertThat(daemon.get("/q/metrics").body()).contains("nxt_token_waits_total{connection=\"main\"} 0.0");
            assertThat(database.number("select sum(failures) from nxt_sync.job")).isZero();
            Size.figure("%d rotations of the secret: %d tokens, %d requests, none was refused", rotations,
                    sandbox.counter("tokens_issued"), sandbox.counter("requests"));
        }
    }

    @Test
    void aFileThatCannotBeReadIsNamedAndItsReturnHeals(@TempDir Path mount) throws IOException {
        write(mount, 0, FIRST);
        try (var sandbox = sandbox();
                var daemon = daemon(sandbox, mount).with("NXT_OPERATOR_KEY_FILE", mount.resolve("operator-key"))
                        .start()) {
            await().atMost(Duration.ofMinutes(1)).until(() -> daemon.get("/q/health/well").status() == 200);
            Path data = mount.resolve("..data");
            Path away = Files.readSymbolicLink(data);
            Files.delete(data);
            await().atMost(Duration.ofMinutes(1)).until(() -> daemon.get("/q/health/well").body()
                    .contains("The client secret cannot be used"));
            assertThat(daemon.get("/q/health/well").status()).isEqualTo(503);
            assertThat(daemon.get("/q/health/well").body())
                    .contains(mount.resolve("client-secret").toString());
            await().atMost(Duration.ofMinutes(1)).until(() -> daemon.get("/q/health/well").body()
                    .contains("operator key (key_unusable)"));
            assertThat(daemon.get("/q/health/well").body()).contains(mount.resolve("operator-key").toString())
                    .contains("the key before is still good").doesNotContain(Daemon.OPERATOR);
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> daemon.operator("GET", "/api/status", Daemon.OPERATOR).body()
                            .contains("secret_unreadable"));
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> daemon.operator("GET", "/api/status", Daemon.OPERATOR).body()
                            .contains("key_unusable"));
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> nextRenewal(daemon).isAfter(Instant.now().plusSeconds(20)));
            var backOff = nextRenewal(daemon);
            Files.createSymbolicLink(data, away);
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> daemon.metric("nxt_token_expires_in_seconds", "main") > 0);
            assertThat(Instant.now()).as("the back-off ended at once").isBefore(backOff);
            await().atMost(Duration.ofMinutes(2)).until(() -> daemon.get("/q/health/well").status() == 200);
        }
    }

    private static Instant nextRenewal(Daemon daemon) {
        var connection = SignIns.json(daemon.operator("GET", "/api/status", Daemon.OPERATOR).body())
                .path("connections").path(0);
        return Instant.parse(connection.path("next_renewal_at").asText());
    }

    /** As Kubernetes does it: the files are links into a directory that a link is moved to in one step. */
    private static void write(Path mount, int version, String secret) throws IOException {
        Path directory = Files.createDirectory(mount.resolve("..version" + version));
        Files.writeString(directory.resolve("client-secret"), secret + "\n");
        Files.writeString(directory.resolve("operator-key"), Daemon.OPERATOR + "\n");
        Path link = Files.createSymbolicLink(mount.resolve("..data_tmp"), directory.getFileName());
        Files.move(link, mount.resolve("..data"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        if (version == 0) {
            for (String each : new String[]{"client-secret", "operator-key"}) {
                Files.createSymbolicLink(mount.resolve(each), Path.of("..data", each));
            }
        }
    }

    private Daemon.Builder daemon(Sandbox sandbox, Path mount) {
        return Daemon.on(sandbox.url(), database).without("NXT_CLIENT_SECRET")
                .with("NXT_CLIENT_SECRET_FILE", mount.resolve("client-secret"))
                .with("NXT_PULLS_ACCOUNTS_TABLE", "generalLedgerAccount").with("NXT_PULLS_ACCOUNTS_EVERY", "1s");
    }

    private static double renewals(Daemon daemon) {
        return daemon.metric("nxt_token_renewals_total", "outcome=\"ok\"");
    }

    private static Sandbox sandbox() {
        return new Sandbox(SandboxOptions.defaults().withPort(0).withTokenLifetime(Duration.ofSeconds(6)));
    }
}
