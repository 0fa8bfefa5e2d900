package dev.nxtsync.sandbox;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;

/** The sandbox on one port of 127.0.0.1: Visma Connect, Business NXT, and the switches below {@code /sandbox}. */
public final class Sandbox implements AutoCloseable {
    private static final Pattern OPERATION = Pattern.compile("\"operationName\":\"(\\w+)\"");
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

    private final SandboxOptions options;
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(8));
    private final Data data;
    private final Faults faults;
    private final Counters counters = new Counters();
    private final Controls controls;
    private final Webhooks webhooks;
    private final Writes writes;
    private final BusinessNxt api;
    private final Commits commits;
    private final Packing packing;
    private final HttpServer server;
    private volatile VismaConnect connect;
    private final Random random;
    private volatile boolean still;
    private volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);
    private volatile String heldText = "";
    private volatile String refusedText = "";
    private volatile CompletableFuture<Void> answerGate = CompletableFuture.completedFuture(null);
    private volatile String heldAnswer = "";
    private final AtomicInteger held = new AtomicInteger();

    public Sandbox(SandboxOptions options) {
        this.options = options;
        this.still = options.still();
        this.random = new Random(options.seed());
        this.faults = new Faults(options.faults(), options.seed());
        this.data = new Data(options);
        this.controls = new Controls(this, faults, counters);
        this.webhooks = new Webhooks(vertx, faults, counters, options.seed(), options.webhook());
        this.writes = new Writes(data, faults, counters, webhooks, options.onError(), "isv_demo");
        this.api = new BusinessNxt(data, faults, counters, options.stamps(), writes);
        this.commits = new Commits(vertx, data, faults, webhooks, options.seed(), options.timeLimit().toMillis() * 3);
        this.packing = new Packing(options.compression());
        this.server = await(vertx.createHttpServer().requestHandler(this::handle).listen(options.port(), "127.0.0.1"));
        this.connect = new VismaConnect(url(), options.tokenLifetime(), faults);
        vertx.setPeriodic(500, timer -> live());
        vertx.setPeriodic(1000, timer -> {
            if (faults.isOn("lagging-read")) {
                data.snapshot();
            }
        });
    }

    /** Its base URL, which is also the issuer. */
    public String url() {
        return "http://127.0.0.1:" + server.actualPort();
    }

    /** Says from now on that it is to be found at another address, such as that of a front. */
    public void publish(String url) {
        connect = new VismaConnect(url, options.tokenLifetime(), faults);
    }

    /** Every token request is refused with this error from now on; none if it is empty. */
    public void refuseTokensWith(String error) {
        connect.refuseWith(error);
    }

    /** This scope is granted from now on, whatever was asked; what was asked if it is empty. */
    public void grantOnly(String scope) {
        connect.grantOnly(scope);
    }

    public int port() {
        return server.actualPort();
    }

    public void faults(Map<String, Double> shares) {
        faults.replace(shares);
    }

    public long counter(String name) {
        return counters.of(name);
    }

    /** Requests whose body has this text wait from now on, with nothing answered, until {@link #release}. */
    public void holdRequestsWith(String text) {
        heldText = text;
        gate = new CompletableFuture<>();
    }

    /** Requests whose body has this text are answered with an error from now on; none if it is empty. */
    public void refuseRequestsWith(String text) {
        refusedText = text;
    }

    /** Requests whose body has this text are carried out from now on, but not answered, until {@link #release}. */
    public void holdAnswersTo(String text) {
        heldAnswer = text;
        answerGate = new CompletableFuture<>();
    }

    /** How many rows of a company's table there are with each value of a column. */
    public Map<String, Integer> count(int company, String table, String column) {
        return writes.count(company, Data.table(table), column);
    }

    /** In which order the columns of a row were assigned when a mutation last wrote it. */
    public List<String> assigned(int company, String table, Object... key) {
        return writes.assigned(company, Data.table(table), new Key(List.of(key)));
    }

    /** Every token that was issued in the last minute. */
    public List<String> tokens() {
        return connect.tokens();
    }

    /** How many requests wait. */
    public int held() {
        return held.get();
    }

    public void release() {
        gate.complete(null);
        answerGate.complete(null);
    }

    /** The truth about a table, by column. */
    public List<Map<String, Object>> rows(int owner, String table) {
        return truth(owner, table).stream().map(Sandbox::members).toList();
    }

    List<Row> truth(int owner, String table) {
        return data.all(owner, table).stream().map(api::poisoned).toList();
    }

    public void put(int owner, String table, Map<String, Object> values) {
        commits.put(owner, Data.table(table), values);
    }

    /** Sends events of changes to an address from now on, or nowhere if it is empty, signed with a key. */
    public void webhook(String url, String key) {
        var before = webhooks.subscription();
        webhooks.subscribe(new Webhooks.Subscription(url, key, before.attempts(), before.interval()));
    }

    /** Sends an event about any row, be there such a change or not. */
    public void event(int owner, String table, Map<String, Object> key, String event) {
        webhooks.changed(owner, Data.table(table), Data.key(Data.table(table), key), event, "somebody");
    }

    /** An event as it would be sent, which is not. */
    public byte[] eventBody(int owner, String table, Map<String, Object> key, String event) {
        return webhooks.body(owner, Data.table(table), Data.key(Data.table(table), key), event, "somebody");
    }

    /** The headers of an event. */
    public static Map<String, String> eventHeaders(byte[] body, String key) {
        return Webhooks.headers(body, UUID.randomUUID().toString(), key);
    }

    /** The bodies of the latest 20,000 events, oldest first. */
    public List<byte[]> events() {
        return webhooks.bodies();
    }

    /** How many events are still to be sent. */
    public int pendingEvents() {
        return webhooks.pending();
    }

    /** How many transactions of others are open. */
    public int pendingCommits() {
        return commits.pending();
    }

    /** Takes the client's access to a company away, or gives it back. */
    public void grant(int company, boolean granted) {
        api.grant(company, granted);
    }

    /** Whether listings of keys end early and say that they are whole. */
    public void truncateListings(boolean value) {
        api.truncateListings(value);
    }

    /** Whether a company is among those that the client sees. */
    public void list(int company, boolean listed) {
        api.list(company, listed);
    }

    /** Whether the client sees any customer. */
    public void listCustomers(boolean listed) {
        api.listCustomers(listed);
    }

    public void delete(int owner, String table, Map<String, Object> key) {
        commits.delete(owner, Data.table(table), key);
    }

    public void clear(int owner, String table) {
        data.rows(owner, table).clear();
    }

    @Override
    public void close() {
        release();
        await(vertx.close());
    }

    private void handle(HttpServerRequest request) {
        request.exceptionHandler(gone -> {
        });
        request.body().onSuccess(body -> route(request, body));
    }

    private void route(HttpServerRequest request, Buffer body) {
        String path = request.path();
        boolean post = request.method().equals(HttpMethod.POST);
        if (path.equals("/.well-known/openid-configuration")) {
            json(request, connect.discovery());
        } else if (path.equals("/.well-known/openid-configuration/jwks")) {
            json(request, connect.keys());
        } else if (path.equals("/connect/token") && post) {
            token(request, body);
        } else if (path.equals("/api/graphql-service") && post) {
            graphql(request, body);
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
                var answer = connect.token(request.getHeader("Authorization"), request.getHeader("Content-Type"),
                        body.toString());
                if (answer.getStatusCode() == 200) {
                    counters.count("tokens_issued");
                }
                text(request, answer.getStatusCode(), "application/json", answer.getBody());
            });
        }
    }

    private void graphql(HttpServerRequest request, Buffer body) {
        counters.count("requests");
        Matcher operation = OPERATION.matcher(body.toString());
        if (operation.find()) {
            counters.count("requests_" + operation.group(1));
        }
        String header = request.getHeader("Authorization");
        String token = header != null && header.startsWith("Bearer ") ? header.substring(7) : null;
        request.response().putHeader("x-vbc-traceid", BusinessNxt.traceId());
        if ((token != null && counters.arrived(token) > options.rate()) || faults.strikes("throttle")) {
            counters.count("throttled");
            text(request, 429, "text/plain", "Too Many Requests");
        } else if (!connect.accepts(token) || faults.strikes("html-401")) {
            counters.count("unauthorized");
            text(request, 401, "text/html", HTML_401);
        } else if (faults.strikes("5xx")) {
            text(request, 502, "text/html", "<html><body><h1>502 Bad Gateway</h1></body></html>");
        } else if (body.length() > LARGEST_BODY) {
            text(request, 413, "text/html", "<html><body><h1>413 Request Entity Too Large</h1></body></html>");
        } else {
            boolean hold = !gate.isDone() && body.toString().contains(heldText);
            if (hold) {
                held.incrementAndGet();
            }
            boolean mutates = body.toString().contains("\"query\":\"mutation");
            if (mutates && faults.strikes("late-finish")) {
                finishLate(request, body);
                return;
            }
            long needed = faults.strikes("slow") ? 500 + random.nextInt(1500) : 1;
            long limit = options.timeLimit().toMillis();
            var unused = (hold ? gate : CompletableFuture.<Void>completedFuture(null)).whenComplete(
                    (open, failure) -> vertx.setTimer(Math.min(needed, limit),
                            timer -> execute(request, body, needed > limit)));
            if (mutates && needed > limit) {
                vertx.setTimer(needed, timer -> carryOut(body));
            }
        }
    }

    /** The client is told of a time-out, and the mutation is carried out all the same: at any time until the latest. */
    private void finishLate(HttpServerRequest request, Buffer body) {
        long limit = options.timeLimit().toMillis();
        long latest = options.latest().toMillis();
        long earliest = latest > limit * 2 ? limit : 1;
        counters.count("finished_late");
        vertx.setTimer(limit, timer -> execute(request, body, true));
        vertx.setTimer(earliest + random.nextInt((int) Math.max(1, latest - earliest)), timer -> carryOut(body));
    }

    /** Without anybody who waits for the answer. */
    private void carryOut(Buffer body) {
        vertx.executeBlocking((Callable<BusinessNxt.Answer>) () -> api.answer(body.toString(), BusinessNxt.traceId()),
                false).onSuccess(answer -> answer.slots().forEach(slot -> {
                    counters.left(slot);
                    counters.ended(slot);
                }));
    }

    private void execute(HttpServerRequest request, Buffer body, boolean late) {
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
                    : api.answer(body.toString(), traceId);
        }, false).onSuccess(answer -> {
            boolean hold = !answerGate.isDone() && body.toString().contains(heldAnswer);
            if (hold) {
                held.incrementAndGet();
            }
            var unused = (hold ? answerGate : CompletableFuture.<Void>completedFuture(null))
                    .whenComplete((open, failure) -> vertx.runOnContext(now -> send(request, answer)));
        })
                .onFailure(failed -> text(request, 500, "text/plain", "Internal Server Error"));
    }

    private void send(HttpServerRequest request, BusinessNxt.Answer answer) {
        Buffer json = answer.json();
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

    void still(boolean value) {
        still = value;
    }

    /** Columns with the values that the API shows, and the companions that are scalars. */
    private static Map<String, Object> members(Row row) {
        var members = new LinkedHashMap<String, Object>();
        for (ColumnModel column : row.table().columns()) {
            members.put(column.name(), row.get(column));
            if (!column.kind().suffix.isEmpty() && column.kind() != ColumnModel.Kind.FLAGS) {
                members.put(column.companion(), row.companion(column));
            }
        }
        return members;
    }

    /** A little life: some orders change, and one is new now and then. */
    private void live() {
        if (still) {
            return;
        }
        int company = 5_280_001 + random.nextInt(data.companies().size());
        var orders = data.rows(company, "order");
        int last = orders.isEmpty() ? 0 : (Integer) orders.lastKey().values().get(0);
        for (int i = 0; i < 3; i++) {
            int number = last > 0 ? 1 + random.nextInt(last) : 0;
            if (orders.containsKey(new Key(List.of(number)))) {
                put(company, "order", Map.of("orderNo", number, "information1", "changed at " + Row.now(),
                        "changedByUser", "somebody"));
            }
        }
        if (random.nextInt(4) == 0) {
            put(company, "order", Map.of("orderNo", last + 1, "customerNo", 10_000 + random.nextInt(100), "orderDate",
                    20_261_124, "information1", "new"));
        }
    }

    private static void json(HttpServerRequest request, String body) {
        text(request, 200, "application/json", body);
    }

    private static void text(HttpServerRequest request, int status, String type, String body) {
        if (!request.response().closed() && !request.response().ended()) {
            request.response().setStatusCode(status).putHeader("Content-Type", type).end(body == null ? "" : body);
        }
    }

    private static <T> T await(io.vertx.core.Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("the sandbox could not start or stop", e);
        }
    }
}
