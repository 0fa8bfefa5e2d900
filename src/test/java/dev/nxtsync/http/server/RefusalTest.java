package dev.nxtsync.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.http.server.Refusal.RefusalReason;

class RefusalTest {
    private final Refusals refusals = new Refusals(new SimpleMeterRegistry());

    @ParameterizedTest
    @CsvSource({"KEY, 401, key_refused", "UNKNOWN, 404, not_found", "METHOD, 405, call_malformed",
            "TOO_LARGE, 413, body_too_large", "LATE, 408, body_late", "NO_MEMORY, 503, too_busy", "BUSY, 503, too_busy",
            "MALFORMED, 400, call_malformed", "LONG_LINE, 414, call_malformed", "LONG_HEADERS, 431, call_malformed",
            "UNEXPECTED, 500, unexpected"})
    void aRefusalIsAProblemWithACode(RefusalReason reason, int status, String code) {
        var said = refusals.of("somebody", reason.because("So it is."));
        assertThat(said.status()).isEqualTo(status);
        assertThat(said.headers()).containsEntry("Content-Type", "application/problem+json");
        assertThat(said.body()).contains("\"status\":" + status, "\"detail\":\"So it is.\"",
                "\"code\":\"" + code + "\"", "\"error\":\"So it is.\"");
        assertThat(said.headers().containsKey("Retry-After")).isEqualTo(status == 503);
    }
}
