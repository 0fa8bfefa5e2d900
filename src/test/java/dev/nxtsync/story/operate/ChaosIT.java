package dev.nxtsync.story.operate;

import static dev.nxtsync.story.Pulls.loaded;
import static dev.nxtsync.story.Pulls.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.story.Hooks;
import dev.nxtsync.story.SignIns;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.FailPoints;
import dev.nxtsync.support.FailPoints.Kind;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/** Whatever is thrown, wherever: the daemon goes on and says so, or it ends; never silence. */
@Tag("operate")
@Execution(ExecutionMode.CONCURRENT)
class ChaosIT {
    private static final String OPERATOR = "operator key of the chaos";
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final String UNEXPECTED = "in a way that should not happen";
    private static final Duration SOON = Duration.ofSeconds(60);
    /** Each look makes some work itself. */
    private static final Duration OFTEN = Duration.ofMillis(300);

    private static final String REQUEST = "status.StatusReport.ask";
    private static final String WEBHOOK = "http.WebhookRoute.taken";
    /** Where an answer is written, by a library that tells nobody what was thrown but him who asks. */
    private static final String ANSWER = "io.netty.handler.codec.http.HttpResponseEncoder.encodeInitialLine";
    /** What is done again and again, in threads that must go on. */
    private static final List<String> LOOPS = List.of("schedule.Heartbeat.beat", "schedule.JobRunner.tick",
            "pull.plan.PullPlanLoop.tick", "push.plan.PushPlanLoop.tick", "pull.ForgottenEvents.wake",
            "jobs.LostCallSync.tick", "signin.GrantPoller.look", "status.FindingsWatch.look",
            "health.DatabaseMetrics.take", "process.Threads.look", "webhook.WebhookQueue.keepSome");
    /** What works for somebody: a run from its claim to its commit, a renewal, an event. */
    private static final List<String> WORK = List.of("schedule.JobRunner.claim", "schedule.JobRunner.attempt",
            "pull.Poll.run", "graphql.Exchange.judge", "pull.target.PageWriter.write", "schedule.Claims.check",
            "push.PushJob.run", "push.LaneRun.run", "schedule.RunHistory.add", "schedule.Claims.free",
            "webhook.WebhookQueue.keep", "webhook.TableChange.read", "token.ClientCredentials.send");
    /** Met by daemons of which nothing outside can be reached. */
    private static final List<String> ALONE = List.of("token.ClientCredentials.send", "webhook.TableChange.read",
            REQUEST, ANSWER);

    private static final List<String> PLACES = Stream.concat(LOOPS.stream(), WORK.stream()).toList();

    private final TestDatabase database = TestDatabase.migrated();
    private int round;

    /** Else nothing would be thrown there, and all go well. */
    @Test
    void eachPlaceIsAMethod() throws ClassNotFoundException {
        for (String place : Stream.concat(PLACES.stream(), ALONE.stream()).toList()) {
            int dot = place.lastIndexOf('.');
            String type = place.startsWith("io.") ? place.substring(0, dot) : "dev.nxtsync." + place.substring(0, dot);
            assertThat(Class.forName(type, false, getClass().getClassLoader()).getDeclaredMethods()).as(place)
                    .anyMatch(method -> method.getName().equals(place.substring(dot + 1)));
        }
    }

    @Test
    void afterAnyThrowableOfALoopAJobARenewalOrAHandlerItGoesOnAndCountsItUntilMemoryRunsOut() throws Exception {
        var woven = new ArrayList<>(PLACES);
        woven.addAll(List.of(REQUEST, WEBHOOK));
        try (var sandbox = sandbox(); var daemon = daemon(sandbox, woven).start()) {
            loaded(daemon, database, 2);
            worksOn(daemon, sandbox);
            var kinds = List.of(Kind.ERROR, Kind.RUNTIME_EXCEPTION);
            int next = 0;
            int faults = 0;
            for (String place : PLACES) {
                // in CI each in turn
                for (Kind kind : Size.of(List.of(kinds.get(next++ % 2)), kinds)) {
                    strikes(daemon, sandbox, place, kind);
                    faults++;
                }
            }
            aRequestIsAnswered(daemon);
            aWebhookWhoseAnswerFailsKeepsNoneFromItsAnswer(daemon, sandbox);
            assertThat(daemon.get("/q/health/live").status()).isEqualTo(200);
            Size.figure("%d faults at %d places, and the daemon went on", faults, PLACES.size());
            ends(daemon, "schedule.Heartbeat.beat", () -> traffic(daemon, sandbox));
        }
    }

    private static Sandbox sandbox() {
        return new Sandbox(Hooks.options(50).withTokenLifetime(Duration.ofSeconds(4)));
    }

    /** One that does a bit of everything. */
    private Daemon.Builder daemon(Sandbox sandbox, List<String> places) {
        int port = Daemon.freePort();
        return Hooks.daemon(sandbox, database).jvm(FailPoints.option(places)).with("NXT_OPERATOR_KEY", OPERATOR)
                .with("NXT_PULLS_GOODS_TABLE", "product").with("NXT_PULLS_GOODS_COMPANIES", Hooks.COMPANY)
                .with("NXT_PULLS_GOODS_EVERY", "1s").with("NXT_PUSHES_SALES_TABLE", "order")
                .with("NXT_PUSHES_SALES_COMPANY", Hooks.COMPANY).with("NXT_PUSHES_SALES_KEY_COLUMN", "yourReference")
                .with("NXT_BUDGET_REQUESTS_PER_MINUTE", 600).with("NXT_HTTP_PORT", port)
                .with("NXT_CONNECTIONS_PERSON_KIND", "user").with("NXT_CONNECTIONS_PERSON_CLIENT_ID", "isv_demo")
                .with("NXT_CONNECTIONS_PERSON_CLIENT_SECRET", "demo+secret%/:1")
                .with("NXT_PUBLIC_URL", "http://127.0.0.1:" + port).with("NXT_ENCRYPTION_KEY", SignIns.KEY);
    }

    private void strikes(Daemon daemon, Sandbox sandbox, String place, Kind kind) {
        var points = FailPoints.of(daemon);
        double before = daemon.metric("nxt_thread_failures_total", "");
        double unexpected = daemon.metric("nxt_token_renewals_total", "unexpected");
        int told = daemon.output().split(UNEXPECTED, -1).length;
        points.arm(place, kind);
        await(place).atMost(SOON).pollInterval(OFTEN).until(() -> {
            traffic(daemon, sandbox);
            return points.hasStruck(place);
        });
        // a renewal that fails is counted as such
        await(place).atMost(SOON).until(() -> daemon.metric("nxt_thread_failures_total", "") > before
                || daemon.metric("nxt_token_renewals_total", "unexpected") > unexpected);
        assertThat(daemon.output().split(UNEXPECTED, -1).length).as(place).isGreaterThan(told);
        worksOn(daemon, sandbox);
        double renewed = daemon.metric("nxt_token_renewals_total", "outcome=\"ok\"");
        await(place).atMost(SOON).until(() -> !place.startsWith("token.")
                || daemon.metric("nxt_token_renewals_total", "outcome=\"ok\"") > renewed);
        assertThat(daemon.get("/q/health/live").status()).as(place).isEqualTo(200);
    }

    private static void aRequestIsAnswered(Daemon daemon) {
        FailPoints.of(daemon).arm(REQUEST, Kind.ERROR);
        assertThat(daemon.operator("GET", "/api/status", OPERATOR).status()).isEqualTo(500);
        assertThat(daemon.operator("GET", "/api/status", OPERATOR).status()).isEqualTo(200);
    }

    /** A bit of everything that a daemon does. */
    private void traffic(Daemon daemon, Sandbox sandbox) {
        round++;
        sandbox.put(Hooks.COMPANY, "product", values("productNo", "a00001", "description", "changed " + round));
        sandbox.put(Hooks.COMPANY, "order", Map.of("orderNo", 1 + round % 50, "information1", "changed " + round));
        database.execute("select nxt_sync.push('sales', 'key" + round + "', '{\"customerNo\": 1}')");
        event(daemon, sandbox);
    }

    /** Everything gets done that was asked for so far. */
    private void worksOn(Daemon daemon, Sandbox sandbox) {
        traffic(daemon, sandbox);
        await().atMost(SOON).until(() -> event(daemon, sandbox) == 202);
        await().atMost(SOON).pollInterval(OFTEN)
                .until(() -> Mirror.differences(sandbox, database, Hooks.COMPANY, "product").isEmpty()
                        && database.number("select count(*) from nxt_sync.outbox where state <> 'done'") == 0
                        && database.value("select information1 from nxt.\"order\" where order_no = " + (1 + round % 50))
                                .equals("changed " + round)
                        && daemon.get("/q/health/ready").status() == 200);
    }

    /** How an event of the order that was changed last is answered; 0 if it is not. */
    private int event(Daemon daemon, Sandbox sandbox) {
        return post(daemon, sandbox.eventBody(Hooks.COMPANY, "order", Map.of("orderNo", 1 + round % 50), "UPDATE"));
    }

    @Test
    void whoeverSeesThatMemoryHasRunOutEndsTheProcessWithExitCodeOne() throws Exception {
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
        for (String place : ALONE) {
            try (var daemon = Daemon.alone().with("NXT_WEBHOOK_KEYS", Hooks.KEY).with("NXT_OPERATOR_KEY", OPERATOR)
                    .jvm(FailPoints.option(List.of(place))).start()) {
                await().atMost(SOON).until(() -> daemon.get("/q/health/started").status() == 200);
                ends(daemon, place, () -> {
                    daemon.operator("GET", "/api/status", OPERATOR);
                    post(daemon, body);
                });
            }
        }
        // each is a start of a daemon that works
        for (String place : Size.of(List.<String>of(), PLACES)) {
            try (var sandbox = sandbox(); var daemon = daemon(sandbox, List.of(place)).start()) {
                loaded(daemon, database, 2);
                ends(daemon, place, () -> traffic(daemon, sandbox));
            }
        }
    }

    private static void aWebhookWhoseAnswerFailsKeepsNoneFromItsAnswer(Daemon daemon, Sandbox sandbox) {
        var points = FailPoints.of(daemon);
        points.arm(WEBHOOK, Kind.ERROR);
        // of so many at once, several are kept together
        var statuses = IntStream.range(0, 200).parallel().mapToObj(
                i -> post(daemon, sandbox.eventBody(Hooks.COMPANY, "order", Map.of("orderNo", 1 + i % 50), "UPDATE")))
                .toList();
        assertThat(points.hasStruck(WEBHOOK)).isTrue();
        assertThat(statuses).doesNotContain(0);
    }

    private static void ends(Daemon daemon, String place, Runnable traffic) throws InterruptedException {
        FailPoints.of(daemon).arm(place, Kind.OUT_OF_MEMORY);
        await(place).atMost(SOON).until(() -> {
            traffic.run();
            return !daemon.isRunning();
        });
        assertThat(daemon.exitCode()).as(place + "\n" + daemon.output()).isEqualTo(1);
        assertThat(daemon.output()).as(place).contains("it ran out of memory");
    }

    /** How a signed body is answered; 0 if it is not. */
    private static int post(Daemon daemon, byte[] body) {
        var request = HttpRequest.newBuilder(URI.create(daemon.mainUrl() + Hooks.PATH)).timeout(Duration.ofSeconds(3))
                .POST(BodyPublishers.ofByteArray(body));
        Sandbox.eventHeaders(body, Hooks.KEY).forEach(request::header);
        try {
            return HTTP.send(request.build(), BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
