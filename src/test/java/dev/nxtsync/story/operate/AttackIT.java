package dev.nxtsync.story.operate;

import static dev.nxtsync.story.Hooks.COMPANY;
import static dev.nxtsync.story.Pulls.loaded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.story.Hooks;
import dev.nxtsync.story.Pushes;
import dev.nxtsync.story.SignIns;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.support.Wire;

/** Whoever has found the public port, and whatever they send there, the daemon's own work goes on. */
@Tag("operate")
class AttackIT {
    private static final Duration LASTS = Size.of(Duration.ofSeconds(15), Duration.ofMinutes(5));
    private static final int PER_SECOND = 20;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final TestDatabase database = TestDatabase.migrated();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger turnedAway = new AtomicInteger();
    private final AtomicInteger withoutConnection = new AtomicInteger();
    private final List<Integer> strange = new CopyOnWriteArrayList<>();
    private final List<Long> health = new CopyOnWriteArrayList<>();
    private final AtomicInteger unhealthy = new AtomicInteger();
    private final List<Long> lags = new CopyOnWriteArrayList<>();
    private final ExecutorService honest = Executors.newCachedThreadPool();

    @Test
    void underAnAttackOnEverythingWebhooksPullsAndPushesGoOnAndHealthAnswers() throws Exception {
        int events = (int) LASTS.toSeconds() * PER_SECOND;
        int port = Daemon.freePort();
        try (var sandbox = new Sandbox(Hooks.options(events));
                var daemon = Hooks.daemon(sandbox, database).with("NXT_HTTP_PORT", port)
                        .with("NXT_OPERATOR_KEY", Daemon.OPERATOR).with("NXT_PULLS_GOODS_TABLE", "product")
                        .with("NXT_PULLS_GOODS_EVERY", "1s").with("NXT_PULLS_GOODS_COMPANIES", COMPANY)
                        .with("NXT_PUSHES_SALES_TABLE", "order").with("NXT_PUSHES_SALES_COMPANY", COMPANY)
                        .with("NXT_PUSHES_SALES_KEY_COLUMN", "yourReference")
                        .with("NXT_CONNECTIONS_PERSON_KIND", "user")
                        .with("NXT_CONNECTIONS_PERSON_CLIENT_ID", "isv_demo")
                        .with("NXT_CONNECTIONS_PERSON_CLIENT_SECRET", "demo+secret%/:1")
                        .with("NXT_PUBLIC_URL", "http://127.0.0.1:" + port).with("NXT_ENCRYPTION_KEY", SignIns.KEY)
                        .jvm("-Xmx128m").jvm("-XX:+UseSerialGC").jvm("-XX:+ExitOnOutOfMemoryError").start()) {
            loaded(daemon, database, 2);
            List<byte[]> bodies = Hooks.burst(sandbox, events);
            long from = System.nanoTime();
            long early;
            long late;
            String attacked;
            int pushes;
            try (var attack = new Attack(port, daemon.pid())) {
                await().atMost(PATIENCE).until(() -> daemon.metric("nxt_connections", "") >= 500);
                var sending = honest.submit(() -> send(port, bodies));
                var pushing = honest.submit(() -> push(port, from));
                honest.execute(() -> watch(daemon, from));
                await().atMost(LASTS).until(() -> accepted.get() > events / 5);
                early = heap(daemon);
                await().atMost(LASTS.plus(PATIENCE)).until(sending::isDone);
                pushes = pushing.get();
                late = heap(daemon);
                attacked = attack.acts.get() + " acts: " + attack.statuses;
                assertThat(attack.acts.get()).isGreaterThan(200);
            }
            honest.shutdown();
            assertThat(honest.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
            assertThat(strange).as("a webhook that got a connection is accepted, or told to come again").isEmpty();
            assertThat(accepted).hasValue(events);
            await().atMost(PATIENCE).until(
                    () -> database.number("select count(*) from nxt.\"order\" where information1 = 'burst'") == events);
            await().atMost(PATIENCE).until(
                    () -> database.number("select count(*) from nxt_sync.outbox where state = 'done'") == pushes);
            assertThat(daemon.isRunning()).isTrue();
            assertThat(daemon.output()).doesNotContain("OutOfMemory").doesNotContain("ERROR");

            long[] sorted = health.stream().mapToLong(Long::longValue).sorted().toArray();
            double p99 = sorted[sorted.length * 99 / 100] / 1e9;
            double worst = sorted[sorted.length - 1] / 1e9;
            long lag = lags.stream().mapToLong(Long::longValue).max().orElseThrow();
            Size.figure("attack of %d s, %s", (System.nanoTime() - from) / 1_000_000_000, attacked);
            Size.figure(
                    "%d webhooks, %d times turned away, %d times without a connection; %d pushes; health 99%% in %.2f s, "
                            + "worst %.2f s of %d; heap %d MB early and %d MB late, RSS %d MB; a pull was %d s behind at most; "
                            + "closed %.0f late and %.0f slow connections",
                    events, turnedAway.get(), withoutConnection.get(), pushes, p99, worst, sorted.length,
                    early / 1_000_000, late / 1_000_000, daemon.residentMemory() / 1_000_000, lag,
                    daemon.metric("nxt_connections_closed_total", "late"),
                    daemon.metric("nxt_connections_closed_total", "slow"));
            assertThat(unhealthy).as("answers of live and ready other than 200").hasValue(0);
            assertThat(lag).as("seconds that a pull is behind").isLessThan(30);
            assertThat(late).as("heap after it, against %d", early).isLessThan(early + early / 10);
            if (Size.full()) {
                assertThat(p99).isLessThanOrEqualTo(1);
                assertThat(worst).isLessThanOrEqualTo(5);
            }
        }
    }

    /** Each on a connection of its own, at a pace, and again until it is accepted. */
    private void send(int port, List<byte[]> bodies) {
        var senders = Executors.newFixedThreadPool(16);
        long from = System.nanoTime();
        for (int i = 0; i < bodies.size(); i++) {
            byte[] body = bodies.get(i);
            long at = from + i * 1_000_000_000L / PER_SECOND;
            senders.execute(() -> {
                sleep(at - System.nanoTime());
                while (!isAccepted(port, body)) {
                    sleep(200_000_000);
                }
            });
        }
        senders.shutdown();
        try {
            senders.awaitTermination(LASTS.plus(PATIENCE).toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isAccepted(int port, byte[] body) {
        Wire wire;
        try {
            wire = Wire.to(port);
        } catch (UncheckedIOException e) {
            withoutConnection.incrementAndGet();
            return false;
        }
        try (wire) {
            var lines = new ArrayList<>(List.of("POST " + Hooks.PATH + " HTTP/1.1", "Content-Length: " + body.length));
            Sandbox.eventHeaders(body, Hooks.KEY).forEach((name, value) -> lines.add(name + ": " + value));
            int status = wire.head(lines.toArray(String[]::new)).send(body).status();
            switch (status) {
                case 202 -> accepted.incrementAndGet();
                case 503 -> turnedAway.incrementAndGet();
                default -> strange.add(status);
            }
            return status == 202;
        } catch (UncheckedIOException e) {
            strange.add(-1);
            return false;
        }
    }

    /** Pushes twice a second as long as the attack lasts, and answers how many were taken. */
    private static int push(int port, long from) throws Exception {
        var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        int taken = 0;
        while (System.nanoTime() - from < LASTS.toNanos()) {
            byte[] body = ("{\"key\": \"k" + taken + "\", \"payload\": {\"customerNo\": 1, \"information1\": \""
                    + "x".repeat(20_000) + "\"}}").getBytes(StandardCharsets.UTF_8);
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/pushes/sales"))
                    .header("X-Api-Key", Daemon.OPERATOR).timeout(Duration.ofSeconds(20))
                    .POST(BodyPublishers.ofByteArray(body)).build();
            try {
                int status = http.send(request, BodyHandlers.discarding()).statusCode();
                taken += status == 202 || status == 200 ? 1 : 0;
            } catch (java.io.IOException e) {
                // a connection that was kept was closed for another; the same again is the same row
            }
            sleep(500_000_000);
        }
        return taken;
    }

    private void watch(Daemon daemon, long from) {
        do {
            for (String path : List.of("/q/health/live", "/q/health/ready")) {
                long asked = System.nanoTime();
                if (daemon.get(path).status() != 200) {
                    unhealthy.incrementAndGet();
                }
                health.add(System.nanoTime() - asked);
            }
            lags.add(database.number("select extract(epoch from clock_timestamp() - complete_as_of)::bigint "
                    + "from nxt_sync.freshness where job = 'goods'"));
            sleep(100_000_000);
        } while (System.nanoTime() - from < LASTS.toNanos());
    }

    private static long heap(Daemon daemon) throws Exception {
        return LongStream.range(0, 3).map(i -> collected(daemon)).min().orElseThrow();
    }

    private static long collected(Daemon daemon) {
        try {
            new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                    Long.toString(daemon.pid()), "GC.run").redirectErrorStream(true).start().waitFor();
        } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return (long) daemon.metric("jvm_memory_used_bytes", "area=\"heap\"");
    }

    private static void sleep(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
