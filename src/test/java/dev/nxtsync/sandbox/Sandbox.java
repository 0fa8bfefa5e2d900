package dev.nxtsync.sandbox;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;

/** The sandbox on one port of 127.0.0.1: Visma Connect, Business NXT, and the switches below {@code /sandbox}. */
public final class Sandbox implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(8));
    private final Data data;
    private final Faults faults;
    private final Counters counters = new Counters();
    private final Webhooks webhooks;
    private final Writes writes;
    private final BusinessNxt api;
    private final Commits commits;
    private final SandboxOptions options;
    private final Endpoints endpoints;
    private final int port;
    private volatile HttpServer server;
    private final Persons persons;
    private volatile VismaConnect connect;
    private final Random random;
    private volatile boolean still;

    public Sandbox(SandboxOptions options) {
        this.still = options.still();
        this.random = new Random(options.seed());
        this.faults = new Faults(options.faults(), options.seed());
        this.data = new Data(options);
        this.options = options;
        this.webhooks = new Webhooks(vertx, faults, counters, options.seed(), options.webhook());
        this.writes = new Writes(data, faults, counters, webhooks, options.onError());
        this.api = new BusinessNxt(data, faults, counters, options, writes);
        this.commits = new Commits(vertx, data, faults, webhooks, options.seed(), options.timeLimit().toMillis() * 3);
        this.persons = new Persons(options.tokenLifetime(), counters);
        this.endpoints = new Endpoints(vertx, options, faults, counters, random, () -> connect, persons, api,
                new Controls(this, faults, counters));
        this.server = listen(options.port());
        this.port = server.actualPort();
        this.connect = new VismaConnect(url(), options.tokenLifetime(), faults, persons);
        vertx.setPeriodic(500, timer -> live());
        vertx.setPeriodic(1000, timer -> {
            if (faults.isOn("lagging-read")) {
                data.snapshot();
            }
        });
    }

    /** Its base URL, which is also the issuer. */
    public String url() {
        return options.url().isEmpty() ? "http://127.0.0.1:" + port : options.url();
    }

    /** Says from now on that it is to be found at another address, such as that of a front. */
    public void publish(String url) {
        connect = new VismaConnect(url, options.tokenLifetime(), faults, persons);
    }

    /** Every token request is refused with this error from now on; none if it is empty. */
    public void refuseTokensWith(String error) {
        connect.refuseWith(error);
    }

    /** This scope is granted from now on, whatever was asked; what was asked if it is empty. */
    public void grantOnly(String scope) {
        connect.grantOnly(scope);
    }

    /** Secrets of the client from now on, each of which is good. */
    public void secrets(String... good) {
        connect.secrets(Set.of(good));
    }

    /** From now on a refresh brings another refresh token, and consumes the one before, but for a grace period. */
    public void oneTimeTokens(Duration grace) {
        persons.oneTime(grace);
    }

    /** From now on a refresh token is good as long as its grant, as from the start. */
    public void reusedTokens() {
        persons.reused();
    }

    /** The API takes every token for a user's from now on, as where another issuer stands for Visma Connect. */
    public void acceptAnyToken() {
        persons.acceptAny();
    }

    /** What is wrong with ID tokens from now on. */
    public void forge(Forgery what) {
        persons.forge(what);
    }

    /** Signs with another key from now on, which is the only one that is published. */
    public void rotateKey() {
        connect.rotateKey();
    }

    /** Withdraws all that persons have granted, and their tokens with it. */
    public void withdrawGrants() {
        persons.withdrawAll();
    }

    /** Every code and token of persons that was issued, used or not. */
    public List<String> secretsOfPersons() {
        return persons.everIssued();
    }

    /** Takes a refresh token that another sandbox has issued to a person. */
    public void adopt(String person, String refreshToken) {
        persons.adopt(person, refreshToken);
    }

    /** How many refresh tokens would be taken now. */
    public long usableRefreshTokens() {
        return persons.usable();
    }

    /** Requests for tokens whose body has this text are carried out from now on, but not answered, until {@link #release}. */
    public void holdTokensFor(String text) {
        endpoints.tokenAnswers().shut(text);
    }

    /** Nobody listens at its port from now on, and connections end, until {@link #comeBack}. */
    void goAway() {
        await(server.close());
    }

    void comeBack() {
        server = listen(port);
    }

    private HttpServer listen(int where) {
        return await(vertx.createHttpServer().requestHandler(endpoints::handle).listen(where, options.host()));
    }

    public int port() {
        return port;
    }

    public void faults(Map<String, Double> shares) {
        faults.replace(shares);
    }

    /** What a record that is refused does to the others of its request from now on, as {@link SandboxOptions#onError}. */
    public void onError(String what) {
        writes.onError(what);
    }

    /** By when after its arrival a mutation has ended from now on that finishes late. */
    public void latest(Duration until) {
        endpoints.latest(until);
    }

    /** How long each answer takes from now on, beside the work for it. */
    public void latency(Duration each) {
        endpoints.latency(each);
    }

    public long counter(String name) {
        return counters.of(name);
    }

    /** Requests whose body has this text wait from now on, with nothing answered, until {@link #release}. */
    public void holdRequestsWith(String text) {
        endpoints.requests().shut(text);
    }

    /** Requests whose body has this text are answered with an error from now on; none if it is empty. */
    public void refuseRequestsWith(String text) {
        endpoints.refuseRequestsWith(text);
    }

    /** In every answer from now on, the first text stands as the second, as others do already; none if it is empty. */
    public void spoilAnswers(String text, String by) {
        endpoints.spoilAnswers(text, by);
    }

    /** Requests whose body has this text are carried out from now on, but not answered, until {@link #release}. */
    public void holdAnswersTo(String text) {
        endpoints.answers().shut(text);
    }

    /** Headers by which callers told of their traces, as {@code path name: value}. */
    public List<String> traceHeaders() {
        return endpoints.traceHeaders();
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

    /** How many requests were held back so far. */
    public int held() {
        return endpoints.requests().held() + endpoints.answers().held() + endpoints.tokenAnswers().held();
    }

    public void release() {
        endpoints.requests().open();
        endpoints.answers().open();
        endpoints.tokenAnswers().open();
    }

    /** The columns of a table's key, which its schema may not tell; empty if it has none. */
    public static List<String> key(String table) {
        var key = Data.table(table).key();
        return key.contains(TableModel.HIDDEN) ? List.of() : key;
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
        if (random.nextInt(4) > 0) {
            return;
        }
        if (options.wholesaler()) {
            var sale = Data.wholesaler(random.nextLong()).sale(last + 1);
            put(company, "order", sale.order());
            sale.lines().forEach(line -> put(company, "orderLine", line));
        } else {
            put(company, "order", Map.of("orderNo", last + 1, "customerNo", 10_000 + random.nextInt(100), "orderDate",
                    20_261_124, "information1", "new"));
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
