package dev.nxtsync.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.config.Secret;
import dev.nxtsync.config.Settings;

class RefusalMessagesTest {
    private final RefusalMessages messages = new RefusalMessages(
            new Settings.Connection("side", Settings.Kind.SERVICE, "isv_x", Secret.of("s3cret"),
                    "a b", List.of(), Optional.empty(), Optional.empty(), Settings.TokenAuth.BASIC, Optional.empty(),
                    Optional.empty()),
            "https://issuer.example");

    @ParameterizedTest
    @CsvSource({"400, invalid_client, , invalid_client, NXT_CONNECTIONS_SIDE_CLIENT_SECRET",
            "401, invalid_client, , invalid_client, Developer Portal",
            "400, invalid_scope, , invalid_scope, a b", "400, unauthorized_client, , unauthorized_client, type Service",
            "400, invalid_tenant, no role, invalid_tenant, no role",
            "302, , https://elsewhere.example, redirect, https://elsewhere.example",
            "503, , , http_503, status page", "429, , , http_429, overloaded", "200, , , not_json, web page",
            "404, , , not_json, NXT_CONNECTIONS_SIDE_ISSUER"})
    void eachRefusalIsSaidInTheOperatorsWordsWithWhatToDo(int status, String error, String detail, String code,
            String says) {
        var failure = messages.of(
                new TokenEndpointAnswers.NotAToken(status, error == null ? "" : error, detail == null ? "" : detail));
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.message()).contains(says).doesNotContain("s3cret");
    }

    @Test
    void aSlowAndADeadEndpointAreToldApart() {
        assertThat(messages.slow(Duration.ofSeconds(10)).message()).contains("within 10000 ms");
        assertThat(messages.unreachable(new IllegalStateException()).code()).isIn("unknown_host", "unreachable");
    }
}
