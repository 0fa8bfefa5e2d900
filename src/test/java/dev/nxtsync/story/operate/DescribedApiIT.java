package dev.nxtsync.story.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.story.Hooks;
import dev.nxtsync.story.SignIns;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.DescribedApi;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.support.Wire;

/** What the description of the HTTP API tells programs is what the daemon answers. */
@Tag("operate")
class DescribedApiIT {
    private static final String KEY = "X-Api-Key: " + Daemon.OPERATOR;
    private static final String ROW = "{\"key\": \"k\", \"payload\": {\"customerNo\": 1}, \"company\": " + Hooks.COMPANY
            + "}";
    /** What takes minutes, or a fault of ours, to see. */
    private static final Set<String> NOT_SEEN_HERE = Set.of("408", "500");

    private final DescribedApi api = new DescribedApi();
    private final Map<String, Set<String>> seen = new TreeMap<>();

    @Test
    void eachAnswerIsAsTheDescriptionSaysAndEachStatusOfTheApiIsMet() {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SignIns.options(Duration.ofHours(1)));
                var daemon = pushing(SignIns.daemon(sandbox, database)).with("NXT_WEBHOOK_KEYS", Hooks.KEY).start()) {
            daemon.awaitReady();
            int port = port(daemon);
            whatAnybodyMayMeet(port);
            ask(port, "POST", "/api/connections/{name}/sign-in", "main", KEY);
            SignIns.signIn(daemon);
            SignIns.awaitRows(database, sandbox);
            pushes(port);
            for (String order : List.of("run", "pause", "resume")) {
                ask(port, "POST", "/api/pulls/{name}/" + order, "orders", KEY);
                ask(port, "POST", "/api/pulls/{name}/" + order, "nothing", KEY);
            }
            ask(port, "GET", "/api/status", "", KEY);
            webhooks(port, sandbox);
            browsers(port, daemon);
            for (String method : List.of("POST", "DELETE")) {
                ask(port, method, "/api/connections/{name}/sign-in", "nobody", KEY);
            }
            ask(port, "DELETE", "/api/connections/{name}/sign-in", "main", KEY);
            assertThat(DescribedApi.tree(daemon.get("/q/openapi").body())).as("what programs are told")
                    .isEqualTo(api.root());
            assertThat(daemon.getMain("/q/openapi").status()).as("strangers are told nothing").isEqualTo(404);
        }
        try (var daemon = pushing(Daemon.alone()).with("NXT_OPERATOR_KEY", Daemon.OPERATOR)
                .with("NXT_PULLS_ORDERS_TABLE", "order").with("NXT_CONNECTIONS_PERSON_KIND", "user")
                .with("NXT_CONNECTIONS_PERSON_CLIENT_ID", "isv_demo").with("NXT_CONNECTIONS_PERSON_CLIENT_SECRET", "x")
                .with("NXT_PUBLIC_URL", "http://127.0.0.1:8080").with("NXT_ENCRYPTION_KEY", SignIns.KEY).start()) {
            await().atMost(Duration.ofSeconds(40)).until(() -> daemon.get("/q/health/started").status() == 200);
            withoutADatabase(port(daemon));
        }
        for (String operation : operations()) {
            String[] words = operation.split(" ", 2);
            var expected = new TreeSet<>(api.statuses(words[0], words[1]));
            expected.removeAll(NOT_SEEN_HERE);
            if (words[1].equals("/api/status")) {
                // it needs no database, so that nothing makes it wait
                expected.remove("503");
            }
            assertThat(seen.get(operation)).as(operation).isEqualTo(expected);
        }
    }

    private static Daemon.Builder pushing(Daemon.Builder daemon) {
        return daemon.with("NXT_PUSHES_ORDERS_TABLE", "order").with("NXT_PUSHES_ORDERS_KEY_COLUMN", "yourReference");
    }

    private static int port(Daemon daemon) {
        return URI.create(daemon.mainUrl()).getPort();
    }

    /** Those of {@code /api}, as {@code POST /api/pushes/{name}}. */
    private List<String> operations() {
        var operations = new ArrayList<String>();
        api.root().path("paths").properties().forEach(path -> path.getValue().fieldNames().forEachRemaining(word -> {
            if (path.getKey().startsWith("/api/") && !word.equals("parameters")) {
                operations.add(word.toUpperCase(Locale.ROOT) + " " + path.getKey());
            }
        }));
        return operations;
    }

    private void whatAnybodyMayMeet(int port) {
        for (String operation : operations()) {
            String method = operation.split(" ", 2)[0];
            String path = operation.split(" ", 2)[1];
            ask(port, method, path, "orders");
            ask(port, method, path, "orders", KEY, "Content-Length: 99999999");
            ask(port, method, path, "orders?q=%zz", KEY);
            ask(port, method, path, "orders?q=" + "x".repeat(5_000), KEY);
            ask(port, method, path, "orders", KEY, "X: " + "x".repeat(9_000));
        }
    }

    private void pushes(int port) {
        String push = "/api/pushes/{name}";
        String row = push + "/{key}";
        for (String body : List.of(ROW, ROW, ROW.replace(" ", ""), "{}")) {
            send(port, push, "orders", body, KEY);
        }
        ask(port, "POST", push, "nothing", KEY);
        ask(port, "GET", row, "orders/k", KEY);
        ask(port, "GET", row, "orders/never", KEY);
    }

    private void webhooks(int port, Sandbox sandbox) {
        String path = "/webhooks/visma-connect";
        byte[] event = sandbox.eventBody(Hooks.COMPANY, "order", Map.of("orderNo", 1), "UPDATE");
        for (byte[] body : List.of(event, "{}".getBytes(StandardCharsets.UTF_8))) {
            var headers = Sandbox.eventHeaders(body, Hooks.KEY).entrySet().stream()
                    .map(each -> each.getKey() + ": " + each.getValue()).toArray(String[]::new);
            send(port, path, "", new String(body, StandardCharsets.UTF_8), headers);
            ask(port, "POST", path, "", add(headers, "Content-Length: 999999"));
        }
        ask(port, "POST", path, "");
        assertThat(seen.get("POST " + path)).containsExactly("202", "400", "401", "413");
    }

    private void browsers(int port, Daemon daemon) {
        String link = SignIns.link(daemon);
        String secret = link.substring(link.lastIndexOf('/') + 1);
        String follow = "/connections/{name}/sign-in/{link}";
        ask(port, "HEAD", follow, "main/" + secret);
        ask(port, "GET", follow, "main/" + secret, "Sec-Purpose: prefetch");
        ask(port, "GET", follow, "main/" + secret);
        ask(port, "GET", follow, "main/" + secret);
        ask(port, "GET", follow, "nobody/" + secret);
        assertThat(seen.get("GET " + follow)).containsExactly("204", "303", "400", "404");
        for (String name : List.of("main", "nobody")) {
            ask(port, "GET", "/connections/{name}/callback", name);
            ask(port, "POST", "/connections/{name}/callback", name, "Content-Length: 0");
            ask(port, "GET", "/connections/{name}/signed-in", name);
        }
    }

    private void withoutADatabase(int port) {
        send(port, "/api/pushes/{name}", "orders", ROW, KEY);
        ask(port, "GET", "/api/pushes/{name}/{key}", "orders/k", KEY);
        ask(port, "GET", "/api/status", "", KEY);
        for (String order : List.of("run", "pause", "resume")) {
            ask(port, "POST", "/api/pulls/{name}/" + order, "orders", KEY);
        }
        for (String method : List.of("POST", "DELETE")) {
            ask(port, method, "/api/connections/{name}/sign-in", "person", KEY);
        }
        ask(port, "GET", "/connections/{name}/sign-in/{link}", "person/x");
    }

    private void send(int port, String path, String names, String body, String... headers) {
        ask(port, "POST", path, names, body, add(headers, "Content-Length: " + body.length()));
    }

    private void ask(int port, String method, String path, String names, String... headers) {
        ask(port, method, path, names, "", headers);
    }

    /** @param names in the place of the parameters, with what follows them */
    private void ask(int port, String method, String path, String names, String body, String[] headers) {
        String rest = names.replaceFirst("^[^/?]*/?[^/?]*", "");
        String[] parameters = names.replaceFirst("[?].*", "").split("/", -1);
        String address = path.replaceFirst("\\{name}", parameters[0]).replaceFirst("\\{\\w+}",
                parameters[parameters.length - 1]) + rest;
        try (var wire = Wire.to(port)) {
            var answer = wire.head(add(new String[]{method + " " + address + " HTTP/1.1"}, headers)).send(body)
                    .answer();
            assertThat(api.flaws(method, path, answer)).as("%s %s: %s", method, path, answer).isEmpty();
            seen.computeIfAbsent(method + " " + path, none -> new TreeSet<>()).add(Integer.toString(answer.status()));
        }
    }

    private static String[] add(String[] some, String... more) {
        var all = new ArrayList<>(Arrays.asList(some));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }
}
