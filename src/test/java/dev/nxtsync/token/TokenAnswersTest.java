package dev.nxtsync.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSocket;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.vertx.core.Vertx;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.config.SignInSettings;
import dev.nxtsync.config.TokenSettings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.support.HostileServer;
import dev.nxtsync.transport.NetworkFixture;

/** What a token endpoint may answer, with what is right beside each. */
class TokenAnswersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String GOOD = "{\"access_token\": \"abc\", \"token_type\": \"bearer\", \"expires_in\": 600}";
    private static final String DISCOVERY = "/.well-known/openid-configuration";
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

    /** Right is a life in milliseconds, {@code assumed} where the answer does not say, or a code. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"599 | 599000", "599.5 | 599500", "\"599\" | 599000", "\"599.5\" | 599500",
            "\"\" | assumed", "null | assumed", "-1 | assumed", "\"-599\" | assumed", "1e3 | 1000000", "true | assumed",
            "99999999999999999999 | 86400000", "\"soon\" | assumed", "0 | 0", "0.25 | 250"})
    void aLifetimeIsReadInAnyFormInWhichServersWriteIt(String expiresIn, String right) {
        server.answer("/token", GOOD.replace("600", expiresIn));
        assertThat(told()).isEqualTo(right);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"200 OK | application/json | GOOD | 600000",
            "201 Created | application/json | GOOD | 600000", "203 Other | application/json | GOOD | 600000",
            "200 OK | text/html | GOOD | 600000", "200 OK | | GOOD | 600000", "200 OK | not/a/type; ; | GOOD | 600000",
            "200 OK | application/json | <html>Sign in</html> | token_not_json",
            "200 OK | application/json | {\"access_token\": \"abc\"} | assumed",
            "200 OK | application/json | {\"access_token\": \"abc\", \"token_type\": \"mac\"} | no_token",
            "200 OK | application/json | {} | no_token", "200 OK | application/json | [] | token_not_json",
            "200 OK | application/json | '' | token_not_json", "204 No Content | | | token_not_json",
            "404 Not Found | text/html | <html/> | token_not_json", "302 Found | | '' | token_redirect",
            "503 Down | | '' | token_unavailable",
            "400 No | application/json | {\"error\":\"invalid_client\"} | invalid_client"})
    void statusAndBodyTellWhatAnAnswerIsAndItsTypeDoesNot(String status, String type, String body, String right) {
        String text = "GOOD".equals(body) ? GOOD : body == null ? "" : body;
        server.answer("/token",
                "HTTP/1.1 " + status + "\r\n" + (type == null ? "" : "Content-Type: " + type + "\r\n")
                        + (status.startsWith("204") ? "" : "Content-Length: " + text.length() + "\r\n") + "\r\n" + text,
                0);
        assertThat(told()).isEqualTo(right);
        if (!right.matches("\\d+|assumed")) {
            assertThat(refused().message())
                    .contains(server.url().contains("http") && right.equals("invalid_client") ? "isv_x" : server.url())
                    .doesNotContain("cannot be reached");
        }
    }

    @ParameterizedTest
    @CsvSource({"UTF-8, 600000", "UTF-16, 600000", "UTF-16BE, 600000", "UTF-16LE, 600000", "UTF-32, token_not_json"})
    void anAnswerIsReadInEveryEncodingThatItsFirstCharacterTells(String encoding, String right) {
        server.answer("/token", GOOD.getBytes(Charset.forName(encoding)));
        assertThat(told()).isEqualTo(right);
        server.answer("/token", ("\ufeff" + GOOD).getBytes(Charset.forName(encoding)));
        assertThat(told()).as("with a byte order mark").isEqualTo(encoding.equals("UTF-16") ? "token_not_json" : right);
    }

    @ParameterizedTest
    @CsvSource({"12000, 600000", "60000, 600000", "70000, token_not_json"})
    void headersMayBeAsLargeAsThoseOfProxies(int length, String right) {
        server.answer("/token", "HTTP/1.1 200 OK\r\nX-Proxy: " + "x".repeat(length) + "\r\nContent-Length: "
                + GOOD.length() + "\r\n\r\n" + GOOD, 0);
        assertThat(told()).isEqualTo(right);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"7 | 7000", "7.5 | 7500", "Thu, 01 Jan 2015 00:00:30 GMT | 30000",
            "Wed, 31 Dec 2014 23:00:00 GMT | 0", "soon | none", "-3 | none", "'' | none"})
    void howLongItWantsToBeLeftAloneIsReadByTheClockOfTheAnswer(String retryAfter, String right) {
        server.answer("/token", "HTTP/1.1 429 Slow down\r\nDate: Thu, 01 Jan 2015 00:00:00 GMT\r\nRetry-After: "
                + retryAfter + "\r\nContent-Length: 0\r\n\r\n", 0);
        assertThat(((TokenRequest.Refused) send(server.url())).retryAfter().map(each -> "" + each.toMillis())
                .orElse("none")).isEqualTo(right);
    }

    /** Each is of a token endpoint that has moved, for a service and for a person alike. */
    @ParameterizedTest
    @ValueSource(strings = {"404 Not Found", "405 Method Not Allowed", "410 Gone", "301 Moved", "421 Misdirected",
            "502 Bad Gateway", "200 OK", "closed"})
    void aTokenEndpointThatHasMovedIsFoundAgain(String status) throws IOException {
        var settings = settings(server.url());
        var connection = settings.connections().get("main");
        var service = new ClientCredentials(connection, TokenSettings.of(settings), NetworkFixture.straight(), vertx);
        var person = new OpenIdProvider(connection, SignInSettings.of(settings), NetworkFixture.straight(), vertx);
        server.answer("/token", GOOD);
        assertThat(service.send(PATIENCE)).isInstanceOf(TokenRequest.Granted.class);
        assertThat(person.refresh("r", PATIENCE)).isInstanceOf(Refresh.Refreshed.class);
        try (var gone = dropping(status.equals("closed")
                ? ""
                : "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")) {
            String document = "{\"issuer\": \"" + server.url() + "\", \"token_endpoint\": \"";
            server.answer(DISCOVERY, document + url("http", gone) + "/token\"}");
            service = new ClientCredentials(connection, TokenSettings.of(settings), NetworkFixture.straight(), vertx);
            person = new OpenIdProvider(connection, SignInSettings.of(settings), NetworkFixture.straight(), vertx);
            assertThat(service.send(PATIENCE)).isInstanceOf(TokenRequest.Refused.class);
            assertThat(person.refresh("r", PATIENCE)).isNotInstanceOf(Refresh.Refreshed.class);
            server.answer(DISCOVERY, document + server.url() + "/token\"}");
            assertThat(service.send(PATIENCE)).isInstanceOf(TokenRequest.Granted.class);
            assertThat(person.refresh("r", PATIENCE)).isInstanceOf(Refresh.Refreshed.class);
            server.answer(DISCOVERY, document + url("http", gone) + "/token\"}");
            service = new ClientCredentials(connection, TokenSettings.of(settings), NetworkFixture.straight(), vertx);
            assertThat(service.send(PATIENCE)).isInstanceOf(TokenRequest.Refused.class);
            server.answer(DISCOVERY, "HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n", 0);
            assertThat(refusedOf(service).message()).as("the old one is kept").doesNotContain("discovery document");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"404 Not Found | no_token", "503 Down | token_unavailable",
            "302 Found | token_redirect", "407 Proxy | proxy", "200 OK | no_token"})
    void whatStandsInPlaceOfTheDiscoveryDocumentIsNamed(String status, String right) {
        server.answer(DISCOVERY, "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n", 0);
        assertThat(told()).isEqualTo(right);
        assertThat(refused().message()).contains("discovery document".substring(0, right.equals("proxy") ? 0 : 18))
                .doesNotContain("cannot be reached");
    }

    @Test
    void aConnectionThatIsDroppedSaysSoAndIsNoTimeOut() throws IOException {
        try (var dropping = dropping("")) {
            var reason = refused(url("http", dropping));
            assertThat(reason.errorCode()).isEqualTo(ErrorCode.UNREACHABLE);
            assertThat(reason.message()).contains("closed").doesNotContain("did not answer");
        }
        // one that breaks off in the head, and one in the body
        for (String beginning : new String[]{"HTTP/1.1 200 OK\r\nX: ",
                "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"}) {
            try (var dropping = dropping(beginning)) {
                assertThat(refused(url("http", dropping)).message())
                        .contains("was closed before an answer was complete");
            }
        }
    }

    @Test
    void aHandshakeThatFailsIsToldAsSuchWithAStepOfItsOwn() throws IOException {
        try (var plain = dropping("HTTP/1.1 400 Bad Request\r\n\r\n");
                var closing = dropping("");
                var server = SSLServerSocketFactory.getDefault().createServerSocket(0, 5,
                        InetAddress.getLoopbackAddress())) {
            accept(server, "");
            handshake(url("https", plain), "does not speak TLS");
            handshake(url("https", closing), "was closed during the handshake");
            // it has no certificate
            handshake(url("https", server), "no common version or cipher of TLS");
        }
    }

    private void handshake(String issuer, String says) {
        var reason = refused(issuer);
        assertThat(reason.errorCode()).as("%s", reason).isEqualTo(ErrorCode.TLS_HANDSHAKE);
        assertThat(reason.message())
                .contains("A TLS connection with 127.0.0.1 cannot be made", says, "openssl s_client")
                .doesNotContain("firewall").doesNotContain("Exception");
    }

    private static String url(String scheme, ServerSocket server) {
        return scheme + "://127.0.0.1:" + server.getLocalPort();
    }

    /** A server that says something at once, and closes. */
    private static ServerSocket dropping(String says) throws IOException {
        var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        accept(server, says);
        return server;
    }

    private static void accept(ServerSocket server, String says) {
        var thread = new Thread(() -> {
            while (!server.isClosed()) {
                try (var socket = server.accept()) {
                    if (socket instanceof SSLSocket tls) {
                        tls.startHandshake();
                    }
                    if (!says.isEmpty()) {
                        socket.getInputStream().read();
                        socket.getOutputStream().write(says.getBytes(StandardCharsets.US_ASCII));
                        socket.shutdownOutput();
                        socket.getInputStream().readAllBytes();
                    }
                } catch (IOException e) {
                    // the next one
                }
            }
        }, "dropping-server");
        thread.setDaemon(true);
        thread.start();
    }

    private String told() {
        var result = send(server.url());
        return result instanceof TokenRequest.Granted granted
                ? granted.expiresIn().map(each -> "" + each.toMillis()).orElse("assumed")
                : ((TokenRequest.Refused) result).failure().code();
    }

    private static Problem refusedOf(TokenRequest request) {
        return ((TokenRequest.Refused) request.send(PATIENCE)).failure();
    }

    private Problem refused() {
        return refused(server.url());
    }

    private static Problem refused(String issuer) {
        return ((TokenRequest.Refused) send(issuer)).failure();
    }

    private static TokenRequest.TokenResult send(String issuer) {
        var settings = settings(issuer);
        return new ClientCredentials(settings.connections().get("main"), TokenSettings.of(settings),
                NetworkFixture.straight(), vertx).send(PATIENCE);
    }

    private static Settings settings(String issuer) {
        return SettingsFixture.of(Map.of("NXT_CLIENT_ID", "isv_x", "NXT_CLIENT_SECRET", "a+b", "NXT_ISSUER", issuer));
    }
}
