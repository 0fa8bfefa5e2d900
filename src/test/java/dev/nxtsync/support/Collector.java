package dev.nxtsync.support;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.trace.v1.Span;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/** A collector of traces on this machine, which takes OTLP by HTTP as protobuf, and keeps what it is sent. */
public final class Collector implements AutoCloseable {
    private final HttpServer server;
    private final List<CollectedSpan> spans = new CopyOnWriteArrayList<>();
    private final List<String> keys = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile int status = 200;
    private volatile boolean hangs;

    /** A span as it was sent, with its identifiers in hexadecimal digits. */
    public record CollectedSpan(String trace, String id, String parent, String name, Map<String, String> attributes,
            boolean failed, String service, long began, long ended) {}

    public Collector(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10);
        server.createContext("/v1/traces", this::take);
        server.setExecutor(Executors.newSingleThreadExecutor(work -> {
            var thread = new Thread(work, "collector");
            thread.setDaemon(true);
            return thread;
        }));
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** What is answered from now on. */
    public void answer(int status) {
        this.status = status;
    }

    /** From now on nothing is answered. */
    public void hang() {
        hangs = true;
    }

    public List<CollectedSpan> spans() {
        return spans;
    }

    /** The traces whose root has this name, each with its root first. */
    public List<List<CollectedSpan>> traces(String root) {
        var traces = new ArrayList<List<CollectedSpan>>();
        for (CollectedSpan each : spans) {
            if (each.parent().isEmpty() && each.name().equals(root)) {
                var trace = new ArrayList<>(List.of(each));
                spans.stream().filter(other -> other.trace().equals(each.trace()) && !other.equals(each))
                        .forEach(trace::add);
                traces.add(trace);
            }
        }
        return traces;
    }

    /** The values of the header x-key, as they came. */
    public List<String> keys() {
        return keys;
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (hangs) {
                closed.await();
            }
            keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("x-key")));
            if (status == 200) {
                for (var resource : ExportTraceServiceRequest.parseFrom(body).getResourceSpansList()) {
                    String service = text(attributes(resource.getResource().getAttributesList()).get("service.name"));
                    resource.getScopeSpansList().forEach(
                            scope -> scope.getSpansList().forEach(span -> spans.add(collected(span, service))));
                }
            }
            exchange.sendResponseHeaders(status, -1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static CollectedSpan collected(Span span, String service) {
        return new CollectedSpan(hex(span.getTraceId()), hex(span.getSpanId()), hex(span.getParentSpanId()),
                span.getName(), attributes(span.getAttributesList()), span.getStatus().getCodeValue() == 2, service,
                span.getStartTimeUnixNano(), span.getEndTimeUnixNano());
    }

    private static Map<String, String> attributes(List<io.opentelemetry.proto.common.v1.KeyValue> all) {
        var attributes = new TreeMap<String, String>();
        all.forEach(each -> attributes.put(each.getKey(), value(each.getValue())));
        return attributes;
    }

    private static String value(AnyValue value) {
        return value.hasIntValue() ? Long.toString(value.getIntValue()) : value.getStringValue();
    }

    private static String text(String known) {
        return known == null ? "" : known;
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
    }
}
