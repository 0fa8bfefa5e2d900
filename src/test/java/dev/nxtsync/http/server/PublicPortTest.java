package dev.nxtsync.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;

import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.http.server.Endpoint.BodyLimit;
import dev.nxtsync.process.MemoryBudget;
import dev.nxtsync.process.Threads;
import dev.nxtsync.support.Listening;
import dev.nxtsync.support.Wire;

/** The port by itself, with addresses of the test's own. */
class PublicPortTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int MEMORY = 500_000;

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final Refusals refusals = new Refusals(metrics);
    private final AtomicInteger worked = new AtomicInteger();
    private final CountDownLatch held = new CountDownLatch(1);
    private final List<Consumer<HttpAnswer>> replies = new CopyOnWriteArrayList<>();
    private final List<Wire> wires = new ArrayList<>();
    private final PublicPort port = new PublicPort(List.of(this::addresses), refusals,
            SettingsFixture.of(Map.of("NXT_HTTP_PORT", "0")).http(), new Threads(Clock.systemUTC(), metrics), metrics,
            "127.0.0.1");

    PublicPortTest() throws UnusablePort {
        port.open(MemoryBudget.ofHeap(Integer.MAX_VALUE, MEMORY));
    }

    private List<Endpoint> addresses() {
        Endpoint.CallerCheck open = call -> Optional.empty();
        Endpoint.CallerCheck key = call -> call.header("Key").filter("good"::equals).isPresent()
                ? Optional.empty()
                : Optional.of(new Refusal(Refusal.RefusalReason.KEY, "No key."));
        return List.of(
                new Endpoint("POST", "/known/{name}", new BodyLimit(50_000, LONG), true, key, refusals,
                        (Endpoint.Waiting) this::echo),
                new Endpoint("GET", "/known/{name}", BodyLimit.NONE, true, key, refusals,
                        (Endpoint.Waiting) this::echo),
                new Endpoint("POST", "/open", new BodyLimit(50_000, LONG), false, open, refusals,
                        (Endpoint.Swift) (call, reply) -> reply.accept(echo(call))),
                new Endpoint("POST", "/hasty", new BodyLimit(50_000, Duration.ofMillis(300)), false, open, refusals,
                        (Endpoint.Swift) (call, reply) -> reply.accept(echo(call))),
                new Endpoint("GET", "/held", BodyLimit.NONE, true, open, refusals, (Endpoint.Waiting) this::hold),
                new Endpoint("GET", "/strange", BodyLimit.NONE, false, open, refusals,
                        (Endpoint.Depending) call -> call.query("swift").isPresent()
                                ? (Endpoint.Swift) (swift, reply) -> reply.accept(echo(swift))
                                : (Endpoint.Waiting) this::hold),
                new Endpoint("POST", "/held", new BodyLimit(50_000, LONG), true, open, refusals,
                        (Endpoint.Waiting) this::hold),
                new Endpoint("GET", "/late", BodyLimit.NONE, true, open, refusals,
                        (Endpoint.Swift) (call, reply) -> replies.add(reply)),
                new Endpoint("GET", "/large", BodyLimit.NONE, true, open, refusals,
                        (Endpoint.Swift) (call, reply) -> reply
                                .accept(HttpAnswer.of(200, "text/plain", "x".repeat(MEMORY + 1)))),
                new Endpoint("GET", "/fails/{secret}", BodyLimit.NONE, false, open, refusals,
                        (Endpoint.Waiting) call -> {
                            String secret = call.parameter("secret");
                            throw new IllegalStateException("about " + secret, new RuntimeException(secret));
                        }));
    }

    private HttpAnswer echo(HttpCall call) {
        worked.incrementAndGet();
        return HttpAnswer.of(200, "text/plain", call + " " + call.query("q").orElse("") + " " + call.body().length);
    }

    private HttpAnswer hold(HttpCall call) {
        try {
            held.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return HttpAnswer.of(204);
    }

    @AfterEach
    void close() throws InterruptedException {
        held.countDown();
        wires.forEach(Wire::close);
        port.close(new ShutdownEvent());
    }

    private Wire wire() {
        var wire = Wire.to(port.number());
        wires.add(wire);
        return wire;
    }

    private double count(String name, String reason) {
        return metrics.get(name).tag("reason", reason).counter().count();
    }

    @Test
    void whoMayNotCallIsToldOnTheHeadersAndNobodyWorksOnIt() {
        // no byte of the body is ever sent
        assertThat(wire().head("POST /known/a HTTP/1.1", "Content-Length: 40000").status()).isEqualTo(401);
        assertThat(wire().head("POST /known/a HTTP/1.1", "Key: bad", "Transfer-Encoding: chunked").status())
                .isEqualTo(401);
        assertThat(wire().head("POST /known/a HTTP/1.1", "Key: good", "Content-Length: 50001").status()).isEqualTo(413);
        assertThat(wire().head("GET /known/a HTTP/1.1", "Key: good", "Content-Length: 1").status()).isEqualTo(413);
        assertThat(
                wire().head("GET /known/a HTTP/1.1", "Key: good", "Transfer-Encoding: chunked").send("1\r\nx").status())
                .isEqualTo(413);
        assertThat(wire().head("POST /nothing HTTP/1.1", "Content-Length: 40000").status()).isEqualTo(404);
        var other = wire().head("BREW /known/a HTTP/1.1", "Content-Length: 40000").answer();
        assertThat(other.status()).isEqualTo(405);
        assertThat(other.headers()).containsEntry("allow", "POST, GET").containsEntry("connection", "close");
        assertThat(worked).hasValue(0);
        assertThat(count("nxt_api_refusals", "key")).isEqualTo(2);
        assertThat(count("nxt_api_refusals", "too_large")).isEqualTo(3);
    }

    @Test
    void whoIsRefusedWhileStillSendingSeesTheAnswerAndIsThenLeft() {
        var wire = wire().head("POST /known/a HTTP/1.1", "Content-Length: 90000000");
        byte[] piece = new byte[100_000];
        IntStream.range(0, 50).forEach(i -> wire.send(piece));
        assertThat(wire.status()).isEqualTo(401);
        assertThat(wire.isClosed()).isTrue();
        var endless = wire().head("POST /open HTTP/1.1", "Transfer-Encoding: chunked");
        String chunk = "4000\r\n" + "x".repeat(0x4000) + "\r\n";
        IntStream.range(0, 20).forEach(i -> endless.send(chunk));
        assertThat(endless.status()).isEqualTo(413);
    }

    @Test
    void aBodyComesInAnyPiecesAndSeveralRequestsOneAfterTheOther() {
        var wire = wire();
        for (int i = 0; i < 3; i++) {
            wire.head("POST /known/a HTTP/1.1", "Key: good", "Content-Length: 10").send("01234").send("56789");
            assertThat(wire.answer().body()).isEqualTo("POST /known/{name}  10");
            wire.head("POST /open?q=1+2%2B3 HTTP/1.1", "Transfer-Encoding: chunked").send("3\r\nabc\r\n")
                    .send("2;x=y\r\nde\r\n0\r\nTrailer: x\r\n\r\n");
            assertThat(wire.answer().body()).isEqualTo("POST /open 1 2+3 5");
        }
        wire.head("POST /known/a HTTP/1.1", "Key: good", "Content-Length: 2", "Expect: 100-continue");
        assertThat(wire.status()).isEqualTo(100);
        assertThat(wire.send("{}").status()).isEqualTo(200);
        assertThat(wire().head("POST /known/a HTTP/1.1", "Content-Length: 2", "Expect: 100-continue").status())
                .as("no body is asked for that would be refused").isEqualTo(401);
        wire.head("GET /known/a HTTP/1.1", "Key: good", "Transfer-Encoding: chunked").send("0\r\n\r\n");
        assertThat(wire.status()).as("a body of nothing where none is taken").isEqualTo(200);
        wire.head("GET /known/a HTTP/1.0", "Key: good", "Connection: keep-alive");
        assertThat(wire.answer().headers()).containsEntry("connection", "keep-alive");
        wire.head("GET /known/a HTTP/1.0", "Key: good");
        assertThat(wire.status()).isEqualTo(200);
        assertThat(wire.isClosed()).isTrue();
    }

    @Test
    void aBodyThatDoesNotComeInTimeIsRefusedAndTheConnectionsOfSlowSendersEnd() {
        var slow = wire().head("POST /hasty HTTP/1.1", "Content-Length: 10").send("1");
        assertThat(slow.status()).isEqualTo(408);
        assertThat(slow.isClosed()).isTrue();
        assertThat(wire().isClosed()).as("no headers came").isTrue();
        assertThat(count("nxt_connections_closed", "late")).isEqualTo(2);
        assertThat(count("nxt_api_refusals", "late")).isEqualTo(1);
    }

    @Test
    void aSecondRequestBeforeTheAnswerToTheFirstIsNotTaken() {
        var wire = wire().send("GET /known/a HTTP/1.1\r\nHost: x\r\nKey: good\r\n\r\n".repeat(1_000));
        assertThat(wire.status()).isEqualTo(200);
        assertThat(wire.isClosed()).isTrue();
        assertThat(worked).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Transfer-Encoding: chunked, xchunked", "Transfer-Encoding: xchunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 3", "Content-Length: 3\r\nContent-Length: 4",
            "Content-Length: +3", "Content-Length: 3x", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
            "Transfer-Encoding : chunked", "Host: another", "Bad name: x", "X: a\u0000b"})
    void whatTwoReadersMightReadInTwoWaysIsRefused(String headers) {
        var wire = wire().head("POST /open HTTP/1.1", headers).send("3\r\nabc\r\n0\r\n\r\n");
        assertThat(wire.status()).isEqualTo(400);
        assertThat(wire.isClosed()).isTrue();
        assertThat(worked).hasValue(0);
    }

    private static void refuses(int status, Wire wire) {
        var answer = wire.answer();
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.headers()).as("what follows is dropped").containsEntry("connection", "close");
        assertThat(wire.isClosed()).isTrue();
    }

    @Test
    void whatComesToNoAddressIsToldWhyAsAProblem() {
        problem(wire().head("GET /nothing HTTP/1.1"), 404, "not_found", "There is nothing at this address.");
        problem(wire().head("BREW /known/a HTTP/1.1"), 405, "call_malformed", "This address accepts only POST, GET.");
        problem(wire().head("GET /known/%zz HTTP/1.1"), 400, "call_malformed", "The address cannot be read.");
        problem(wire().send("GET /" + "x".repeat(5_000)), 414, "call_malformed", "are too long, or cannot be read.");
        problem(wire().head("POST /open HTTP/1.1", "Transfer-Encoding: chunked").send("x\r\n"), 400, "call_malformed",
                "The body cannot be read.");
    }

    private static void problem(Wire wire, int status, String code, String detail) {
        var answer = wire.answer();
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.headers().get("content-type")).startsWith("application/problem+json");
        assertThat(answer.body()).contains("\"code\":\"" + code + "\"", detail);
    }

    @Test
    void headersAreBoundedInLengthAndNumber() {
        refuses(414, wire().send("GET /" + "x".repeat(5_000)));
        refuses(431, wire().head("POST /open HTTP/1.1", "X: " + "x".repeat(9_000)));
        refuses(431, wire().head("POST /open HTTP/1.1", "a:\r\n".repeat(101).strip()));
        refuses(400, wire().send("POST /open HTTP/1.1\r\nContent-Length: 0\r\n\r\n"));
        refuses(400, wire().send("\u0001\u0002\r\n\r\n"));
        assertThat(wire().send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status()).as("HTTP/2 is not spoken").isEqualTo(404);
        var upgrade = wire().head("POST /open HTTP/1.1", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c",
                "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA", "Content-Length: 0");
        assertThat(upgrade.status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"/known/a, 200", "/known/a/, 200", "/known/a%2Fb, 200", "http://other.example/known/a, 200",
            "/known/%zz, 400", "/known/a%, 400", "/known/a?q=%zz, 400", "/known, 404", "/known//a, 404",
            "//known/a, 404", "/known/a//, 404", "/known/../known/a, 404", "/./known/a, 404", "/known;x/a, 404",
            "/%6bnown/a, 404", "HTTP://other.example/known/a?q=1, 200", "x?y=://z/known/a, 404",
            "http://other.example?x=/known/a, 404", "ftp://other.example/known/a, 404", "/known/a/b, 404",
            "/KNOWN/a, 404", "known/a, 404", "*, 404", "http://other.example, 404", "'', 400"})
    void anAddressIsWhatIsWritten(String target, int status) {
        assertThat(wire().head("GET " + target + " HTTP/1.1", "Key: good").status()).isEqualTo(status);
    }

    @Test
    void atTheBoundTheSlowestGoesFirstAndNeverOneWhomWeOweAnAnswer() {
        var served = wire().head("GET /strange HTTP/1.1");
        var first = wire().send("GET /known/a HT");
        for (int i = 2; i < OpenConnections.MOST; i++) {
            wire().send("GET");
        }
        await().until(() -> metrics.get("nxt_connections").gauge().value() == OpenConnections.MOST);
        assertThat(first.isOpen()).isTrue();
        assertThat(wire().head("GET /known/a HTTP/1.1", "Key: good").status()).isEqualTo(200);
        assertThat(first.isClosed()).isTrue();
        assertThat(count("nxt_connections_closed", "slow")).isEqualTo(1);
        held.countDown();
        assertThat(served.status()).isEqualTo(204);
    }

    @Test
    void bodiesHaveOneBoundAndWhoeverIsSlowAndUnknownGivesWay() {
        // five times its bytes: two of them take nearly all
        String most = "x".repeat(45_000);
        var first = wire().head("POST /open HTTP/1.1", "Content-Length: 45001").send(most);
        var second = wire().head("POST /open HTTP/1.1", "Content-Length: 45001").send(most);
        var quick = wire().head("POST /open HTTP/1.1", "Content-Length: 45000").send(most);
        assertThat(quick.status()).isEqualTo(200);
        var dismissed = first.answer();
        assertThat(dismissed.status()).isEqualTo(503);
        assertThat(dismissed.headers()).containsEntry("retry-after", "2");
        assertThat(second.send("x").status()).isEqualTo(200);

        // those whom we owe an answer keep theirs until it is given
        var held1 = wire().head("POST /held HTTP/1.1", "Content-Length: 45000").send(most);
        var held2 = wire().head("POST /held HTTP/1.1", "Content-Length: 45000").send(most);
        await().until(() -> wire().head("POST /open HTTP/1.1", "Content-Length: 45000").send(most).status() == 503);
        assertThat(count("nxt_api_refusals", "no_memory")).isGreaterThan(1);
        held.countDown();
        assertThat(held1.status()).isEqualTo(204);
        assertThat(held2.status()).isEqualTo(204);
        for (int i = 0; i < 20; i++) {
            assertThat(wire().head("POST /open HTTP/1.1", "Content-Length: 45000").send(most).status()).isEqualTo(200);
        }
        assertThat(wire().head("GET /large HTTP/1.1").status()).as("an answer costs memory too").isEqualTo(503);
    }

    @Test
    void requestsThatWaitTakeFewThreadsAndSomeWaitForThoseAndTheRestIsTurnedAway() {
        var waiting = IntStream.range(0, 72).mapToObj(i -> wire().head("GET /held HTTP/1.1")).toList();
        await().until(() -> {
            var more = wire().head("GET /held HTTP/1.1", "Connection: close");
            return !more.isOpen() || count("nxt_api_refusals", "busy") > 0;
        });
        var refused = wire().head("GET /held HTTP/1.1").answer();
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.headers()).containsKey("retry-after");
        assertThat(
                Thread.getAllStackTraces().keySet().stream().filter(each -> each.getName().equals("public-port-work")))
                .hasSize(8);
        assertThat(wire().head("POST /open HTTP/1.1", "Content-Length: 0").status()).as("what does not wait")
                .isEqualTo(200);
        held.countDown();
        waiting.forEach(each -> assertThat(each.status()).isEqualTo(204));
    }

    @Test
    void strangersHaveFewThreadsOfTheirOwnAndHoldUpNobodyWhoIsKnown() {
        var waiting = IntStream.range(0, 18).mapToObj(i -> wire().head("GET /strange HTTP/1.1")).toList();
        await().until(() -> {
            var more = wire().head("GET /strange HTTP/1.1", "Connection: close");
            return !more.isOpen() || count("nxt_api_refusals", "busy") > 0;
        });
        assertThat(wire().head("GET /strange HTTP/1.1").status()).isEqualTo(503);
        assertThat(wire().head("GET /strange?swift=1 HTTP/1.1").status()).as("what does not wait").isEqualTo(200);
        assertThat(wire().head("GET /known/a HTTP/1.1", "Key: good").status()).isEqualTo(200);
        held.countDown();
        waiting.forEach(each -> assertThat(each.status()).isEqualTo(204));
    }

    @Test
    void anAnswerSaysWhenItWasMade() {
        var before = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        String date = String.valueOf(wire().head("GET /known/a HTTP/1.1").answer().headers().get("date"));
        assertThat(date).matches("(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT");
        assertThat(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date))).isBetween(before, Instant.now());
    }

    @Test
    void anAnswerThatComesAfterTheStopIsNoFault() throws Exception {
        var late = wire().head("GET /late HTTP/1.1");
        await().until(() -> replies.size() == 1);
        port.close(new ShutdownEvent());
        assertThat(late.status()).isZero();
        assertThatCode(() -> replies.get(0).accept(HttpAnswer.of(204))).doesNotThrowAnyException();
    }

    @Test
    void atAStopWhoIsStillSendingSeesWhyItIsRefused() throws Exception {
        var sending = wire().head("POST /known/a HTTP/1.1", "Content-Length: 400000");
        await().until(() -> count("nxt_api_refusals", "key") == 1);
        var stop = new Thread(() -> {
            try {
                port.close(new ShutdownEvent());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        stop.start();
        // for as long as it goes on, nothing cuts it off
        sending.send(new byte[100_000]).send(new byte[100_000]);
        assertThat(sending.status()).isEqualTo(401);
        sending.close();
        stop.join();
    }

    @Test
    void aFaultOfOursIsAnsweredAndNothingOfTheAddressIsToldNorEachOfThem() {
        try (var log = Listening.to(Threads.class)) {
            var answer = wire().head("GET /fails/the-link?code=the-link HTTP/1.1").answer();
            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.body()).contains("unexpected").doesNotContain("the-link");
            for (int i = 0; i < 20; i++) {
                assertThat(wire().head("GET /fails/the-link HTTP/1.1").status()).isEqualTo(500);
            }
            assertThat(log.heard()).as("a stranger cannot fill it").hasSize(1);
            assertThat(log.heard().get(0)).contains("GET /fails/{secret}").contains("java.lang.IllegalStateException")
                    .contains("java.lang.RuntimeException").contains("PublicPortTest").contains("unexpected")
                    .doesNotContain("the-link");
        }
        assertThat(metrics.get("nxt_thread_failures").tag("thread", "public-port").counter().count()).isEqualTo(21);
        assertThat(wire().head("GET /known/a HTTP/1.1", "Key: good").status()).isEqualTo(200);
    }
}
