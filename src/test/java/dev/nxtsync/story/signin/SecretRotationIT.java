package dev.nxtsync.story.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.SignIns;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/** Secrets in mounted files: what is rotated is picked up without a restart. */
@Tag("signin")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SecretRotationIT {
    private static final String FIRST = "demo+secret%/:1";

    @TempDir
    static Path mount;
    private static TestDatabase database;
    private static Sandbox sandbox;
    private static Daemon daemon;

    @BeforeAll
    static void start() throws IOException {
        write(0, FIRST);
        database = TestDatabase.migrated();
        sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withTokenLifetime(Duration.ofSeconds(6)));
        daemon = Daemon.on(sandbox.url(), database).without("NXT_CLIENT_SECRET")
                .with("NXT_CLIENT_SECRET_FILE", mount.resolve("client-secret"))
                .with("NXT_OPERATOR_KEY_FILE", mount.resolve("operator-key"))
                .with("NXT_PULLS_ACCOUNTS_TABLE", "generalLedgerAccount").with("NXT_PULLS_ACCOUNTS_EVERY", "1s")
                .start();
    }

    @AfterAll
    static void stop() {
        daemon.close();
        sandbox.close();
    }

    @Test
    @Order(1)
    void aSecretIsRotatedWithoutARestartAndNoCallFails() throws IOException {
        int rotations = Size.of(3, 30);
        awaitRenewals(1);
        String old = FIRST;
        for (int i = 1; i <= rotations; i++) {
            String next = "secret +%/: no. " + i;
            sandbox.secrets(old, next);
            write(i, next);
            // the first of them may have been under way already
            awaitRenewals(renewals() + 2);
            sandbox.secrets(next);
            old = next;
        }
        awaitRenewals(renewals() + 1);
        assertThat(sandbox.counter("token_requests")).as("none was refused")
                .isEqualTo(sandbox.counter("tokens_issued"));
        assertThat(sandbox.counter("unauthorized")).isZero();
        assertThat(daemon.get("/q/metrics").body()).contains("nxt_token_waits_total{connection=\"main\"} 0.0");
        assertThat(database.number("select sum(failures) from nxt_sync.job")).isZero();
        Size.figure("%d rotations of the secret: %d tokens, %d requests, none was refused", rotations,
                sandbox.counter("tokens_issued"), sandbox.counter("requests"));
    }

    @Test
    @Order(2)
    void aFileThatCannotBeReadIsNamedAndItsReturnHeals() throws IOException {
        await().atMost(Duration.ofMinutes(1)).until(() -> daemon.get("/q/health/well").status() == 200);
        Path data = mount.resolve("..data");
        Path away = Files.readSymbolicLink(data);
        Files.delete(data);
        await().atMost(Duration.ofMinutes(1))
                .until(() -> daemon.get("/q/health/well").body().contains("The client secret cannot be used"));
        assertThat(daemon.get("/q/health/well").status()).isEqualTo(503);
        assertThat(daemon.get("/q/health/well").body()).contains(mount.resolve("client-secret").toString());
        await().atMost(Duration.ofMinutes(1))
                .until(() -> daemon.get("/q/health/well").body().contains("operator key (key_unusable)"));
        assertThat(daemon.get("/q/health/well").body()).contains(mount.resolve("operator-key").toString())
                .contains("the former key is still used").doesNotContain(Daemon.OPERATOR);
        await().atMost(Duration.ofMinutes(1)).until(() -> status().contains("secret_unreadable"));
        await().atMost(Duration.ofMinutes(1)).until(() -> status().contains("key_unusable"));
        await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(500))
                .until(() -> nextRenewal().isAfter(Instant.now().plusSeconds(20)));
        var backOff = nextRenewal();
        Files.createSymbolicLink(data, away);
        await().atMost(Duration.ofMinutes(2)).until(() -> daemon.metric("nxt_token_expires_in_seconds", "main") > 0);
        assertThat(Instant.now()).as("the back-off ended at once").isBefore(backOff);
        await().atMost(Duration.ofMinutes(2)).until(() -> daemon.get("/q/health/well").status() == 200);
    }

    private static String status() {
        return daemon.operator("GET", "/api/status", Daemon.OPERATOR).body();
    }

    private static Instant nextRenewal() {
        return Instant.parse(SignIns.json(status()).path("connections").path(0).path("next_renewal_at").asText());
    }

    /** As Kubernetes does it: the files are links into a directory that a link is moved to in one step. */
    private static void write(int version, String secret) throws IOException {
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

    /** Each takes seconds, and whoever asks has the daemon write all its metrics. */
    private static void awaitRenewals(double count) {
        await().atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofMillis(400)).until(() -> renewals() >= count);
    }

    private static double renewals() {
        return daemon.metric("nxt_token_renewals_total", "outcome=\"ok\"");
    }
}
