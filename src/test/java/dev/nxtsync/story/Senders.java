package dev.nxtsync.story;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.nxtsync.sandbox.Sandbox;

/** Send each event until it is accepted, side by side and at a pace. */
public final class Senders implements AutoCloseable {
    private static final int PARALLEL = 32;

    public final AtomicInteger accepted = new AtomicInteger();
    public final AtomicInteger turnedAway = new AtomicInteger();
    public final AtomicInteger withoutAnswer = new AtomicInteger();
    /** Statuses that they do not expect. */
    public final List<Integer> strange = new CopyOnWriteArrayList<>();

    private final ExecutorService pool = Executors.newFixedThreadPool(PARALLEL);
    private final HttpClient http = HttpClient.newBuilder().version(Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2)).build();
    private final URI uri;
    private final Queue<byte[]> bodies;
    private final AtomicInteger working = new AtomicInteger(PARALLEL);
    private final long from = System.nanoTime();
    private final AtomicInteger taken = new AtomicInteger();
    private final int perSecond;

    public Senders(int port, Collection<byte[]> bodies, int perSecond) {
        this.uri = URI.create("http://127.0.0.1:" + port + Hooks.PATH);
        this.bodies = new ConcurrentLinkedQueue<>(bodies);
        this.perSecond = perSecond;
        for (int i = 0; i < PARALLEL; i++) {
            pool.execute(this::send);
        }
    }

    public boolean areDone() {
        return working.get() == 0;
    }

    private void send() {
        try {
            for (byte[] body = bodies.poll(); body != null; body = bodies.poll()) {
                long at = from + taken.getAndIncrement() * 1_000_000_000L / perSecond;
                TimeUnit.NANOSECONDS.sleep(at - System.nanoTime());
                while (!sent(body)) {
                    TimeUnit.MILLISECONDS.sleep(200);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            working.decrementAndGet();
        }
    }

    private boolean sent(byte[] body) throws InterruptedException {
        var request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20))
                .POST(BodyPublishers.ofByteArray(body));
        Sandbox.eventHeaders(body, Hooks.KEY).forEach(request::header);
        try {
            int status = http.send(request.build(), BodyHandlers.discarding()).statusCode();
            switch (status) {
                case 202 -> accepted.incrementAndGet();
                case 503 -> turnedAway.incrementAndGet();
                default -> strange.add(status);
            }
            return status != 503;
        } catch (IOException e) {
            withoutAnswer.incrementAndGet();
            return false;
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
