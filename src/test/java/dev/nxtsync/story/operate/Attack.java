package dev.nxtsync.story.operate;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.nxtsync.story.Hooks;
import dev.nxtsync.support.Wire;

/**
 * Everybody who means no good, at once: strange methods, large bodies without a key, slow bodies and headers, endless ones,
 * wrong keys, forged webhooks, and connections on which nothing comes. Paced so that the daemon has about half a core's work
 * with it.
 */
final class Attack implements AutoCloseable {
    private static final int ATTACKERS = 4;
    /** Of all attackers together: more than the port has. */
    private static final int HELD = 800;
    private static final double SHARE_OF_A_CORE = 0.5;

    /** What came of what, by kind and status; 0 for a connection that was closed without a word. */
    final Map<String, Integer> statuses = new ConcurrentSkipListMap<>();
    final AtomicInteger acts = new AtomicInteger();

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final int port;
    private final ProcessHandle daemon;
    private volatile long pause = Duration.ofMillis(20).toNanos();
    private volatile boolean over;

    Attack(int port, long pid) {
        this.port = port;
        this.daemon = ProcessHandle.of(pid).orElseThrow();
        threads.execute(this::pace);
        for (int i = 0; i < ATTACKERS; i++) {
            var random = new Random(i);
            threads.execute(() -> go(random));
        }
    }

    private void pace() {
        Duration before = cpu();
        while (!over) {
            sleep(Duration.ofMillis(200).toNanos());
            Duration now = cpu();
            double share = now.minus(before).toMillis() / 200.0;
            before = now;
            pause = Math.max(200_000, Math.min(1_000_000_000, (long) (pause * (share > SHARE_OF_A_CORE ? 1.3 : 0.8))));
        }
    }

    private Duration cpu() {
        return daemon.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private void go(Random random) {
        Deque<Wire> held = new ArrayDeque<>();
        while (!over) {
            sleep(pause);
            acts.incrementAndGet();
            try {
                act(random, held);
            } catch (UncheckedIOException e) {
                // it was closed while it was still sending
                statuses.merge("cut off", 1, Integer::sum);
            }
            while (held.size() > HELD / ATTACKERS) {
                held.remove().close();
            }
        }
        held.forEach(Wire::close);
    }

    private void act(Random random, Deque<Wire> held) {
        switch (random.nextInt(12)) {
            case 0 -> once("method", word(random) + " /api/" + word(random) + "?" + word(random), "");
            case 1 -> large(random);
            case 2 -> once("wrong key", "GET /api/status", "X-Api-Key: " + word(random));
            case 3 ->
                once("callback", "POST /connections/person/callback", "Content-Length: 16000", "x".repeat(16_000));
            case 4 -> once("large callback", "POST /connections/person/callback", "Content-Length: 20000000",
                    "x".repeat(100_000));
            case 5 -> once("link", "GET /connections/person/sign-in/" + word(random), "");
            case 6 -> once("forged", "POST " + Hooks.PATH, signature(random) + "\r\nContent-Length: 200000",
                    "x".repeat(200_000));
            case 7 -> once("endless", "POST " + Hooks.PATH, signature(random) + "\r\nTransfer-Encoding: chunked",
                    ("4000\r\n" + "x".repeat(0x4000) + "\r\n").repeat(40));
            case 8 -> held.add(
                    Wire.to(port).head("POST " + Hooks.PATH + " HTTP/1.1", signature(random), "Content-Length: 200000")
                            .send("x".repeat(random.nextInt(190_000))));
            case 9 ->
                held.add(Wire.to(port).send("GET /api/status HTTP/1.1\r\n" + "a:\r\n".repeat(random.nextInt(100))));
            case 10 -> held.add(Wire.to(port));
            default -> drip(held);
        }
    }

    private void large(Random random) {
        try (var wire = Wire.to(port).head("POST /api/pushes/sales HTTP/1.1", "X-Api-Key: " + word(random),
                "Content-Length: 20000000")) {
            byte[] piece = new byte[200_000];
            Arrays.fill(piece, (byte) 'x');
            for (int i = 0; i < 100 && random.nextInt(20) > 0; i++) {
                wire.send(piece);
            }
            statuses.merge("large " + wire.status(), 1, Integer::sum);
        }
    }

    private void once(String kind, String request, String header, String... body) {
        try (var wire = Wire.to(port)) {
            wire.head(header.isEmpty()
                    ? new String[]{request + " HTTP/1.1"}
                    : new String[]{request + " HTTP/1.1", header});
            for (String each : body) {
                wire.send(each);
            }
            statuses.merge(kind + " " + wire.status(), 1, Integer::sum);
        }
    }

    /** A byte more on a connection that is held. */
    private static void drip(Deque<Wire> held) {
        if (!held.isEmpty()) {
            var wire = held.remove();
            try {
                wire.send("x");
                held.add(wire);
            } catch (UncheckedIOException e) {
                wire.close();
            }
        }
    }

    private static String signature(Random random) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return "x-vwd-signature-v1: " + Base64.getEncoder().encodeToString(bytes);
    }

    private static String word(Random random) {
        return Long.toString(random.nextLong() & Long.MAX_VALUE, 36).toUpperCase(Locale.ROOT);
    }

    private static void sleep(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        over = true;
        threads.shutdown();
        try {
            threads.awaitTermination(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
