package dev.nxtsync.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.support.TestDatabase;

class WebhookCheckTest {
    @Test
    void whoeverWaitsInVainIsToldWhereToLook() throws Exception {
        var database = TestDatabase.create();
        var report = new Report();
        var settings = SettingsFixture
                .of(Map.of("NXT_DATABASE_URL", database.url(), "NXT_DATABASE_USER", database.user()));
        var printed = Printed.by(() -> {
            new WebhookCheck(settings, report, Duration.ofMillis(1)).run(true);
            return report.end();
        });
        assertThat(printed.code()).isEqualTo(ExitCode.FOUND_PROBLEMS);
        assertThat(printed.text()).contains("(" + ErrorCode.WEBHOOK_MISSING.code() + ")")
                .contains("reachable from the internet").contains("There is one problem.");
    }
}
