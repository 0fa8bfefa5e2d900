package dev.nxtsync.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * One large table of one company, {@code order}, whose pages are made by little more than a copy in memory: what is measured
 * against it is the client. It has a key, columns of every kind in turn, and a change stamp, which is later where rows were
 * changed.
 */
public final class MemoryServer implements AutoCloseable {
    public static final int COMPANY = 5_280_001;
    private static final int FIRST_KEY = 10_000_001;
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
    /** Of rows that have not been changed. */
    private static final String FIRST_STAMP = "2025-06-01 12:45:33.1234567";
    /** Of the row that was changed last, and is gone. */
    private static final String LAST_STAMP = "2026-01-01 00:00:00.0000000";
    private static final LocalDateTime FIRST_CHANGE = LocalDateTime.parse("2026-02-01T00:00:00");
    private static final Pattern AFTER = Pattern.compile("\"orderNo\":\\{\"_gt\":(\\d+)\\}");
    private static final Pattern FIRST = Pattern.compile("\"orderNo\":\\{\"_gte\":(\\d+)\\}");
    private static final Pattern BEFORE = Pattern.compile("\"orderNo\":\\{\"_lt\":(\\d+)\\}");
    private static final Pattern FROM = Pattern.compile("\"changedTimestamp\":\\{\"(_gte?)\":\"([^\"]+)\"\\}");
    private static final Pattern UPPER = Pattern.compile("\"changedTimestamp\":\\{\"_lte\":\"([^\"]+)\"\\}");

    private final int rows;
    private final int columns;
    private final Duration latency;
    private final Packing packing;
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(4));
    private final HttpServer server;
    private final VismaConnect connect;
    private final Counters counters = new Counters();
    private final Map<String, byte[]> templates = new ConcurrentHashMap<>();
    private volatile int changed;
    private volatile int generation;
    private volatile long firstPageAt;

    /**
     * @param columns of the table, at least 4
     * @param compression {@code br}, {@code gzip} or {@code none}
     */
    public MemoryServer(int rows, int columns, Duration latency, String compression) throws Exception {
        this.rows = rows;
        this.columns = columns;
        this.latency = latency;
        this.packing = new Packing(compression);
        this.server = vertx.createHttpServer().requestHandler(this::handle).listen(0, "127.0.0.1").toCompletionStage()
                .toCompletableFuture().get(30, TimeUnit.SECONDS);
        this.connect = new VismaConnect(url(), Duration.ofHours(1), new Faults(Map.of(), 1),
                new Persons(Duration.ofHours(1), new Counters()));
    }

    public String url() {
        return "http://127.0.0.1:" + server.actualPort();
    }

    public long counter(String name) {
        return counters.of(name);
    }

    /** When the first page of a load was asked for, as {@link System#nanoTime}. */
    public long firstPageAt() {
        return firstPageAt;
    }

    /** Changes so many rows, evenly spread, one a second by the server's clock. */
    public synchronized void change(int count) {
        generation = generation + 1;
        changed = count;
        templates.clear();
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** How long it has itself worked on pages and handed them to the network, in seconds, latency apart. */
    public double ownSeconds() {
        return counters.of("own_nanos") / 1e9;
    }

    private void handle(HttpServerRequest request) {
        long from = System.nanoTime();
        request.body().onSuccess(body -> vertx.executeBlocking((Callable<Buffer>) () -> answer(request, body), false)
                .onSuccess(answer -> {
                    boolean isPage = answer.length() > 5_000;
                    counters.count("own_nanos", isPage ? System.nanoTime() - from : 0);
                    if (isPage && !latency.isZero()) {
                        vertx.setTimer(latency.toMillis(), timer -> send(request, answer));
                    } else {
                        send(request, answer);
                    }
                }).onFailure(failed -> request.response().setStatusCode(500).end(String.valueOf(failed))));
    }

    private void send(HttpServerRequest request, Buffer answer) {
        String encoding = request.path().startsWith("/api/") ? packing.of(request.getHeader("Accept-Encoding")) : "";
        long from = System.nanoTime();
        Buffer packed = packing.pack(answer, encoding);
        counters.count("bytes", packed.length());
        if (!encoding.isEmpty()) {
            request.response().putHeader("Content-Encoding", encoding);
        }
        request.response().putHeader("Content-Type", "application/json").end(packed).onComplete(
                sent -> counters.count("own_nanos", packed.length() > 5_000 ? System.nanoTime() - from : 0));
    }

    private Buffer answer(HttpServerRequest request, Buffer body) throws IOException {
        if (request.path().startsWith("/.well-known/")) {
            return Buffer.buffer(connect.discovery());
        }
        if (request.path().equals("/connect/token")) {
            return Buffer.buffer(connect
                    .token(request.getHeader("Authorization"), request.getHeader("Content-Type"), body.toString())
                    .getBody());
        }
        counters.count("requests");
        JsonNode question = BusinessNxt.JSON.readTree(body.getBytes());
        String operation = question.path("operationName").asText();
        JsonNode variables = question.path("variables");
        String document = question.path("query").asText();
        return switch (operation) {
            case "introspect" -> Buffer.buffer(introspection(variables));
            case "customers" -> Buffer.buffer(
                    "{\"data\":{\"all\":{\"totalCount\":1,\"items\":[{\"name\":\"C\",\"vismaNetCustomerId\":1}]}}}");
            case "companies" ->
                Buffer.buffer("{\"data\":{\"all\":{\"totalCount\":1,\"items\":[{\"name\":\"C\",\"vismaNetCompanyId\":"
                        + COMPANY + ",\"vismaNetCustomerId\":1}]}}}");
            case "poll" -> changes(document, variables);
            case "settle_order" -> some(variables);
            default -> table(operation, document, variables);
        };
    }

    private String introspection(JsonNode variables) {
        var fields = new StringBuilder();
        for (int i = 0; i < columns; i++) {
            fields.append(i == 0 ? "" : ",").append(described(column(i), kind(i).scalar));
            if (!kind(i).companion.isEmpty()) {
                fields.append(',').append(described(column(i) + kind(i).companion, kind(i).companion.substring(2)));
            }
        }
        var data = new StringBuilder();
        variables.fieldNames().forEachRemaining(
                alias -> data.append(data.length() == 0 ? "" : ",").append('"').append(alias).append("\":")
                        .append(alias.startsWith("row")
                                ? "{\"name\":\"Order\",\"fields\":[" + fields + "]}"
                                : alias.startsWith("company") ? "{\"name\":\"x\"}" : "null"));
        return "{\"data\":{" + data + "}}";
    }

    private Buffer table(String operation, String document, JsonNode variables) {
        boolean keysOnly = operation.startsWith("list_");
        int part = document.contains("top: ") && document.indexOf("top: ") < document.indexOf("t0: ") ? 1 : 0;
        if (firstPageAt == 0) {
            firstPageAt = System.nanoTime();
        }
        String filter = variables.path("f" + part).toString();
        int first = number(AFTER, filter).map(after -> after + 1).or(() -> number(FIRST, filter)).orElse(0);
        int end = number(BEFORE, filter).orElse(rows);
        int count = Math.max(0, Math.min(end - first, variables.path("n" + part).asInt()));
        String head = "{\"data\":{\"useCompany\":{"
                + (document.contains("top: ")
                        ? "\"top\":{\"pageInfo\":{\"hasNextPage\":false},\"items\":[" + top() + "]},"
                        : "")
                + (document.contains("last: ") && first < end
                        ? "\"last\":{\"totalCount\":" + (end - first) + ",\"items\":[{\"orderNo\":"
                                + (FIRST_KEY + end - 1) + "}]},"
                        : "")
                + "\"t0\":{\"totalCount\":" + rows + ",\"pageInfo\":{\"hasNextPage\":" + (first + count < end)
                + "},\"items\":[";
        return page(head, keysOnly, first, count);
    }

    /** The number of a row that a filter names by its key. */
    private static Optional<Integer> number(Pattern place, String filter) {
        return place.matcher(filter).results().map(found -> Integer.parseInt(found.group(1)) - FIRST_KEY).findFirst();
    }

    /** Rows in the order of their change stamps. */
    private Buffer changes(String document, JsonNode variables) {
        String filter = variables.path("f0").toString();
        Matcher from = FROM.matcher(filter);
        int first = 0;
        if (from.find()) {
            first = change(from.group(2)) + (from.group(1).equals("_gt") && !from.group(2).startsWith("0001") ? 1 : 0);
        }
        Matcher upper = UPPER.matcher(filter);
        int end = upper.find() ? Math.min(changed, change(upper.group(1)) + 1) : changed;
        int count = Math.max(0, Math.min(end - first, variables.path("n0").asInt()));
        var text = new StringBuilder("{\"data\":{\"useCompany\":{")
                .append(document.contains("top: ")
                        ? "\"top\":{\"pageInfo\":{\"hasNextPage\":false},\"items\":[" + top() + "]},"
                        : "")
                .append("\"t0\":{\"pageInfo\":{\"hasNextPage\":").append(first + count < end).append("},\"items\":[");
        for (int i = first; i < first + count; i++) {
            text.append(i == first ? "" : ",").append(row(i * (rows / changed), stamp(i)));
        }
        return Buffer.buffer(text.append("]}}},\"extensions\":{\"vbnxt-trace-id\":\"0\"}}").toString());
    }

    /** Rows by their keys, as they are since they changed. */
    private Buffer some(JsonNode variables) {
        var text = new StringBuilder();
        for (JsonNode key : variables.at("/f0/orderNo/_in")) {
            int number = key.asInt() - FIRST_KEY;
            text.append(text.length() == 0 ? "" : ",")
                    .append(row(number, changed == 0 ? null : stamp(number / (rows / changed))));
        }
        return Buffer.buffer("{\"data\":{\"useCompany\":{\"t0\":{\"pageInfo\":{\"hasNextPage\":false},\"items\":["
                + text + "]}}},\"extensions\":{\"vbnxt-trace-id\":\"0\"}}");
    }

    /** The number of the first change at or after a stamp. */
    private static int change(String stamp) {
        var time = LocalDateTime.parse(stamp.replace(' ', 'T').replaceFirst("\\..*", ""));
        return (int) Math.max(0, ChronoUnit.SECONDS.between(FIRST_CHANGE, time));
    }

    private String top() {
        return "{\"changedTimestamp\":\"" + (changed == 0 ? LAST_STAMP : stamp(changed - 1)) + "\"}";
    }

    private static String stamp(int change) {
        return FIRST_CHANGE.plusSeconds(change).format(STAMP) + ".0000000";
    }

    private Buffer page(String head, boolean keysOnly, int first, int count) {
        byte[] template = templates.computeIfAbsent(keysOnly + " " + count,
                each -> items(count,
                        keysOnly
                                ? i -> "{\"orderNo\":00000000,\"changedTimestamp\":\"" + FIRST_STAMP + "\"}"
                                : i -> row(i, null)));
        byte[] items = template.clone();
        int position = 0;
        for (int i = 0; i < count; i++) {
            position = keyAt(items, position);
            int key = FIRST_KEY + first + i;
            for (int digit = 7; digit >= 0; digit--) {
                items[position + digit] = (byte) ('0' + key % 10);
                key /= 10;
            }
        }
        return Buffer.buffer(head.length() + items.length + 100).appendString(head).appendBytes(items)
                .appendString("]}}},\"extensions\":{\"vbnxt-trace-id\":\"0\"}}");
    }

    private static byte[] items(int count, IntFunction<String> row) {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : ",").append(row.apply(i));
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Each row begins with its key. */
    private static int keyAt(byte[] items, int from) {
        int i = from;
        while (items[i] != '{') {
            i++;
        }
        return i + "{\"orderNo\":".length();
    }

    private String row(int number, String stamp) {
        var row = new StringBuilder("{\"orderNo\":").append(FIRST_KEY + number);
        for (int i = 1; i < columns - 1; i++) {
            row.append(",\"").append(field(i)).append("\":")
                    .append(kind(i).value(number + i, stamp == null ? 0 : generation));
        }
        return row.append(",\"changedTimestamp\":\"").append(stamp == null ? FIRST_STAMP : stamp).append("\"}")
                .toString();
    }

    /** The fields of a row in their order, as the API has them. */
    public List<String> fields() {
        return IntStream.range(0, columns).mapToObj(this::field).toList();
    }

    private String field(int index) {
        return column(index) + (kind(index) == Kind.TIME ? Kind.TIME.companion : "");
    }

    private static String described(String name, String scalar) {
        return "{\"name\":\"" + name + "\",\"type\":{\"kind\":\"SCALAR\",\"name\":\"" + scalar + "\"}}";
    }

    private String column(int index) {
        return index == 0
                ? "orderNo"
                : index == columns - 1 ? "changedTimestamp" : "column" + (char) ('A' + index / 10) + index % 10;
    }

    private Kind kind(int index) {
        if (index == 0 || index == columns - 1) {
            return index == 0 ? Kind.INT : Kind.STAMP;
        }
        return Kind.values()[index % Kind.values().length];
    }

    /** What a column has. */
    private enum Kind {
        INT("Int", "", (number, generation) -> Integer.toString((number * 31 + generation) % 100_000)), TEXT("String",
                "", (number, generation) -> "\"text " + number % 1000 + "\""), DATE("Int", "AsDate",
                        (number, generation) -> Integer.toString(20_200_101 + number % 5 * 10_000 + number % 12 * 100
                                + number % 28)), AMOUNT("Decimal", "", (number, generation) -> number % 9_999
                                        + 1_000_000 + "." + (10 + number % 90)), STAMP(
                                                "DateTime", "",
                                                (number, generation) -> "\"2026-0" + (1 + number % 9) + "-1"
                                                        + number % 10 + " 12:45:" + (10 + number % 50) + "."
                                                        + (100 + number % 900) + "\""), NORDIC(
                                                                "String", "",
                                                                (number, generation) -> "\"Blåbærsyltetøy på brød, "
                                                                        + number % 1000 + "\""), LONG(
                                                                                "Long", "",
                                                                                (number, generation) -> Long.toString(
                                                                                        4_000_000_000L * (1 + number
                                                                                                % 90_000))), NOTHING(
                                                                                                        "String", "",
                                                                                                        (number, generation) -> "null"), QUANTITY(
                                                                                                                "Decimal",
                                                                                                                "",
                                                                                                                (number, generation) -> 1_234_567_890_123L
                                                                                                                        + number
                                                                                                                        + "."
                                                                                                                        + (100_000
                                                                                                                                + number % 900_000)), TIME(
                                                                                                                                        "Int",
                                                                                                                                        "AsTime",
                                                                                                                                        (number, generation) -> "\"1"
                                                                                                                                                + number % 10
                                                                                                                                                + ":45:"
                                                                                                                                                + (10 + number
                                                                                                                                                        % 50)
                                                                                                                                                + "\""), TRUTH(
                                                                                                                                                        "Boolean",
                                                                                                                                                        "",
                                                                                                                                                        (number, generation) -> Boolean
                                                                                                                                                                .toString(
                                                                                                                                                                        number % 3 == 0)), DAY(
                                                                                                                                                                                "Date",
                                                                                                                                                                                "",
                                                                                                                                                                                (number, generation) -> "\"2026-0"
                                                                                                                                                                                        + (1 + number
                                                                                                                                                                                                % 9)
                                                                                                                                                                                        + "-1"
                                                                                                                                                                                        + number % 10
                                                                                                                                                                                        + "\"");

        final String scalar;
        /** What the name of its second field adds. */
        final String companion;
        @SuppressWarnings("ImmutableEnumChecker") // none of them holds anything
        private final Values values;

        Kind(String scalar, String companion, Values values) {
            this.scalar = scalar;
            this.companion = companion;
            this.values = values;
        }

        /** In JSON. */
        String value(int number, int generation) {
            return values.of(number, generation);
        }

        @FunctionalInterface
        private interface Values {
            String of(int number, int generation);
        }
    }
}
