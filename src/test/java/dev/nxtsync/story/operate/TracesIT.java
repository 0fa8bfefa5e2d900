package dev.nxtsync.story.operate;

import static dev.nxtsync.story.Pulls.loaded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.story.Hooks;
import dev.nxtsync.support.Collector;
import dev.nxtsync.support.Collector.CollectedSpan;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

/** Where a collector is set, each run and each renewal is a trace; where none is, nothing is done for traces. */
@Tag("operate")
@Execution(ExecutionMode.CONCURRENT)
class TracesIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Pattern EXEMPLAR = Pattern
            .compile("nxt_(\\w+)_seconds_bucket\\{.*# \\{.*trace_id=\"([0-9a-f]{32})\".*");
    private static final String SECRET = "s3cret of the collector";

    private final TestDatabase database = TestDatabase.create();

    @Test
    void eachRunAndEachRenewalIsOneTraceOfWhichTheServerLearnsNothing() throws Exception {
        try (var collector = new Collector(0);
                var sandbox = new Sandbox(Hooks.options(60).withTokenLifetime(Duration.ofSeconds(6)));
                var daemon = traced(daemon(sandbox), collector.url() + "/").start()) {
            loaded(daemon, database, 1);
            database.execute("select nxt_sync.push('sales', 'k9-of-the-row', '{\"customerNo\": 48151623}')");
            await().atMost(SOON).until(() -> has(collector, "load", "write page") && has(collector, "poll", "claim")
                    && has(collector, "push", "settle") && has(collector, "token renewal", "token request"));

            var load = collector.traces("load").get(0);
            assertThat(names(load)).contains("load", "claim", "load_order", "write page");
            assertThat(load.get(0).attributes()).containsEntry("nxt.connection", "main")
                    .containsEntry("nxt.company", Integer.toString(Hooks.COMPANY)).containsEntry("nxt.job", "orders")
                    .containsEntry("nxt.rows.read", "60").containsEntry("nxt.rows.written", "60")
                    .containsEntry("nxt.outcome", "ok");
            assertThat(load.get(0).service()).isEqualTo("nxt-sync");
            assertThat(load).allSatisfy(each -> {
                assertThat(each.failed()).isFalse();
                assertThat(each.began()).isLessThanOrEqualTo(each.ended()).isGreaterThanOrEqualTo(load.get(0).began());
            });
            var request = named(load, "load_order");
            assertThat(request.attributes()).containsEntry("http.response.status_code", "200")
                    .containsEntry("nxt.attempt", "1").containsEntry("nxt.outcome", "ok")
                    .containsEntry("graphql.operation.type", "query");
            assertThat(database.rows("select trace_id from nxt_sync.run where kind = 'load'"))
                    .contains(Map.of("trace_id", request.attributes().get("visma.trace_id")));
            assertThat(named(load, "write page").attributes()).containsEntry("nxt.rows.written", "60");

            var push = collector.traces("push").stream().filter(each -> names(each).contains("send")).findFirst()
                    .orElseThrow();
            assertThat(names(push)).contains("claim", "look", "send", "settle");
            assertThat(push.get(0).attributes()).containsEntry("nxt.push", "sales").containsKey("nxt.lane");
            var send = named(push, "send");
            assertThat(push.stream().filter(each -> each.parent().equals(send.id())).toList()).singleElement()
                    .satisfies(each -> assertThat(each.attributes()).containsKey("visma.trace_id")
                            .containsEntry("graphql.operation.type", "mutation"));
            assertThat(named(collector.traces("token renewal").get(0), "token request").attributes())
                    .containsEntry("http.response.status_code", "200");

            assertThat(daemon.output().lines().filter(line -> line.contains("Pull orders, company"))).isNotEmpty()
                    .first().asString().endsWith(" trace_id=" + load.get(0).trace());
            assertThat(daemon.output().lines().filter(line -> line.contains("started in"))).isNotEmpty()
                    .noneMatch(line -> line.contains("trace"));
            assertThat(sandbox.traceHeaders()).isEmpty();
            assertThat(collector.keys()).containsOnly(SECRET);
            assertThat(daemon.output()).doesNotContain(SECRET).doesNotContain("s3cret");
            assertThat(collector.spans().stream().flatMap(each -> each.attributes().values().stream()))
                    .noneMatch(value -> value.contains("customerNo") || value.contains("48151623")
                            || value.contains("k9-of-the-row") || sandbox.tokens().stream().anyMatch(value::contains));
            await().atMost(SOON).until(() -> threads(daemon).contains("BatchSpanProces"));
            exemplars(daemon, collector);

            // the last of what was done is not lost
            int before = collector.traces("push").size();
            database.execute("select nxt_sync.push('sales', 'b', '{\"customerNo\": 1}')");
            await().atMost(SOON).until(() -> database
                    .number("select count(*) from nxt_sync.outbox where key = 'b' and state = 'done'") == 1);
            daemon.terminate();
            assertThat(daemon.exitCode()).isEqualTo(143);
            assertThat(collector.traces("push")).hasSizeGreaterThan(before);
        }
    }

    @Test
    void whatFailsIsAnErrorWithItsCode() throws Exception {
        try (var collector = new Collector(0);
                var sandbox = new Sandbox(Hooks.options(20).withTokenLifetime(Duration.ofSeconds(6)));
                var daemon = traced(daemon(sandbox), collector.url()).start()) {
            loaded(daemon, database, 1);
            sandbox.faults(Map.of("5xx", 1.0));
            await().atMost(SOON)
                    .until(() -> collector.traces("poll").stream().anyMatch(trace -> trace.get(0).failed()));
            var poll = collector.traces("poll").stream().filter(trace -> trace.get(0).failed()).findFirst()
                    .orElseThrow();
            assertThat(database.rows("select distinct outcome from nxt_sync.run where kind = 'poll'"))
                    .contains(Map.of("outcome", poll.get(0).attributes().get("nxt.outcome")));
            assertThat(poll.stream().skip(1)).as("a request in it").anyMatch(CollectedSpan::failed);
            sandbox.faults(Map.of("token-down", 1.0));
            await().atMost(SOON)
                    .until(() -> collector.traces("token renewal").stream().anyMatch(trace -> trace.get(0).failed()));
            var renewal = collector.traces("token renewal").stream().filter(trace -> trace.get(0).failed()).findFirst()
                    .orElseThrow();
            assertThat(renewal.get(0).attributes().get("nxt.outcome")).isNotIn("ok", "cut short");
            assertThat(renewal).filteredOn(each -> each.name().equals("token request")).isNotEmpty()
                    .allMatch(CollectedSpan::failed);
        }
    }

    @Test
    void aVariableOfOpenTelemetrysThatIsWrongTurnsTracesOffAndNothingElse() throws Exception {
        try (var collector = new Collector(0); var sandbox = new Sandbox(Hooks.options(20))) {
            for (String variable : List.of("OTEL_TRACES_SAMPLER", "OTEL_BSP_MAX_QUEUE_SIZE")) {
                try (var daemon = traced(daemon(sandbox), collector.url()).with(variable, "nonsense").start()) {
                    daemon.awaitReady();
                    assertThat(daemon.output()).contains("There are no traces: OpenTelemetry cannot be set up (")
                            .contains("nonsense").doesNotContain("trace_id=");
                }
            }
        }
    }

    private static void exemplars(Daemon daemon, Collector collector) throws Exception {
        var answer = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(daemon.managementUrl() + "/q/metrics"))
                        .header("Accept", "application/openmetrics-text; version=1.0.0; charset=utf-8").build(),
                        HttpResponse.BodyHandlers.ofString());
        var found = new TreeSet<String>();
        var traces = new TreeSet<String>();
        var exemplar = EXEMPLAR.matcher(answer.body());
        while (exemplar.find()) {
            found.add(exemplar.group(1));
            traces.add(exemplar.group(2));
        }
        assertThat(found).contains("request", "token_request", "budget_wait", "page_write");
        await().atMost(SOON).until(() -> traces.stream()
                .allMatch(id -> collector.spans().stream().anyMatch(each -> each.trace().equals(id))));
    }

    @Test
    void theServerIsToldOfATraceWhereThatIsSetAndLinesOfJsonHaveItsId() throws Exception {
        try (var collector = new Collector(0);
                var sandbox = new Sandbox(Hooks.options(20));
                var daemon = traced(daemon(sandbox), collector.url()).with("NXT_API_TRACE_PARENT", "on")
                        .with("NXT_LOG", "json").with("OTEL_TRACES_EXPORTER", "otlp")
                        .with("OTEL_METRICS_EXPORTER", "otlp").with("OTEL_PROPAGATORS", "b3").start()) {
            loaded(daemon, database, 1);
            await().atMost(SOON).until(() -> has(collector, "load", "write page"));
            var load = collector.traces("load").get(0);
            var request = named(load, "load_order");
            assertThat(sandbox.traceHeaders())
                    .contains("/api/graphql-service traceparent: 00-" + request.trace() + "-" + request.id() + "-01")
                    .allMatch(each -> each.startsWith("/api/graphql-service traceparent: "));
            assertThat(jsonLines(daemon)).filteredOn(line -> line.path("message").asText().startsWith("Pull orders"))
                    .first().satisfies(line -> {
                        assertThat(line.at("/mdc/traceId").asText()).isEqualTo(request.trace());
                        assertThat(line.at("/mdc/job").asText()).isEqualTo("orders");
                        assertThat(line.at("/mdc").has("trace")).isFalse();
                    });
        }
    }

    private static List<JsonNode> jsonLines(Daemon daemon) throws IOException {
        var lines = new ArrayList<JsonNode>();
        for (String line : Files.readAllLines(daemon.log())) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }

    @Test
    void aCollectorThatIsAwayOrRefusesIsToldOfOnceAndHoldsNothingUp() throws Exception {
        int port = Daemon.freePort();
        try (var sandbox = new Sandbox(Hooks.options(20));
                var daemon = traced(daemon(sandbox), "http://127.0.0.1:" + port).start()) {
            loaded(daemon, database, 1);
            await().atMost(SOON).until(() -> daemon.output().contains("Traces do not reach their collector"));
            String away = "Traces do not reach their collector (connection refused) and are lost meanwhile";
            long polls = polls();
            await().atMost(SOON).until(() -> polls() > polls + 3);
            assertThat(count(daemon, away)).isEqualTo(1);
            assertThat(count(daemon, "Traces")).isEqualTo(1);
            try (var collector = new Collector(port)) {
                collector.answer(401);
                await().atMost(SOON).until(() -> daemon.output().contains("(HTTP 401)"));
                int refused = collector.keys().size();
                await().atMost(SOON).until(() -> collector.keys().size() > refused + 2);
                assertThat(count(daemon, "OTEL_EXPORTER_OTLP_HEADERS")).isEqualTo(1);
                assertThat(daemon.output()).doesNotContain("s3cret");
                collector.answer(200);
                await().atMost(SOON).until(() -> has(collector, "poll", "claim"));
                long from = System.nanoTime();
                collector.hang();
                daemon.terminate();
                assertThat(daemon.exitCode()).isEqualTo(143);
                assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(10));
            }
            assertThat(daemon.output()).doesNotContain("\tat ").doesNotContain("io.opentelemetry");
        }
    }

    @Test
    void whereNoCollectorIsSetAndInACommandNothingIsDoneForTraces() throws Exception {
        try (var collector = new Collector(0); var sandbox = new Sandbox(Hooks.options(20))) {
            try (var daemon = daemon(sandbox).with("NXT_API_TRACE_PARENT", "on").with("OTEL_SDK_DISABLED", "false")
                    .with("OTEL_TRACES_EXPORTER", "otlp").start()) {
                loaded(daemon, database, 1);
                assertThat(threads(daemon)).isNotEmpty().doesNotContain("BatchSpanProces");
                assertThat(daemon.output().lines().filter(line -> !line.contains("Installed features"))).isNotEmpty()
                        .noneMatch(line -> line.matches("(?i).*(trace|otel|telemetry).*"));
                assertThat(sandbox.traceHeaders()).isEmpty();
                String printed = traced(daemon(sandbox), collector.url()).run(0, "pull", "orders");
                assertThat(printed).doesNotContain("trace_id");
            }
            try (var daemon = traced(daemon(sandbox), "collector:4318").with("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
                    .start()) {
                daemon.awaitReady();
                assertThat(daemon.output())
                        .contains("Warning: OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https address; write for "
                                + "example http://collector:4318. There are no traces.")
                        .contains("Warning: OTEL_EXPORTER_OTLP_PROTOCOL is \"grpc\"");
                assertThat(threads(daemon)).doesNotContain("BatchSpanProces");
            }
            assertThat(collector.keys()).isEmpty();
            assertThat(sandbox.traceHeaders()).isEmpty();
        }
    }

    private Daemon.Builder daemon(Sandbox sandbox) {
        return Daemon.on(sandbox.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order")
                .with("NXT_PULLS_ORDERS_EVERY", "1s").with("NXT_PULLS_ORDERS_COMPANIES", Hooks.COMPANY)
                .with("NXT_PUSHES_SALES_TABLE", "order").with("NXT_PUSHES_SALES_COMPANY", Hooks.COMPANY)
                .with("NXT_PUSHES_SALES_KEY_COLUMN", "yourReference");
    }

    private static Daemon.Builder traced(Daemon.Builder daemon, String collector) {
        return daemon.with("OTEL_EXPORTER_OTLP_ENDPOINT", collector)
                .with("OTEL_EXPORTER_OTLP_HEADERS", "x-key=" + SECRET.replace(" ", "%20"))
                .with("OTEL_BSP_SCHEDULE_DELAY", "200");
    }

    private long polls() {
        return database.number("select count(*) from nxt_sync.run where kind = 'poll' and outcome = 'ok'");
    }

    private static long count(Daemon daemon, String text) {
        return daemon.output().lines().filter(line -> line.contains(text)).count();
    }

    private static boolean has(Collector collector, String root, String child) {
        return collector.traces(root).stream().anyMatch(trace -> names(trace).contains(child));
    }

    private static List<String> names(List<CollectedSpan> trace) {
        return trace.stream().map(CollectedSpan::name).toList();
    }

    private static CollectedSpan named(List<CollectedSpan> trace, String name) {
        return trace.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    }

    /** The first fifteen characters of the names of all threads, as Linux has them. */
    private static List<String> threads(Daemon daemon) throws IOException {
        Path tasks = Path.of("/proc", Long.toString(daemon.pid()), "task");
        assumeThat(tasks).isDirectory();
        var names = new ArrayList<String>();
        try (var all = Files.list(tasks)) {
            for (Path each : all.toList()) {
                names.add(Files.readString(each.resolve("comm")).strip());
            }
        }
        return names;
    }
}
