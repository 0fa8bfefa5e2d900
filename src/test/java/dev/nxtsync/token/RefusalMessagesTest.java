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
import dev.nxtsync.error.ConnectFailure;
import dev.nxtsync.error.ErrorCode;

class RefusalMessagesTest {
    private final RefusalMessages messages = messages("s3cret");

    private static RefusalMessages messages(String secret) {
        return new RefusalMessages(
                new Settings.Connection("side", Settings.ConnectionKind.SERVICE, "isv_x", Secret.of(secret),
                        Optional.of("a b"), List.of(), Optional.empty(), Optional.empty(), Settings.TokenAuth.BASIC,
                        Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Duration.ZERO),
                "https://issuer.example");
    }

    @ParameterizedTest
    @CsvSource({"400, invalid_client, , invalid_client, NXT_CONNECTIONS_SIDE_CLIENT_SECRET",
            "401, invalid_client, , invalid_client, Developer Portal", "400, invalid_scope, , invalid_scope, a b",
            "400, unauthorized_client, , unauthorized_client, type Service",
            "400, invalid_tenant, no role, token_refused, no role",
            "302, , https://elsewhere.example, token_redirect, https://elsewhere.example",
            "503, , , token_unavailable, status page", "429, , , token_unavailable, overloaded",
            "200, , , token_not_json, web page", "404, , , token_not_json, NXT_CONNECTIONS_SIDE_ISSUER"})
    void eachRefusalIsSaidInTheOperatorsWordsWithWhatToDo(int status, String error, String detail, String code,
            String says) {
        var failure = messages.of(new NotAToken(status, error == null ? "" : error, detail == null ? "" : detail),
                "s3cret");
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.message()).contains(says).doesNotContain("s3cret");
    }

    @ParameterizedTest
    @CsvSource({"a%2Bb, URL-encoded", "a b, has a space", "a+b, NXT_CONNECTIONS_SIDE_TOKEN_AUTH to body"})
    void whatBefellASecretOnItsWayIsGuessedAndNotShown(String secret, String says) {
        var message = messages(secret).of(new NotAToken(400, "invalid_client", ""), secret).message();
        assertThat(message).contains(says).doesNotContain(secret);
    }

    @Test
    void aSlowAndADeadEndpointAreToldApart() {
        assertThat(messages.slow(Duration.ofSeconds(10)).message()).contains("within 10 s");
        assertThat(messages.slow(Duration.ofSeconds(10)).errorCode()).isEqualTo(ErrorCode.TOKEN_SLOW);
        assertThat(messages.noToken().errorCode()).isEqualTo(ErrorCode.NO_TOKEN);
        assertThat(messages.unreachable(new ConnectFailure(ErrorCode.UNREACHABLE, "refused")).message())
                .contains("Visma Connect cannot be reached at https://issuer.example (refused)");
        assertThat(messages.unreachable(new ConnectFailure(ErrorCode.TLS, "PKIX")).message())
                .contains("QUARKUS_TLS_TRUST_STORE_PEM_CERTS");
    }
}
