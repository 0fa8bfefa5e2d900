package dev.nxtsync.bench;

import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

/** Measures pushes beside a client that posts one record after the other, without looking, marking or settling anything. */
final class Pushing {
    private static final int COMPANY = 5_280_001;
    private static final String ONE = "{\"query\":\"mutation one($c: Int!, $v: [Order_Input!]!) { useCompany(no: $c) { order_create(values: $v) "
            + "{ affectedRows items { orderNo yourReference } } } }\",\"variables\":{\"c\":" + COMPANY
            + ",\"v\":[{\"customerNo\":1,\"information1\":\"benchmark\",\"yourReference\":\"%s\"}]}}";

    private Pushing() {}

    /** @param grouped in how many groups; 0 for rows without one */
    static void measure(int rows, int grouped, int rounds) throws Exception {
        System.out.printf("%nPush of %,d orders, %s%n", rows,
                grouped == 0 ? "without groups" : "in " + grouped + " groups");
        List<Double> speeds = new ArrayList<>();
        List<Double> requests = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withRate(1_000_000)
                    .withRows(Map.of("order", 0, "orderLine", 0)).withTokenLifetime(Duration.ofHours(1)))) {
                double reference = oneByOne(sandbox, rows / 4);
                long before = sandbox.counter("requests");
                double speed = pushed(sandbox, rows, grouped);
                speeds.add(speed);
                requests.add((sandbox.counter("requests") - before) / (double) rows);
                ratios.add(speed / reference);
                System.out.printf(Locale.ROOT,
                        "  pushes/s %8.0f, requests per push %.4f, one by one %6.0f/s with 1 request each%n", speed,
                        requests.get(i), reference);
            }
        }
        System.out.printf(Locale.ROOT,
                "  median: %.0f pushes/s, %.4f requests per push, %.1f times as fast as one by one; within 540 requests a "
                        + "minute %.0f pushes/s beside 9%n",
                median(speeds), median(requests), median(ratios), 9 / median(requests));
    }

    private static double pushed(Sandbox sandbox, int rows, int grouped) {
        var database = TestDatabase.create();
        try (var daemon = Daemon.on(sandbox.url(), database).with("NXT_PUSHES_ORDERS_TABLE", "order")
                .with("NXT_PUSHES_ORDERS_COMPANY", COMPANY).with("NXT_PUSHES_ORDERS_KEY_COLUMN", "yourReference")
                .with("NXT_BUDGET_REQUESTS_PER_MINUTE", 600).jvm("-Xmx96m").start()) {
            await().atMost(Duration.ofMinutes(1)).until(() -> sandbox.counter("requests_types") > 2);
            long from = System.nanoTime();
            database.execute(
                    "select nxt_sync.push('orders', 'k' || i, '{\"customerNo\": 1, \"information1\": \"benchmark\"}', grp => "
                            + (grouped == 0 ? "null" : "'g' || i % " + grouped) + ") from generate_series(1, " + rows
                            + ") i");
            await().atMost(Duration.ofMinutes(10)).pollInterval(Duration.ofMillis(50))
                    .until(() -> database.number("select count(*) from nxt_sync.outbox where state = 'done'") == rows);
            double seconds = (System.nanoTime() - from) / 1e9;
            System.out.printf(Locale.ROOT, "  resident memory %d MB, ", daemon.residentMemory() / 1_000_000);
            return rows / seconds;
        }
    }

    private static double oneByOne(Sandbox sandbox, int rows) throws Exception {
        var http = HttpClient.newHttpClient();
        var token = http.send(HttpRequest.newBuilder(URI.create(sandbox.url() + "/connect/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers
                        .ofString("grant_type=client_credentials&client_id=isv_demo&client_secret="
                                + "demo%2Bsecret%25%2F%3A1&scope=business-graphql-service-api%3Aaccess-group-based"))
                .build(), BodyHandlers.ofString()).body().replaceAll(".*\"access_token\"\\s*:\\s*\"([^\"]+)\".*", "$1");
        long from = System.nanoTime();
        for (int i = 0; i < rows; i++) {
            var answer = http.send(HttpRequest.newBuilder(URI.create(sandbox.url() + "/api/graphql-service"))
                    .header("Authorization", "Bearer " + token).header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(String.format(Locale.ROOT, ONE, "one" + i))).build(),
                    BodyHandlers.ofString());
            if (!answer.body().contains("\"affectedRows\":1")) {
                throw new IllegalStateException(answer.body());
            }
        }
        return rows / ((System.nanoTime() - from) / 1e9);
    }

    private static double median(List<Double> values) {
        var sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }
}
