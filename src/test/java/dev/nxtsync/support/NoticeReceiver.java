package dev.nxtsync.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;

/** Whoever is told by notices. */
public final class NoticeReceiver implements AutoCloseable {
    public static final String KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private final HttpServer server;
    private final List<Call> received = new CopyOnWriteArrayList<>();
    private volatile int status = 200;

    /** A call, and what it was answered with. */
    public record Call(Map<String, String> headers, String body, int status) {
        public String id() {
            return Objects.requireNonNull(headers.get("webhook-id"));
        }

        public JsonNode json() {
            try {
                return new ObjectMapper().readTree(body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** As the specification tells a receiver to verify it. */
        public boolean isSigned() {
            String timestamp = Objects.requireNonNull(headers.get("webhook-timestamp"));
            String expected;
            try {
                var mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(Base64.getDecoder().decode(KEY.substring(6)), "HmacSHA256"));
                expected = Base64.getEncoder().encodeToString(
                        mac.doFinal((id() + "." + timestamp + "." + body).getBytes(StandardCharsets.UTF_8)));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
            long age = Math.abs(Instant.now().getEpochSecond() - Long.parseLong(timestamp));
            return ("v1," + expected).equals(headers.get("webhook-signature")) && age < 60;
        }
    }

    public NoticeReceiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
            exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.get(0)));
            received.add(new Call(headers, new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8),
                    status));
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
    }

    /** From now on. */
    public void answer(int with) {
        status = with;
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook/s3cret";
    }

    public List<Call> received() {
        return received;
    }

    public List<Call> taken() {
        return received.stream().filter(each -> each.status() / 100 == 2).toList();
    }

    /** The codes of what has begun, or ended, in all notices in the standard form that were taken. */
    public List<String> codes(String what) {
        return taken().stream().flatMap(each -> each.json().path("data").path(what).findValuesAsText("code").stream())
                .toList();
    }

    /** Fails if something that it was told is hard to read. */
    @Override
    public void close() {
        server.stop(0);
        PlainMessage.refuse(received.stream().flatMap(each -> PlainMessage.flawsIn(each.body()).stream()).toList());
    }
}
