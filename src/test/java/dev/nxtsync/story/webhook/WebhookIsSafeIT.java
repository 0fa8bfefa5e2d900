package dev.nxtsync.story.webhook;

import static dev.nxtsync.story.Hooks.COMPANY;
import static dev.nxtsync.story.Hooks.arrives;
import static dev.nxtsync.story.Pulls.loaded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.story.Hooks;
import dev.nxtsync.story.Senders;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/** What must hold of webhooks, whoever sends them and whenever the process dies. */
@Tag("webhook")
class WebhookIsSafeIT {
    private static final String ROWS = "select order_no || ' ' || xmin || ' ' || ctid from nxt.\"order\" order by order_no";

    private static final int EVENTS = Size.of(2_000, 20_000);

    private static Sandbox sandbox;
    private static TestDatabase database;
    private static Daemon.Builder builder;
    private static Daemon daemon;

    @BeforeAll
    static void start() {
        sandbox = new Sandbox(Hooks.options(EVENTS));
        database = TestDatabase.migrated();
        builder = Hooks.daemon(sandbox, database).jvm("-Xmx96m").jvm("-XX:+ExitOnOutOfMemoryError");
        daemon = builder.start();
        loaded(daemon, database, 1);
    }

    @AfterAll
    static void stop() {
        daemon.close();
        sandbox.close();
    }

    @Test
    void ofABurstEveryEventThatWasAcceptedArrivesAlsoWhenTheDaemonIsKilledInTheMiddle() throws Exception {
        sandbox.webhook("", Hooks.KEY);
        List<byte[]> bodies = Hooks.burst(sandbox, EVENTS);
        long from = System.nanoTime();
        try (var senders = new Senders(port(), bodies, EVENTS / 10)) {
            await().atMost(Duration.ofMinutes(1)).until(() -> senders.accepted.get() > EVENTS / 2);
            daemon.kill();
            int before = senders.accepted.get();
            daemon = builder.start();
            await().atMost(Duration.ofMinutes(4)).until(senders::areDone);
            double seconds = (System.nanoTime() - from) / 1e9;
            assertThat(senders.accepted.get()).as("each is accepted in the end").isEqualTo(EVENTS);
            assertThat(senders.strange).isEmpty();
            arrives(sandbox, database, COMPANY, "order", Duration.ofMinutes(3));
            assertThat(Hooks.inbox(database)).isEmpty();
            Size.figure(
                    "%d events, %d accepted before the kill, all in %.1f s, %d turned away, %d without an "
                            + "answer; %d requests; RSS %d MB",
                    EVENTS, before, seconds, senders.turnedAway.get(), senders.withoutAnswer.get(),
                    sandbox.counter("requests_fetch"), daemon.residentMemory() / 1_000_000);
        }
    }

    @Test
    void replayingEveryEventOfARunADayLaterChangesNoRowAndCostsNoRequest() {
        int changes = Size.of(500, 15_000);
        int orders = EVENTS + EVENTS / 4;
        Set<byte[]> earlier = Collections.newSetFromMap(new IdentityHashMap<>());
        earlier.addAll(sandbox.events());
        sandbox.webhook(daemon.mainUrl() + Hooks.PATH, Hooks.KEY);
        var random = new Random(3);
        for (int i = 0; i < changes; i++) {
            int order = 1 + random.nextInt(orders);
            if (random.nextInt(5) == 0) {
                sandbox.delete(COMPANY, "order", Map.of("orderNo", order));
            } else {
                sandbox.put(COMPANY, "order", Map.of("orderNo", order, "information1", "change " + i));
            }
        }
        arrives(sandbox, database, COMPANY, "order", Duration.ofMinutes(3));
        await().atMost(Duration.ofMinutes(2))
                .until(() -> sandbox.pendingEvents() == 0 && Hooks.inbox(database).isEmpty());
        var all = new ArrayList<>(sandbox.events());
        all.removeIf(earlier::contains);
        assertThat(all).hasSizeGreaterThanOrEqualTo(Math.min(changes / 2, 10_000));
        Collections.shuffle(all, random);
        List<byte[]> stamped = all.stream().filter(WebhookIsSafeIT::isStamped).toList();
        List<byte[]> others = all.stream().filter(body -> !isStamped(body)).toList();
        database.execute("update nxt_sync.inbox_seen set seen_at = seen_at - interval '1 day'; "
                + "delete from nxt_sync.removed; "
                + "update nxt.\"order\" set nxt_read_at = nxt_read_at - interval '1 day', nxt_deleted_at = nxt_deleted_at - interval '1 day'");
        var before = database.rows(ROWS);
        long requests = sandbox.counter("requests_fetch");
        double duplicates = daemon.metric("nxt_webhooks_total", "duplicate");
        stamped.forEach(body -> assertThat(Hooks.post(daemon, body)).isEqualTo(202));
        assertThat(Hooks.inbox(database)).isEmpty();
        assertThat(daemon.metric("nxt_webhooks_total", "duplicate") - duplicates)
                .isGreaterThanOrEqualTo(stamped.size());
        assertThat(sandbox.counter("requests_fetch")).isEqualTo(requests);
        // an event without a time stamp may be a new one: it is looked at, and nothing follows
        others.forEach(body -> assertThat(Hooks.post(daemon, body)).isEqualTo(202));
        await().atMost(Duration.ofMinutes(1)).until(() -> Hooks.inbox(database).isEmpty());
        assertThat(database.rows(ROWS)).isEqualTo(before);
        Size.figure("%d events replayed, %d of them without a time stamp, which cost %d requests", all.size(),
                others.size(), sandbox.counter("requests_fetch") - requests);
    }

    @Test
    void noForgedMutatedSlowOrEndlessCallIsKeptOrHarmsTheProcess() throws Exception {
        int tries = Size.of(2_000, 100_000);
        byte[] genuine = sandbox.eventBody(COMPANY, "order", Map.of("orderNo", 1), "UPDATE");
        String kept = "select (select count(*) from nxt_sync.inbox) + (select count(*) from nxt_sync.inbox_seen)";
        fuzz(genuine, 500, 1);
        long heap = heap(daemon);
        long before = database.number(kept);
        long requests = sandbox.counter("requests_fetch");
        var statuses = fuzz(genuine, tries, 2);
        assertThat(statuses.keySet()).as("%s", statuses)
                // one that came late may be sent again
                .allMatch(status -> status < 500 || status == 503);
        assertThat(database.number(kept)).as("nothing forged is kept").isEqualTo(before);
        assertThat(sandbox.counter("requests_fetch")).isEqualTo(requests);
        // once the last connections have been closed
        await().atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> assertThat(heap(daemon)).as("heap after it, against %d before", heap)
                        .isLessThan(heap + 5_000_000));
        assertThat(Hooks.post(daemon, genuine)).isEqualTo(202);
        Size.figure("%d tries: %s; heap %d MB before and %d MB after, RSS %d MB", tries, statuses, heap / 1_000_000,
                heap(daemon) / 1_000_000, daemon.residentMemory() / 1_000_000);
    }

    private static int port() {
        return URI.create(daemon.mainUrl()).getPort();
    }

    private static boolean isStamped(byte[] body) {
        return new String(body, StandardCharsets.UTF_8).contains("\"timestamp\"");
    }

    private static long heap(Daemon daemon) throws Exception {
        new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(daemon.pid()), "GC.run").redirectErrorStream(true).start().waitFor();
        return (long) daemon.metric("jvm_memory_used_bytes", "area=\"heap\"");
    }

    /** What came of all calls, by status; 0 for a connection that was closed without an answer. */
    private static Map<Integer, Integer> fuzz(byte[] genuine, int tries, long seed) throws Exception {
        var statuses = new java.util.concurrent.ConcurrentSkipListMap<Integer, Integer>();
        var pool = Executors.newFixedThreadPool(4);
        int port = port();
        for (int worker = 0; worker < 4; worker++) {
            var random = new Random(seed * 31 + worker);
            int own = tries / 4;
            pool.execute(() -> {
                for (int i = 0; i < own; i++) {
                    // slow ones are few, since each takes its time
                    statuses.merge(call(port, genuine, random, i % Size.of(500, 2_500) == 17), 1, Integer::sum);
                }
            });
        }
        pool.shutdown();
        assertThat(pool.awaitTermination(9, TimeUnit.MINUTES)).isTrue();
        return statuses;
    }

    private static int call(int port, byte[] genuine, Random random, boolean slow) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            var out = socket.getOutputStream();
            byte[] body = mutated(genuine, random);
            String signature = switch (random.nextInt(4)) {
                case 0 -> "";
                case 1 -> "x-vwd-signature-v1: " + text(random, 44) + "\r\n";
                case 2 -> "x-vwd-signature-v1: " + Sandbox.eventHeaders(genuine, Hooks.KEY).get("x-vwd-signature-v1")
                        + "\r\n";
                default -> "x-vwd-signature-v1: " + Sandbox.eventHeaders(body, "forged").get("x-vwd-signature-v1")
                        + "\r\nx-vwd-" + text(random, 10) + ": " + text(random, random.nextInt(2_000)) + "\r\n";
            };
            boolean chunked = !slow && random.nextInt(3) == 0;
            boolean endless = !slow && random.nextInt(40) == 0;
            int declared = slow ? body.length + 1 : switch (random.nextInt(10)) {
                case 0 -> body.length + random.nextInt(50);
                case 1 -> 300_000 + random.nextInt(1_000_000_000);
                default -> body.length;
            };
            out.write(("POST " + Hooks.PATH + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + signature
                    + (chunked || endless ? "Transfer-Encoding: chunked" : "Content-Length: " + declared) + "\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
            if (endless) {
                byte[] chunk = ("4000\r\n" + "x".repeat(0x4000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
                for (int i = 0; i < 40; i++) {
                    out.write(chunk);
                }
            } else if (chunked) {
                String end = random.nextInt(10) == 0 ? "zz\r\n" : "\r\n0\r\n\r\n";
                out.write((Integer.toHexString(body.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
                out.write(body);
                out.write(end.getBytes(StandardCharsets.US_ASCII));
            } else {
                out.write(body);
            }
            out.flush();
            if (declared > body.length && declared < 300_000 && !slow) {
                // a sender that leaves in the middle
                return 0;
            }
            return status(socket.getInputStream());
        } catch (IOException e) {
            return 0;
        }
    }

    private static int status(InputStream in) throws IOException {
        byte[] line = in.readNBytes(12);
        return line.length < 12 ? 0 : Integer.parseInt(new String(line, 9, 3, StandardCharsets.US_ASCII));
    }

    private static byte[] mutated(byte[] genuine, Random random) {
        byte[] body = genuine.clone();
        switch (random.nextInt(4)) {
            case 0 -> body[random.nextInt(body.length)] ^= (byte) (1 + random.nextInt(255));
            case 1 -> body = java.util.Arrays.copyOf(body, random.nextInt(body.length));
            case 2 -> {
                body = new byte[random.nextInt(20_000)];
                random.nextBytes(body);
            }
            default -> body = (new String(genuine, StandardCharsets.UTF_8) + " ".repeat(1 + random.nextInt(3)))
                    .getBytes(StandardCharsets.UTF_8);
        }
        return body;
    }

    private static String text(Random random, int length) {
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('!' + random.nextInt(90)));
        }
        return text.toString().replace(':', ';').toLowerCase(Locale.ROOT);
    }
}
