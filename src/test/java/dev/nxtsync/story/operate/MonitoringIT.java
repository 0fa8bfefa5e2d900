package dev.nxtsync.story.operate;

import static dev.nxtsync.story.Pulls.loaded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.nxtsync.MarkdownPage;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.story.Hooks;
import dev.nxtsync.story.SignIns;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Prometheus;
import dev.nxtsync.support.Promtool;
import dev.nxtsync.support.TestDatabase;

/** Dashboard, alert rules and docs/operating.md are about the metrics that a daemon really exports; its log speaks of the same things. */
@Tag("operate")
class MonitoringIT {
    private static final Pattern SERIES = Pattern.compile("(nxt_[a-z_]+)(?:\\{([^}]*)})?");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"([^\"]*)\"");
    private static final Path RULES = Path.of("k8s", "components", "monitoring", "prometheus-rule.yaml");
    private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((\\w+), (\\w+)\\)");
    private static final Path DASHBOARD = Path.of("k8s", "dashboard.json");

    private static final Set<String> CODES = Stream
            .concat(Stream.of("ok"), Stream.of(ErrorCode.values()).map(ErrorCode::code)).collect(Collectors.toSet());

    /** With all values that each label may have. */
    private static final Map<String, Map<String, Set<String>>> HISTOGRAMS = Map.of("nxt_request_seconds",
            Map.of("kind", Set.of("query", "mutation"), "outcome", CODES), "nxt_token_request_seconds",
            Map.of("connection", Set.of("main", "person"), "outcome", CODES), "nxt_budget_wait_seconds", Map.of(),
            "nxt_webhook_delay_seconds", Map.of(), "nxt_page_write_seconds",
            Map.of("way", Set.of("direct", "merge", "halves"), "outcome", Set.of("ok", "refused")));

    @TempDir
    private Path directory;

    @Test
    void whatIsWatchedIsWhatIsExported() throws Exception {
        var database = TestDatabase.create();
        int port = Daemon.freePort();
        try (var sandbox = new Sandbox(Hooks.options(20).withCompanies(2).withTokenLifetime(Duration.ofSeconds(4)));
                var daemon = Hooks.daemon(sandbox, database).with("NXT_PULLS_TYPO_TABLE", "ordr")
                        .with("NXT_PULLS_ORDERS_PROVE", "1s").with("NXT_CONNECTIONS_PERSON_KIND", "user")
                        .with("NXT_CONNECTIONS_PERSON_CLIENT_ID", "isv_demo")
                        .with("NXT_CONNECTIONS_PERSON_CLIENT_SECRET", "demo+secret%/:1")
                        .with("NXT_CONNECTIONS_PERSON_REFRESH_LIFETIME", "300d").with("NXT_HTTP_PORT", port)
                        .with("NXT_PUBLIC_URL", "http://127.0.0.1:" + port).with("NXT_ENCRYPTION_KEY", SignIns.KEY)
                        .with("NXT_OPERATOR_KEY", SignIns.OPERATOR).with("NXT_PUSHES_SALES_TABLE", "order")
                        .with("NXT_PUSHES_SALES_COMPANY", Hooks.COMPANY)
                        .with("NXT_PUSHES_SALES_KEY_COLUMN", "yourReference")
                        .with("NXT_NOTICE_URL", "http://127.0.0.1:" + Daemon.freePort())
                        .with("NXT_NOTICE_KEY", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").with("NXT_LOG", "json")
                        .with("NXT_LGO", "json").start();
                var prometheus = Prometheus.isHere() ? new Prometheus(daemon, directory) : null) {
            loaded(daemon, database, 1);
            SignIns.signIn(daemon, "person");
            database.execute("select nxt_sync.push('sales', 'a', '{\"customerNo\": 1}')");
            byte[] event = sandbox.eventBody(Hooks.COMPANY, "order", Map.of("orderNo", 1), "UPDATE");
            assertThat(Hooks.post(daemon, event)).isEqualTo(202);
            if (prometheus != null) {
                // what increases has been seen before
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> !prometheus.values("nxt_page_write_seconds_count{way='merge'}").isEmpty());
            }
            Hooks.burst(sandbox, 3).forEach(each -> assertThat(Hooks.post(daemon, each)).isEqualTo(202));
            await().atMost(Duration.ofSeconds(30)).until(() -> Hooks.inbox(database).isEmpty());
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> exported(daemon).containsKey("nxt_pull_proven_age_seconds"));
            // a call whose answer is lost takes a slot
            sandbox.faults(Map.of("lost-answer", 1.0));
            Hooks.post(daemon, sandbox.eventBody(Hooks.COMPANY, "order", Map.of("orderNo", 2), "UPDATE"));
            // as does a push, which says so
            database.execute("select nxt_sync.push('sales', 'b', '{\"customerNo\": 1}')");
            await().atMost(Duration.ofSeconds(90)).until(() -> {
                var exported = exported(daemon);
                return exported.containsKey("nxt_budget_lost_calls") && exported.containsKey("nxt_troubles")
                        && exported.containsKey("nxt_outbox_rows")
                        && exported.containsKey("nxt_sign_in_ends_in_seconds")
                        && labelsOfTheLog(daemon).contains("push");
            });
            // runs that fail at once
            sandbox.faults(Map.of("5xx", 1.0));
            database.execute("select nxt_sync.push('sales', 'c', '{\"customerNo\": 1}')");
            assertThat(daemon.operator("POST", "/api/pulls/orders/run", SignIns.OPERATOR).status()).isEqualTo(202);
            await().atMost(Duration.ofSeconds(60)).until(() -> database.number(
                    "select count(distinct kind = 'push') from nxt_sync.run where outcome not in ('ok', 'goes on', 'held')") == 2);
            if (prometheus != null) {
                shown(prometheus);
            }
            sandbox.faults(Map.of());
            evaluated(daemon.get("/q/metrics").body(), directory);
            var exported = exported(daemon);
            HISTOGRAMS.forEach((name, labels) -> bounded(daemon, name, labels));
            watched(expressions(Files.readString(RULES), "expr: (.*)"), exported, "alerts");
            watched(queries(), exported, "dashboard");

            var documented = new TreeSet<String>();
            var named = Pattern.compile("`(nxt_[a-z_]+)`")
                    .matcher(MarkdownPage.of("docs/operating.md").section("Metrics"));
            while (named.find()) {
                documented.add(named.group(1));
            }
            var families = new TreeSet<String>();
            exported.keySet().forEach(name -> families.add(name.replaceFirst("_(sum|count|max|bucket)$", "")));
            assertThat(documented).isEqualTo(families);
            exported.values()
                    .forEach(labels -> assertThat(Set.of("connection", "outcome", "job", "company", "kind", "push",
                            "state", "result", "event", "tenant", "code", "thread", "reason", "le", "way"))
                            .as("bounded").containsAll(labels));
            assertThat(labelsOfTheLog(daemon)).contains("connection", "company", "kind", "job", "push");
        }
    }

    @Test
    void eachAlertFiresWhereItShouldAndSaysWhatToDo() throws Exception {
        assumeTrue(Promtool.isHere(), "promtool is not here");
        Promtool.run(directory, "check", "rules", "rules.yaml");
        Promtool.run(directory, "test", "rules",
                Files.copy(Promtool.CASES, directory.resolve("rules_test.yaml")).toString());
    }

    /** Daemons are scraped every 30 s, and Grafana asks for each minute. */
    @Test
    void eachRunThatFailedIsMarkedOnTheDashboardAndACounterThatStandsStillIsNot() throws Exception {
        assumeTrue(Promtool.isHere(), "promtool is not here");
        // first seen after 5:30, again after 20:30, and not scraped from 30:00 to 40:00
        String values = "_x11 1x29 2x18 _x20 2x40";
        var tests = new ArrayList<Map<String, Object>>();
        for (JsonNode each : annotations()) {
            String query = each.path("expr").asText();
            String labels = "{job=\"orders\", kind=\"%s\", outcome=\"unavailable\"}"
                    .formatted(query.contains("kind=\"push\"") ? "push" : "poll");
            var marks = IntStream.rangeClosed(1, 45)
                    .mapToObj(minute -> Map.of("expr", "(" + query.replace("$pull", ".*") + ") > bool 0", "eval_time",
                            minute + "m10s", "exp_samples",
                            minute == 6 || minute == 21 ? List.of(Map.of("labels", labels, "value", 1)) : List.of()))
                    .toList();
            tests.add(Map.of("interval", "30s", "input_series",
                    List.of(Map.of("series", "nxt_runs_total" + labels, "values", values)), "promql_expr_test", marks));
        }
        assertThat(tests).hasSize(2);
        Files.writeString(directory.resolve("annotations.yaml"), new Yaml().dump(Map.of("tests", tests)));
        Promtool.run(directory, "test", "rules", "annotations.yaml");
    }

    /** A histogram has few buckets for each set of labels, and whoever is asked or asks cannot add a set. */
    private static void bounded(Daemon daemon, String name, Map<String, Set<String>> allowed) {
        var buckets = new TreeMap<Map<String, String>, Integer>(Comparator.comparing(Map::toString));
        daemon.get("/q/metrics").body().lines().filter(line -> line.startsWith(name + "_bucket{")).forEach(line -> {
            var labels = new TreeMap<String, String>();
            LABEL.matcher(line).results().forEach(each -> labels.put(each.group(1), each.group(2)));
            labels.remove("le");
            buckets.merge(labels, 1, Integer::sum);
        });
        assertThat(buckets).as(name).isNotEmpty();
        buckets.forEach((labels, number) -> {
            assertThat(number).as(name + labels).isBetween(5, 12);
            assertThat(labels.keySet()).as(name).isEqualTo(allowed.keySet());
            labels.forEach((label, value) -> assertThat(allowed.get(label)).as(name + " " + label).contains(value));
        });
    }

    private static void watched(Iterable<String> expressions, Map<String, Set<String>> exported, String where) {
        int series = 0;
        for (String expression : expressions) {
            var found = SERIES.matcher(expression);
            while (found.find()) {
                series++;
                assertThat(exported).as(where + ": " + expression).containsKey(found.group(1));
                var labels = new TreeSet<String>();
                var label = Pattern.compile("([a-z_]+)\\s*(?:=~|!~|!=|=)")
                        .matcher(found.group(2) == null ? "" : found.group(2));
                while (label.find()) {
                    labels.add(label.group(1));
                }
                var by = Pattern.compile("by \\(([a-z_, ]+)\\)").matcher(expression);
                while (by.find()) {
                    labels.addAll(List.of(by.group(1).split(", ")));
                }
                // which the scrape adds
                labels.remove("instance");
                assertThat(exported.get(found.group(1))).as(where + ": " + expression).containsAll(labels);
            }
        }
        assertThat(series).as(where).isGreaterThan(8);
    }

    /** Of annotations, which show what was two minutes ago, and then of panels and variables. */
    private static Set<String> queries() throws IOException {
        var expressions = new LinkedHashSet<String>();
        JsonNode dashboard = new ObjectMapper().readTree(DASHBOARD.toFile());
        annotations().forEach(each -> expressions.add(each.path("expr").asText()));
        for (JsonNode panel : dashboard.path("panels")) {
            assertThat(panel.path("title").asText()).isNotEmpty();
            panel.path("targets").forEach(target -> expressions.add(target.path("expr").asText()));
        }
        for (JsonNode variable : dashboard.path("templating").path("list")) {
            var values = LABEL_VALUES.matcher(variable.path("definition").asText());
            if (values.matches()) {
                expressions.add("count by (" + values.group(2) + ") (" + values.group(1) + ")");
            }
        }
        return expressions;
    }

    private static JsonNode annotations() throws IOException {
        return new ObjectMapper().readTree(DASHBOARD.toFile()).path("annotations").path("list");
    }

    /** Each query of the dashboard has something to show of this daemon, of which all that can be shown has happened. */
    private static void shown(Prometheus prometheus) throws IOException {
        for (String query : queries()) {
            String asked = query.replaceAll("\\$(connection|pull|company)\\b", ".*").replace("$__rate_interval", "5m");
            assertThat(asked).doesNotContain("$");
            await(query).atMost(Duration.ofSeconds(30))
                    .until(() -> prometheus.values(asked).stream().anyMatch(value -> !value.equals("NaN")));
        }
    }

    private static Iterable<String> expressions(String text, String pattern) {
        var expressions = new TreeSet<String>();
        var found = Pattern.compile(pattern).matcher(text);
        while (found.find()) {
            expressions.add(found.group(1));
        }
        return expressions;
    }

    /** The names of labels, by series. */
    private static Map<String, Set<String>> exported(Daemon daemon) {
        var exported = new TreeMap<String, Set<String>>();
        daemon.get("/q/metrics").body().lines().filter(line -> line.startsWith("nxt_")).forEach(line -> {
            String name = line.replaceFirst("[{ ].*", "");
            var labels = exported.computeIfAbsent(name, each -> new TreeSet<>());
            var label = Pattern.compile("([a-z_]+)=\"").matcher(line);
            while (label.find()) {
                labels.add(label.group(1));
            }
        });
        return exported;
    }

    /** Each line is JSON, and says under the names of the metrics' labels what it is about. */
    private static Set<String> labelsOfTheLog(Daemon daemon) throws IOException {
        var keys = new TreeSet<String>();
        String output = daemon.output();
        // the last line may be written just now
        for (String line : output.substring(0, output.lastIndexOf('\n') + 1).lines().toList()) {
            JsonNode json = new ObjectMapper().readTree(line);
            assertThat(json.path("message").isTextual()).as(line).isTrue();
            json.path("mdc").fieldNames().forEachRemaining(keys::add);
        }
        return keys;
    }

    /** What was recorded of this daemon, for an hour: its trouble is told, and nothing that is not so. */
    private static void evaluated(String metrics, Path directory) throws Exception {
        if (!Promtool.isHere()) {
            return;
        }
        var series = new ArrayList<Map<String, String>>();
        metrics.lines().filter(line -> line.startsWith("nxt_")).forEach(line -> {
            int value = line.lastIndexOf(' ');
            series.add(Map.of("series", line.substring(0, value), "values", line.substring(value + 1) + "x60"));
        });
        var trouble = Map.of("expr",
                "count(ALERTS{alertname='NxtSyncTrouble', code='table_unknown', alertstate='firing'})", "eval_time",
                "30m", "exp_samples", List.of(Map.of("labels", "{}", "value", 1)));
        var absent = Map.of("alertname", "NxtSyncAbsent", "eval_time", "30m", "exp_alerts", List.of());
        var slow = Map.of("expr", "histogram_quantile(0.95, sum by (le) (nxt_request_seconds_bucket)) > bool 0",
                "eval_time", "30m", "exp_samples", List.of(Map.of("labels", "{}", "value", 1)));
        Files.writeString(directory.resolve("recorded.yaml"),
                new Yaml().dump(Map.of("rule_files", List.of("rules.yaml"), "evaluation_interval", "1m", "tests",
                        List.of(Map.of("interval", "1m", "input_series", series, "alert_rule_test", List.of(absent),
                                "promql_expr_test", List.of(trouble, slow))))));
        Promtool.run(directory, "test", "rules", "recorded.yaml");
    }
}
