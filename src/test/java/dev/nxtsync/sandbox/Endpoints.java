package dev.nxtsync.sandbox;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;

/** What the sandbox answers to HTTP requests, and which of its faults strike them. */
final class Endpoints {
    private static final Pattern OPERATION = Pattern.compile("\"operationName\":\"(\\w+)\"");
    private static final Pattern TRACE_HEADER = Pattern.compile("(?i)trace.*|b3|x-b3-.*|baggage|.*-trace-id");
    private static final int LARGEST_BODY = 15_000_000;
    private static final String HTML_401 = """
            <html>
            <head><title>401 Authorization Required</title></head>
            <body>
            <center><h1>401 Authorization Required</h1></center>
            <hr><center>nginx</center>
            </body>
            </html>
            """;

    private final Vertx vertx;
    private final SandboxOptions options;
    private final Faults faults;
    private final Counters counters;
    private final Random random;
    private final Supplier<VismaConnect> connect;
    private final BusinessNxt api;
    private final Controls controls;
    private final Packing packing;
    private final Barrier requests = new Barrier();
    private final Barrier answers = new Barrier();
    private final Barrier tokenAnswers = new Barrier();
    private final Persons persons;
    private volatile String refusedText = "";
    private volatile Duration latest;
    private volatile Duration latency = Duration.ofMillis(1);
    private final Map<String, String> spoilt = new ConcurrentHashMap<>();
    private final List<String> traceHeaders = new CopyOnWriteArrayList<>();

    Endpoints(Vertx vertx, SandboxOptions options, Faults faults, Counters counters, Random random,
            Supplier<VismaConnect> connect, Persons persons, BusinessNxt api, Controls controls) {
        this.persons = persons;
        this.vertx = vertx;
        this.options = options;
        this.latest = options.latest();
        this.faults = faults;
        this.counters = counters;
        this.random = random;
        this.connect = connect;
        this.api = api;
        this.controls = controls;
        this.packing = new Packing(options.compression());
    }

    void latest(Duration until) {
        latest = until;
    }

    void latency(Duration each) {
        latency = each;
    }

    /** What requests pass before anything is done for them. */
    Barrier requests() {
        return requests;
    }

    /** What requests that were carried out pass before they are answered. */
    Barrier answers() {
        return answers;
    }

    /** What requests for tokens pass that were carried out before they are answered. */
    Barrier tokenAnswers() {
        return tokenAnswers;
    }

    void spoilAnswers(String text, String by) {
        if (text.isEmpty()) {
            spoilt.clear();
        } else {
            spoilt.put(text, by);
        }
    }

    void refuseRequestsWith(String text) {
        refusedText = text;
    }

    /** Of each header that tells of a trace, the path of its request, its name and its value. */
    List<String> traceHeaders() {
        return traceHeaders;
    }

    void handle(HttpServerRequest request) {
        request.exceptionHandler(gone -> {
        });
        request.headers().forEach(header -> {
            if (TRACE_HEADER.matcher(header.getKey()).matches()) {
                traceHeaders.add(request.path() + " " + header.getKey() + ": " + header.getValue());
            }
        });
        request.body().onSuccess(body -> route(request, body));
    }

    private void route(HttpServerRequest request, Buffer body) {
        String path = request.path();
        boolean post = request.method().equals(HttpMethod.POST);
        if (path.equals("/.well-known/openid-configuration")) {
            json(request, connect.get().discovery());
        } else if (path.equals("/.well-known/openid-configuration/jwks")) {
            json(request, connect.get().keys());
        } else if (path.equals("/connect/token") && post) {
            token(request, body);
        } else if (path.startsWith("/connect/")) {
            person(request, body);
        } else if (path.equals("/api/graphql-service") && post) {
            graphql(request, body,
                    token -> connect.get().accepts(token) ? Optional.of(VismaConnect.CLIENT) : Optional.empty());
        } else if (path.equals("/api/graphql") && post) {
            graphql(request, body, persons::actor);
        } else if (path.startsWith("/sandbox/")) {
            control(request, body);
        } else {
            request.response().setStatusCode(404).end("Not Found");
        }
    }

    private void token(HttpServerRequest request, Buffer body) {
        counters.count("token_requests");
        if (faults.strikes("token-down")) {
            text(request, 503, "text/html", "<html><body><h1>503 Service Unavailable</h1></body></html>");
        } else if (faults.strikes("token-html")) {
            text(request, 200, "text/html", "<html><body>Sign in</body></html>");
        } else {
            long delay = faults.strikes("token-slow") ? 3_000 : 1;
            vertx.setTimer(delay, timer -> {
                var answer = connect.get().token(request.getHeader("Authorization"), request.getHeader("Content-Type"),
                        body.toString());
                if (answer.getStatusCode() == 200) {
                    counters.count("tokens_issued");
                }
                if (faults.strikes("token-lost-answer")) {
                    counters.count("lost_token_answers");
                    request.connection().close();
                    return;
                }
                var unused = tokenAnswers.pass(body.toString()).whenComplete((open, failure) -> vertx.runOnContext(
                        now -> text(request, answer.getStatusCode(), "application/json", spoiled(answer.getBody()))));
            });
        }
    }

    /** An answer with what no token consists of, or with a life that no token has. */
    private String spoiled(String answer) {
        String odd = faults.strikes("token-line-feed")
                ? answer.replaceFirst("(\"access_token\":\"[^\"]{100})", "$1\\\\n")
                : answer;
        return faults.strikes("token-for-ever")
                ? odd.replaceFirst("\"expires_in\":\\d+", "\"expires_in\":" + Long.MAX_VALUE)
                : odd;
    }

    /** What a browser, or a client in a person's name, asks of Visma Connect. */
    private void person(HttpServerRequest request, Buffer body) {
        boolean post = request.method().equals(HttpMethod.POST);
        switch ((post ? "POST " : "GET ") + request.path()) {
            case "GET /connect/authorize" -> {
                counters.count("authorizations");
                var page = new AuthorizePage(pairs(request.query()));
                text(request, page.flaw().isEmpty() ? 200 : 400, "text/html",
                        page.flaw().isEmpty() ? page.form() : AuthorizePage.error(page.flaw()));
            }
            case "POST /connect/authorize/answer" -> {
                var page = new AuthorizePage(pairs(body.toString()));
                var answer = page.answer(persons, connect.get().issuer(), connect.get().reduced());
                if (page.isFormPost()) {
                    text(request, 200, "text/html", page.post(answer));
                } else {
                    request.response().putHeader("Location", page.redirect(answer));
                    text(request, 303, "text/html", "");
                }
            }
            case "GET /connect/userinfo" -> {
                counters.count("userinfo_requests");
                var info = persons.userInfo(token(request));
                text(request, info.isPresent() ? 200 : 401, "application/json",
                        new JsonObject(info.<Map<String, Object>>map(LinkedHashMap::new).orElseGet(LinkedHashMap::new))
                                .encode());
            }
            case "POST /connect/revocation" -> {
                persons.revoke(pairs(body.toString()).getOrDefault("token", ""));
                text(request, 200, "application/json", "");
            }
            case "GET /connect/endsession" -> text(request, 200, "text/html", "<html><body>Signed out</body></html>");
            default -> request.response().setStatusCode(404).end("Not Found");
        }
    }

    private static Map<String, String> pairs(String encoded) {
        var pairs = new LinkedHashMap<String, String>();
        for (String pair : encoded == null ? new String[0] : encoded.split("&", -1)) {
            String[] sides = pair.split("=", 2);
            pairs.put(URLDecoder.decode(sides[0], StandardCharsets.UTF_8),
                    sides.length < 2 ? "" : URLDecoder.decode(sides[1], StandardCharsets.UTF_8));
        }
        return pairs;
    }

    private static String token(HttpServerRequest request) {
        String header = request.getHeader("Authorization");
        return header != null && header.startsWith("Bearer ") ? header.substring(7) : null;
    }

    private void graphql(HttpServerRequest request, Buffer body, Function<String, Optional<String>> actors) {
        counters.count("requests");
        Matcher operation = OPERATION.matcher(body.toString());
        if (operation.find()) {
            counters.count("requests_" + operation.group(1));
        }
        String token = token(request);
        Optional<String> actor = token == null ? Optional.empty() : actors.apply(token);
        request.response().putHeader("x-vbc-traceid", BusinessNxt.traceId());
        if ((token != null && counters.arrived(token) > options.rate()) || faults.strikes("throttle")) {
            counters.count("throttled");
            text(request, 429, "text/plain", "Too Many Requests");
        } else if (actor.isEmpty() || faults.strikes("html-401")) {
            counters.count("unauthorized");
            text(request, 401, "text/html", HTML_401);
        } else if (faults.strikes("5xx")) {
            text(request, 502, "text/html", "<html><body><h1>502 Bad Gateway</h1></body></html>");
        } else if (body.length() > LARGEST_BODY) {
            text(request, 413, "text/html", "<html><body><h1>413 Request Entity Too Large</h1></body></html>");
        } else {
            var turn = requests.pass(body.toString());
            boolean mutates = body.toString().contains("\"query\":\"mutation");
            if (mutates && faults.strikes("late-finish")) {
                finishLate(request, body, actor.get());
                return;
            }
            long needed = faults.strikes("slow") ? 500 + random.nextInt(1500) : latency.toMillis();
            long limit = options.timeLimit().toMillis();
            var unused = turn.whenComplete((open, failure) -> vertx.setTimer(Math.min(needed, limit),
                    timer -> execute(request, body, actor.get(), needed > limit)));
            if (mutates && needed > limit) {
                vertx.setTimer(needed, timer -> carryOut(body, actor.get()));
            }
        }
    }

    /** The client is told of a time-out, and the mutation is carried out all the same: at any time until the latest. */
    private void finishLate(HttpServerRequest request, Buffer body, String actor) {
        long limit = options.timeLimit().toMillis();
        long until = latest.toMillis();
        long earliest = until > limit * 2 ? limit : 1;
        counters.count("finished_late");
        vertx.setTimer(limit, timer -> execute(request, body, actor, true));
        vertx.setTimer(earliest + random.nextInt((int) Math.max(1, until - earliest)), timer -> carryOut(body, actor));
    }

    /** Without anybody who waits for the answer. */
    private void carryOut(Buffer body, String actor) {
        vertx.executeBlocking(
                (Callable<BusinessNxt.Answer>) () -> api.answer(body.toString(), BusinessNxt.traceId(), actor), false)
                .onSuccess(answer -> answer.slots().forEach(slot -> {
                    counters.left(slot);
                    counters.ended(slot);
                }));
    }

    private void execute(HttpServerRequest request, Buffer body, String actor, boolean late) {
        vertx.executeBlocking((Callable<BusinessNxt.Answer>) () -> {
            String traceId = BusinessNxt.traceId();
            if (late) {
                return new BusinessNxt.Answer(BusinessNxt.timedOut(traceId), List.of());
            }
            if (!refusedText.isEmpty() && body.toString().contains(refusedText)) {
                return new BusinessNxt.Answer(BusinessNxt.failed("Error: The row cannot be read.", traceId), List.of());
            }
            return faults.strikes("busy")
                    ? new BusinessNxt.Answer(BusinessNxt.outstandingLimit(traceId), List.of())
                    : api.answer(body.toString(), traceId, actor);
        }, false).onSuccess(answer -> {
            var unused = answers.pass(body.toString())
                    .whenComplete((open, failure) -> vertx.runOnContext(now -> send(request, answer)));
        }).onFailure(failed -> text(request, 500, "text/plain", "Internal Server Error"));
    }

    private void send(HttpServerRequest request, BusinessNxt.Answer answer) {
        // a column of the table product, as of a schema that was meddled with
        Buffer json = faults.strikes("odd-name")
                ? Buffer.buffer(answer.json().toString().replace("\"stockBalance\"", "\"stockBalance } } x: y {\""))
                : answer.json();
        for (var instead : spoilt.entrySet()) {
            json = Buffer.buffer(json.toString().replace(instead.getKey(), instead.getValue()));
        }
        answer.slots().forEach(counters::left);
        if (faults.strikes("lost-answer")) {
            request.connection().close();
            vertx.setTimer(options.slotHold().toMillis(), timer -> answer.slots().forEach(counters::ended));
            return;
        }
        answer.slots().forEach(counters::ended);
        String encoding = packing.of(request.getHeader("Accept-Encoding"));
        Buffer packed = packing.pack(json, encoding);
        counters.count("bytes", packed.length());
        if (!encoding.isEmpty()) {
            request.response().putHeader("Content-Encoding", encoding);
        }
        request.response().putHeader("Content-Type", "application/json");
        if (faults.strikes("cut-body")) {
            request.response().putHeader("Content-Length", Integer.toString(packed.length()));
            request.response().write(packed.slice(0, packed.length() / 2))
                    .onComplete(written -> request.connection().close());
        } else {
            request.response().end(packed);
        }
    }

    private void control(HttpServerRequest request, Buffer body) {
        vertx.executeBlocking(() -> controls.answer(request.method().name(), request.path(), body.toString()), false)
                .onSuccess(answer -> json(request, answer))
                .onFailure(failed -> text(request, 400, "text/plain", failed.getMessage() + "\n"));
    }

    private static void json(HttpServerRequest request, String body) {
        text(request, 200, "application/json", body);
    }

    private static void text(HttpServerRequest request, int status, String type, String body) {
        if (!request.response().closed() && !request.response().ended()) {
            request.response().setStatusCode(status).putHeader("Content-Type", type).end(body == null ? "" : body);
        }
    }
}
