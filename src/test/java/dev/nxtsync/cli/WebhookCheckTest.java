package dev.nxtsync.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.support.TestDatabase;

class WebhookCheckTest {
    @Test
    void whoeverWaitsInVainIsToldWhereToLook() {
        var database = TestDatabase.create();
        var report = new Report();
        var out = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            new WebhookCheck(
                    SettingsFixture
                            .of(Map.of("NXT_DATABASE_URL", database.url(), "NXT_DATABASE_USER", database.user())),
                    report, Duration.ofMillis(1)).run(true);
        } finally {
            System.setOut(before);
        }
        assertThat(report.problems()).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("(" + ErrorCode.WEBHOOK_MISSING.code() + ")")
                .contains("reachable from the internet");
    }
}
