package dev.nxtsync.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.vertx.core.Vertx;

import dev.nxtsync.config.PlainHttp;
import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.config.SignInSettings;
import dev.nxtsync.config.TokenSettings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.support.HostileServer;
import dev.nxtsync.transport.NetworkFixture;

/** What becomes of an issuer that answers whatever it likes. */
class HostileIssuerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long MUCH = 120_000_000;
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    private static Vertx vertx;

    private HostileServer server;

    @BeforeAll
    static void begin() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void end() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @BeforeEach
    void start() throws IOException {
        server = new HostileServer();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/.well-known/openid-configuration", "/token"})
    void anAnswerOfAnyLengthIsCutOffAtAMegabyteAndSaysSo(String path) {
        for (String framing : List.of("Content-Length: " + MUCH + "\r\n\r\n", "Connection: close\r\n\r\n")) {
            long before = server.sent();
            server.answer(path, OK + framing + "{\"access_token\": \"", MUCH);
            Problem reason = refused();
            assertThat(reason.errorCode()).isEqualTo(ErrorCode.TOKEN_NOT_JSON);
            assertThat(reason.message()).contains("longer than 1048576 bytes").contains(server.url());
            assertThat(server.sent() - before).as("the connection is closed").isLessThan(MUCH / 2);
        }
    }

    @Test
    void headersWithoutEndAreNotReadToTheirEnd() {
        server.answer("/token", OK + "X-Long: ", MUCH);
        assertThat(refused().errorCode()).isEqualTo(ErrorCode.TOKEN_NOT_JSON);
        assertThat(refused().message()).contains("too many headers");
        assertThat(server.sent()).isLessThan(MUCH / 2);
    }

    @Test
    void aPackedAnswerIsNotAskedForAndNotUnpacked() {
        server.answer("/token", OK + "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nxxxxx", 0);
        assertThat(refused().errorCode()).isEqualTo(ErrorCode.TOKEN_NOT_JSON);
        assertThat(server.requests())
                .noneMatch(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("accept-encoding"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"3600 | 3600", "\"3600\" | 3600", "0 | 0", "59.9 | 59", "\"599.5\" | 599",
            "1e3 | 1000", "\"-1\" | ", "\"599,5\" | ", "86401 | 86400", "99999999999 | 86400",
            "9223372036854775 | 86400", "9223372036854775807 | 86400", "9223372036854775808 | 86400", "1e400 | 86400",
            "1e2147483647 | 86400", "\"99999999999999999999999999\" | 86400", "-1 | ", "-1e400 | ", "\"NaN\" | ",
            "\"1e9\" | ", "\"\" | ", "true | ", "null | ", "[] | ", "{\"a\":1} | "})
    void aLifetimeIsAtMostADayAndWhatIsNoneIsAsIfItWereNotThere(String expiresIn, Long seconds) {
        server.answer("/token",
                "{\"access_token\": \"abc\", \"token_type\": \"bearer\", \"expires_in\": " + expiresIn + "}");
        assertThat(send()).isInstanceOfSatisfying(TokenRequest.Granted.class,
                granted -> assertThat(granted.expiresIn().map(Duration::toSeconds).orElse(null)).isEqualTo(seconds));
    }

    @Test
    void anyNumberIsALifetimeThatCanBeCalculatedWith() {
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            String number = (random.nextBoolean() ? "" : "-") + (1 + random.nextInt(9))
                    + Long.toString(random.nextLong() & Long.MAX_VALUE).substring(random.nextInt(2))
                    + (random.nextBoolean() ? "" : "." + random.nextInt(1000))
                    + (random.nextBoolean() ? "" : "e" + (random.nextInt(1_000_000) - 500_000));
            String written = random.nextInt(4) == 0 ? "\"" + number + "\"" : number;
            Lifetime.of(ConnectJson.object("{\"a\": " + written + "}").path("a")).ifPresent(
                    lifetime -> assertThat(lifetime).as(written).isBetween(Duration.ZERO, Duration.ofDays(1)));
        }
        // longer than any number may be
        assertThat(ConnectJson.object("{\"a\": " + "9".repeat(900_000) + "}").isMissingNode()).isTrue();
        assertThat(ConnectJson.object("{\"a\": " + "[".repeat(900_000)).isMissingNode()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"a-secret\\nX: 1 | a line break", "a-secret\\u0000 | a control character",
            "a secret-one | a space", "a-secr\u00e9t | not of ASCII", "a-secret\\\" | a character that no token has"})
    void whatIsNoTokenIsRefusedOnArrivalAndNotShown(String token, String kind) {
        server.answer("/token", "{\"access_token\": \"" + token + "\", \"expires_in\": 60}");
        assertThat(refused().errorCode()).isEqualTo(ErrorCode.TOKEN_MALFORMED);
        assertThat(refused().message()).contains("access token has").contains(kind).doesNotContain("secr");
        server.answer("/token", "{\"access_token\": \"abc\", \"refresh_token\": \"a-secret\\n\", \"expires_in\": 60}");
        assertThat(refused().message()).contains("refresh token has 9 characters").doesNotContain("secr");
        server.answer("/token", "{\"access_token\": \"" + "a".repeat(20_000) + "\"}");
        assertThat(refused().message()).contains("has 20000 characters; at most 16384 are allowed");
    }

    @Test
    void whatTheServerWritesIsShownAsOneLineAndCut() {
        server.answer("/token",
                "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 61\r\n\r\n"
                        + "{\"error\": \"odd\\n\\u202e\", \"error_description\": \"see\\u001b[2J\"}",
                0);
        Problem reason = refused();
        assertThat(reason.errorCode()).isEqualTo(ErrorCode.TOKEN_REFUSED);
        assertThat(reason.message()).contains("answered odd").contains("(see [2J)").matches("[ -~]+");
        server.answer("/token",
                "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: https://elsewhere.example/x?code=s3cr3t"
                        + "\r\n\r\n",
                0);
        assertThat(refused().message()).contains("redirects to https://elsewhere.example.").doesNotContain("s3cr3t");
    }

    @Test
    void anIssuerIsOnlyTheOneThatSaysSo() {
        server.answer("/.well-known/openid-configuration",
                "{\"issuer\": \"https://another.example\", \"token_endpoint\": \"" + server.url() + "/token\"}");
        assertThat(refused().message()).contains("names the issuer https://another.example");
        assertThat(server.requests()).noneMatch(line -> line.startsWith("POST"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"token_endpoint", "authorization_endpoint", "jwks_uri", "userinfo_endpoint",
            "revocation_endpoint", "end_session_endpoint"})
    void anHttpsIssuerWhoseEndpointIsNotHttpsIsRefusedByItsName(String name) {
        for (String address : List.of("http://connect.example/x", "http://127.0.0.1/x")) {
            assertThatThrownBy(() -> endpoints("https://connect.example", name, address))
                    .isInstanceOfSatisfying(ConnectUnreachable.class, e -> {
                        assertThat(e.reason().errorCode()).isEqualTo(ErrorCode.PLAIN_HTTP);
                        assertThat(e.reason().message()).contains("The " + name + " of https://connect.example");
                    });
        }
        assertThatThrownBy(() -> endpoints("http://127.0.0.1", name, "http://connect.example/x"))
                .as("of a sandbox of this machine, too").hasMessageContaining(name);
        assertThatThrownBy(() -> endpoints("https://connect.example", name, "file:///etc/passwd"))
                .hasMessageContaining("has no usable " + name);
    }

    private static void endpoints(String issuer, String name, String address) throws ConnectUnreachable {
        var json = ConnectJson.object("{\"issuer\": \"" + issuer + "\", "
                + (name.equals("token_endpoint") ? "" : "\"token_endpoint\": \"https://connect.example/token\", ")
                + "\"" + name + "\": \"" + address + "\"}");
        Endpoints.of(json, issuer, new PlainHttp(List.of()),
                new RefusalMessages(settings(issuer).connections().get("main"), issuer));
    }

    @Test
    void anIssuerThatMayNotBeCalledWithoutTlsIsNotCalled() {
        var settings = settings(server.url().replace("127.0.0.1", "localhost.example"));
        var result = new ClientCredentials(settings.connections().get("main"), TokenSettings.of(settings),
                NetworkFixture.straight(), vertx).send(PATIENCE);
        assertThat(((TokenRequest.Refused) result).failure().errorCode()).isEqualTo(ErrorCode.PLAIN_HTTP);
    }

    @Test
    void ofAUserToTheSameBoundsHold() {
        var settings = settings(server.url());
        var provider = new OpenIdProvider(settings.connections().get("main"), SignInSettings.of(settings),
                NetworkFixture.straight(), vertx);
        server.answer("/token", "{\"access_token\": \"abc\", \"expires_in\": 9223372036854775807}");
        assertThat(provider.refresh("r", PATIENCE)).isInstanceOfSatisfying(Refresh.Refreshed.class,
                refreshed -> assertThat(refreshed.tokens().expiresIn()).contains(Duration.ofDays(1)));
        server.answer("/token", OK + "Content-Length: " + MUCH + "\r\n\r\n{", MUCH);
        assertThat(provider.refresh("r", PATIENCE)).as("it may be used up").isInstanceOfSatisfying(Refresh.Lost.class,
                lost -> assertThat(lost.reason().errorCode()).isEqualTo(ErrorCode.TOKEN_NOT_JSON));
        server.answer("/token", "{\"access_token\": \"a-secret\\n\", \"refresh_token\": \"x\"}");
        assertThat(provider.refresh("r", PATIENCE)).isInstanceOfSatisfying(Refresh.Lost.class,
                lost -> assertThat(lost.reason().message()).doesNotContain("secr"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3cret+of/client", "s3cret%2Bof%2Fclient", "s3CRET%2bof%2fclient",
            "the-refresh-token-which-is-long", "refresh-token-which", "the-authorization-code",
            "the-verifier-of-the-challenge-is-of-43-characters-or-more", "aXN2X3g6czNjcmV0JTJCb2YlMkZjbGllbnQ="})
    void whatWasSentIsNotShownWhereTheServerRepeatsIt(String secret) throws Exception {
        var settings = SettingsFixture.of(Map.of("NXT_CLIENT_ID", "isv_x", "NXT_CLIENT_SECRET", "s3cret+of/client",
                "NXT_ISSUER", server.url(), "NXT_PUBLIC_URL", "http://127.0.0.1:1"));
        var provider = new OpenIdProvider(settings.connections().get("main"), SignInSettings.of(settings),
                NetworkFixture.straight(), vertx);
        var challenge = new Challenge("state", "nonce", "the-verifier-of-the-challenge-is-of-43-characters-or-more");
        for (String json : List.of(
                "{\"error\": \"invalid_request\", \"error_description\": \"it is " + secret + " or so\"}",
                "{\"error\": \"odd " + secret + "\"}")) {
            server.answer("/token", "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: "
                    + json.length() + "\r\n\r\n" + json, 0);
            String all = ((TokenRequest.Refused) new ClientCredentials(settings.connections().get("main"),
                    TokenSettings.of(settings), NetworkFixture.straight(), vertx).send(PATIENCE)).failure().message()
                    + ((Refresh.Unused) provider.refresh("the-refresh-token-which-is-long", PATIENCE)).reason()
                            .message();
            try {
                provider.exchange("the-authorization-code", challenge);
            } catch (SignInFailed e) {
                all += e.getMessage();
            }
            // each request knows the secrets that it has itself sent
            assertThat(all).contains("repeats what was sent");
            boolean ofTheClient = !secret.startsWith("the-") && !secret.startsWith("refresh");
            assertThat(all.split(java.util.regex.Pattern.quote(secret), -1).length - 1).isEqualTo(ofTheClient ? 0 : 2);
        }
        String fine = "{\"error\": \"invalid_request\", \"error_description\": \"the scope is not known\"}";
        server.answer("/token", "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: "
                + fine.length() + "\r\n\r\n" + fine, 0);
        assertThat(((Refresh.Unused) provider.refresh("the-refresh-token-which-is-long", PATIENCE)).reason().message())
                .contains("(the scope is not known)");
    }

    private Problem refused() {
        var result = send();
        assertThat(result).isInstanceOf(TokenRequest.Refused.class);
        return ((TokenRequest.Refused) result).failure();
    }

    private TokenRequest.TokenResult send() {
        var settings = settings(server.url());
        return new ClientCredentials(settings.connections().get("main"), TokenSettings.of(settings),
                NetworkFixture.straight(), vertx).send(PATIENCE);
    }

    private static Settings settings(String issuer) {
        return SettingsFixture.of(Map.of("NXT_CLIENT_ID", "isv_x", "NXT_CLIENT_SECRET", "a+b", "NXT_ISSUER", issuer));
    }
}
