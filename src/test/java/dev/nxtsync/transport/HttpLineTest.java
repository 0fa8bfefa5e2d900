package dev.nxtsync.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

import dev.nxtsync.error.ConnectFailure;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.support.HostileServer;

class HttpLineTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    private final Vertx vertx = Vertx.vertx();
    private final HostileServer server;
    private final HttpLine line;

    HttpLineTest() throws IOException {
        server = new HostileServer();
        line = new HttpLine(NetworkFixture.straight(), vertx, server.url() + "/graphql", LONG);
        server.answer("/graphql", "{\"data\": {}}");
    }

    @AfterEach
    void stop() throws Exception {
        line.close();
        server.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    @Test
    void anAnswerComesWithStatusHeadersAndBody() throws IOException {
        server.answer("/graphql", "HTTP/1.1 429 Slow down\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nbody", 0);
        try (var reply = line.post(Map.of("x-name", "value"), body(), LONG)) {
            assertThat(reply.status()).isEqualTo(429);
            assertThat(reply.header("retry-after")).contains("7");
            assertThat(reply.header("none")).isEmpty();
            assertThat(reply.body().readAllBytes()).asString().isEqualTo("body");
        }
        assertThat(server.requests()).contains("POST /graphql HTTP/1.1", "x-name: value");
    }

    @Test
    void oneConnectionServesAnswersThatAreReadToTheirEndAndSmallOnesThatAreNot() throws IOException {
        for (int i = 0; i < 20; i++) {
            try (var reply = line.post(Map.of(), body(), LONG)) {
                assertThat(i % 2 == 0 ? reply.body().readAllBytes() : reply.body().readNBytes(1)).isNotEmpty();
            }
        }
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void answersThatFallSilentCostTimeAndNoConnection() throws IOException {
        server.answer("/graphql", CHUNKED + "1\r\n{\r\n", 0);
        for (int i = 0; i < 60; i++) {
            assertThatThrownBy(() -> {
                try (var reply = line.post(Map.of(), body(), SHORT)) {
                    reply.body().readAllBytes();
                }
            }).isInstanceOf(TooSlow.class);
        }
        server.answer("/graphql", "HTTP/1.1 200 OK\r\n", 0);
        for (int i = 0; i < 60; i++) {
            assertThatThrownBy(() -> line.post(Map.of(), body(), SHORT)).isInstanceOf(TooSlow.class);
        }
        server.answer("/graphql", "{}");
        try (var reply = line.post(Map.of(), body(), LONG)) {
            assertThat(reply.body().readAllBytes()).asString().isEqualTo("{}");
        }
        await().until(() -> server.open() <= 1);
    }

    @Test
    void ofAnAnswerWithoutEndNoMoreComesThanIsWanted() throws IOException {
        server.answer("/graphql", "HTTP/1.1 200 OK\r\nContent-Length: 4000000000\r\n\r\n", 4_000_000_000L);
        try (var reply = line.post(Map.of(), body(), LONG)) {
            assertThat(reply.body().readNBytes(1000)).hasSize(1000);
        }
        await().until(() -> server.open() == 0);
        assertThat(server.sent()).isLessThan(50_000_000);
    }

    @Test
    void anAnswerOfSeveralPartsIsABodyLikeAnyOther() throws IOException {
        server.answer("/graphql",
                "HTTP/1.1 200 OK\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 4000000000\r\n\r\n"
                        + "--b\r\nX: ",
                4_000_000_000L);
        try (var reply = line.post(Map.of(), body(), LONG)) {
            assertThat(new String(reply.body().readNBytes(3), StandardCharsets.US_ASCII)).isEqualTo("--b");
        }
        await().until(() -> server.open() == 0);
    }

    /** Since they come through memory that was used before. */
    @Test
    void answersThatComeSideBySideAreEachWholeAndTheirOwn() throws Exception {
        sideBySide((request, body) -> request.response().end(body), 30, (echoed, sent, number) -> {
            try (var reply = echoed.post(Map.of(), new OutgoingBody(sent), LONG)) {
                return Arrays.equals(reply.body().readAllBytes(), sent);
            }
        });
    }

    /** Their parts have memory that is used again. */
    @Test
    void answersThatAreCutOffOrLeftHalfwaySpoilNoneBesideOrBehindThem() throws Exception {
        sideBySide((request, body) -> {
            var response = request.response().putHeader("Content-Length", Integer.toString(body.length()));
            if (body.getByte(0) % 3 == 0) {
                response.write(body.getBuffer(0, body.length() / 2)).onComplete(sent -> request.connection().close());
            } else {
                response.end(body);
            }
        }, 60, (echoed, sent, number) -> {
            int wanted = number % 3 == 0 ? sent.length / 3 : sent.length;
            try (var reply = echoed.post(Map.of(), new OutgoingBody(sent), LONG)) {
                return Arrays.equals(reply.body().readNBytes(wanted), Arrays.copyOf(sent, wanted));
            } catch (IOException e) {
                assertThat(sent[0] % 3).as("cut off by its server: %s", e).isZero();
                return true;
            }
        });
    }

    /** One exchange with a server that sends back what it gets. */
    private interface EchoedExchange {
        /** Says whether the answer is what was sent. */
        boolean isSound(HttpLine echoed, byte[] sent, int number) throws IOException;
    }

    /** So many exchanges of random bytes by each of six threads on one line. */
    private void sideBySide(BiConsumer<HttpServerRequest, Buffer> answering, int exchanges, EchoedExchange exchange)
            throws Exception {
        var echo = vertx.createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> answering.accept(request, body)))
                .listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get();
        var pool = Executors.newFixedThreadPool(6);
        try (var echoed = new HttpLine(NetworkFixture.straight(), vertx, "http://127.0.0.1:" + echo.actualPort(),
                LONG)) {
            var sound = new ArrayList<Future<Boolean>>();
            for (int i = 0; i < 6; i++) {
                var random = new Random(i);
                sound.add(pool.submit(() -> {
                    boolean all = true;
                    for (int j = 0; j < exchanges; j++) {
                        byte[] sent = new byte[2 + random.nextInt(400_000)];
                        random.nextBytes(sent);
                        all &= exchange.isSound(echoed, sent, j);
                    }
                    return all;
                }));
            }
            for (var each : sound) {
                assertThat(each.get()).isTrue();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void whoeverIsInterruptedIsToldSoAndNothingStaysBehind() throws Exception {
        server.answer("/graphql", CHUNKED + "1\r\n{\r\n", 0);
        var thrown = new AtomicReference<Throwable>();
        var reader = new Thread(() -> {
            try (var reply = line.post(Map.of(), body(), LONG)) {
                reply.body().readAllBytes();
            } catch (IOException e) {
                thrown.set(e);
            }
        });
        reader.start();
        await().until(() -> server.open() == 1);
        reader.interrupt();
        reader.join();
        assertThat(thrown.get()).isInstanceOf(InterruptedIOException.class);
        await().until(() -> server.open() == 0);
    }

    @Test
    void aConnectionThatBreaksInTheMiddleOfAnAnswerIsNoEndOfIt() throws IOException {
        server.answer("/graphql", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nhalf", 0);
        assertThatThrownBy(() -> {
            try (var reply = line.post(Map.of(), body(), LONG)) {
                server.hangUp();
                reply.body().readAllBytes();
            }
        }).isInstanceOf(IOException.class).isNotInstanceOf(TooSlow.class);
    }

    @Test
    void ofAHostThatIsNotThereItIsCertainThatNothingWasSent() {
        var outgoing = body();
        assertThatThrownBy(() -> {
            try (var nowhere = new HttpLine(NetworkFixture.straight(), vertx, "http://127.0.0.1:1", LONG)) {
                nowhere.post(Map.of(), outgoing, LONG).close();
            }
        }).isInstanceOf(IOException.class).satisfies(e -> assertThat(ConnectFailure.of(e))
                .hasValueSatisfying(fault -> assertThat(fault.errorCode()).isEqualTo(ErrorCode.UNREACHABLE)));
        assertThat(outgoing.withhold()).isTrue();
    }

    @Test
    void aLineThatIsClosedSaysSoAtOnce() {
        line.close();
        assertThatThrownBy(() -> line.post(Map.of(), body(), LONG)).isInstanceOf(IOException.class)
                .isNotInstanceOf(TooSlow.class);
    }

    @Test
    void whatWaitsForAConnectionAndIsGivenUpIsNeverSent() throws Exception {
        server.answer("/graphql", CHUNKED + "1\r\n{\r\n", 0);
        var taken = new ArrayList<Reply>();
        try {
            for (int i = 0; i < 50; i++) {
                taken.add(line.post(Map.of(), body(), LONG));
            }
            var late = body();
            assertThatThrownBy(() -> line.post(Map.of(), late, SHORT)).isInstanceOf(TooSlow.class);
            assertThat(late.withhold()).isTrue();
        } finally {
            taken.forEach(Reply::close);
        }
        await().until(() -> server.open() <= 1);
        assertThat(server.requests().stream().filter(each -> each.startsWith("POST"))).hasSize(50);
    }

    @Test
    void whatIsWithheldIsNotSent() {
        var outgoing = body();
        assertThat(outgoing.withhold()).isTrue();
        assertThatThrownBy(() -> line.post(Map.of(), outgoing, LONG)).isInstanceOf(IOException.class);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void aRequestIsSentOrWithheldAndNeverBoth() throws IOException {
        var sent = body();
        assertThat(sent.take()).isNotEmpty();
        assertThat(sent.withhold()).isFalse();
        assertThatThrownBy(sent::take).isInstanceOf(IOException.class);
        var withheld = body();
        assertThat(withheld.withhold()).isTrue();
        assertThatThrownBy(withheld::take).isInstanceOf(IOException.class);
    }

    private static OutgoingBody body() {
        return new OutgoingBody("{\"query\": \"{}\"}".getBytes(StandardCharsets.UTF_8));
    }
}
