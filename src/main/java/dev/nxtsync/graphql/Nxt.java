package dev.nxtsync.graphql;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;

import org.jboss.logging.Logger;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.Vertx;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.nxtsync.config.Settings;
import dev.nxtsync.http.HttpLine;
import dev.nxtsync.http.Network;
import dev.nxtsync.http.Outgoing;
import dev.nxtsync.http.TooSlow;
import dev.nxtsync.process.OutOfMemory;
import dev.nxtsync.process.Outside;
import dev.nxtsync.token.AccessToken;
import dev.nxtsync.token.Connections;
import dev.nxtsync.token.Scopes;
import dev.nxtsync.token.Tokens;
import dev.nxtsync.trouble.NetworkFault;
import dev.nxtsync.trouble.Quoted;
import dev.nxtsync.trouble.Stopping;
import dev.nxtsync.trouble.Trouble;

/**
 * The one door to Business NXT. A call blocks until its answer has been read, at most for its wait for budget and one and a
 * half times the server's time limit. Safe for any number of threads. When the process is stopping, answers that are under way
 * still come, and whoever asks anew is told so by {@link Stopping}.
 */
@Singleton
public class Nxt {
    private static final Logger LOG = Logger.getLogger(Nxt.class);
    // escaped, so that also text that is no valid Unicode goes back to the server as it came
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII.mappedFeature());

    private final Slots slots;
    private final MeterRegistry metrics;
    private final Duration deadline;
    private final Map<String, Line> lines = new ConcurrentHashMap<>();
    private volatile boolean stopping;
    private final Set<String> warned = ConcurrentHashMap.newKeySet();

    /** What belongs to one connection. */
    private record Line(HttpLine http, Tokens tokens, String scope, Budget budget, boolean allowed) {}

    Nxt(Settings settings, Connections connections, Slots slots, Network network, Vertx vertx, MeterRegistry metrics) {
        this.slots = slots;
        this.metrics = metrics;
        metrics.counter("nxt_api_warnings");
        this.deadline = settings.api().timeLimit().multipliedBy(3).dividedBy(2);
        int perMinute = Math.max(1, settings.budget().requestsPerMinute() / settings.budget().share());
        for (Settings.Connection each : settings.connections().values()) {
            // after our own deadline, to close a connection on which nothing comes
            var http = new HttpLine(network, vertx, settings.graphqlUrl(each), deadline.plusSeconds(5));
            var budget = new Budget(perMinute);
            lines.put(each.name(), new Line(http, connections.of(each.name()), each.askedScope(), budget,
                    settings.plainHttp().allows(URI.create(settings.graphqlUrl(each)))));
            Gauge.builder("nxt_budget_limit", budget, Budget::limit).tag("connection", each.name())
                    .description("Requests that may be sent in any 60 seconds; lower for a while after a refusal")
                    .register(metrics);
        }
    }

    /**
     * How much of a connection's budget is used.
     *
     * @param limit requests in any 60 seconds, as allowed now
     * @param used of these, in the last 60 seconds
     */
    public record Usage(int limit, int used) {}

    /** Of a configured connection, in this process. */
    public Usage usage(String connection) {
        return Objects.requireNonNull(lines.get(connection)).budget().usage();
    }

    /** Whether nothing can be asked with a connection before a person has signed in. */
    public boolean waitsForPerson(String connection) {
        return Objects.requireNonNull(lines.get(connection)).tokens().waitsForPerson();
    }

    /** Asks for something small. */
    public Answer ask(String connection, Question question) {
        return ask(connection, question, Map.of());
    }

    /**
     * Asks for rows. A failure after some rows is a failure of them all.
     *
     * @param rows by the alias of a table below the root field, what takes its rows; a refused token's answer has none, so
     *        that no row comes twice
     */
    public Answer ask(String connection, Question question, Map<String, ? extends RowSink> rows) {
        var line = lines.get(connection);
        if (line == null) {
            throw new IllegalArgumentException("no connection is named " + connection);
        }
        if (!line.allowed()) {
            return new Failure.Unavailable(Trouble.PLAIN_HTTP, "NXT_API_URL is not an https address, so that nothing "
                    + "is sent there. " + Trouble.PLAIN_HTTP.nextStep());
        }
        byte[] body = body(question);
        return Outside.of(() -> {
            Answer answer = askOnce(connection, line, question, body, rows);
            return answer instanceof Failure.Unauthorized && !(line.tokens().current() instanceof Tokens.Unavailable)
                    ? askOnce(connection, line, question, body, rows)
                    : answer;
        });
    }

    private Answer askOnce(String connection, Line line, Question question, byte[] body,
            Map<String, ? extends RowSink> rows) {
        String tenant = question.tenant().orElse("");
        boolean lost = false;
        try {
            if (!tenant.isEmpty() && !slots.enter(tenant, question.background())) {
                return new Failure.Busy("All slots of " + tenant + " are taken, " + slots.lost().get(tenant)
                        + " of them by calls whose answers were lost; they are free again after NXT_API_SLOT_HOLD.", "",
                        Duration.ofSeconds(30));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Failure.Unavailable(Trouble.UNAVAILABLE, "The wait for a slot was interrupted.");
        }
        try {
            Answer answer = inTurn(connection, line, question, body, rows);
            lost = answer instanceof Failure.InDoubt doubt && doubt.lost();
            if (answer instanceof Failure.Busy && !tenant.isEmpty()) {
                slots.tooMany(tenant);
            } else if (answer instanceof Failure.Throttled throttled) {
                line.budget().tooMany(throttled.atLeast());
            }
            return answer;
        } finally {
            if (!tenant.isEmpty()) {
                slots.ended(tenant, lost);
            }
        }
    }

    private Answer inTurn(String connection, Line line, Question question, byte[] body,
            Map<String, ? extends RowSink> rows) {
        try {
            Optional<Duration> waited = line.budget().enter(question.background());
            if (waited.isEmpty()) {
                return new Failure.Unavailable(Trouble.UNAVAILABLE,
                        "Other requests have used up the budget; nothing was sent. If this goes on, raise "
                                + "NXT_BUDGET_REQUESTS_PER_MINUTE, or pull less often.");
            }
            metrics.timer("nxt_budget_wait").record(waited.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Failure.Unavailable(Trouble.UNAVAILABLE, "The wait for budget was interrupted.");
        }
        // only now: a token that was taken before the wait could have expired in it
        Tokens.Current current = line.tokens().current();
        if (current instanceof Tokens.Unavailable unavailable) {
            line.budget().unused();
            return new Failure.Unauthorized(unavailable.toString(), "");
        }
        String granted = ((AccessToken) current).scope();
        if (question.changes() && Scopes.isReduced(granted, line.scope())) {
            line.budget().unused();
            return new Failure.Unavailable(Trouble.SCOPE_REDUCED, "The granted scope is \"" + granted
                    + "\", not the asked \"" + line.scope() + "\", so that nothing is sent that changes something. "
                    + Trouble.SCOPE_REDUCED.nextStep());
        }
        if (!passes(question, line)) {
            return new Failure.Unavailable(Trouble.UNAVAILABLE, "Nothing was sent, since it may not be sent any more.");
        }
        Answer answer;
        try {
            answer = send(line, (AccessToken) current, question, body, rows);
        } finally {
            line.budget().ended();
        }
        String outcome = answer instanceof Failure failure ? failure.code() : "ok";
        metrics.counter("nxt_requests", "connection", connection, "outcome", outcome).increment();
        return answer;
    }

    private boolean passes(Question question, Line line) {
        boolean passed = false;
        try {
            if (stopping) {
                throw new Stopping();
            }
            passed = question.gate().open();
            return passed;
        } finally {
            if (!passed) {
                line.budget().unused();
            }
        }
    }

    private Answer send(Line line, AccessToken token, Question question, byte[] body,
            Map<String, ? extends RowSink> rows) {
        var outgoing = new Outgoing(body);
        String traceId = "";
        try (var reply = line.http().post(headers(token), outgoing, deadline)) {
            traceId = reply.header("x-vbc-traceid").orElse("");
            if (reply.status() != 200) {
                if (reply.status() == 401) {
                    line.tokens().rejected(token);
                }
                return FailureReader.ofStatus(reply.status(), reply.header("Retry-After"), traceId);
            }
            line.tokens().accepted(token);
            var wire = new Wire(reply.body());
            try (InputStream in = wire.unpacked(reply.header("Content-Encoding").orElse(""))) {
                return judge(Envelope.read(in, rows), question, traceId, wire);
            }
        } catch (IOException e) {
            // anything else is a fault of ours, which is not taken for a broken connection
            OutOfMemory.endIfCauseOf(e);
            return outgoing.withhold()
                    ? unsent(e)
                    : innermost(e) instanceof TooSlow ? overdue(traceId) : broken(e, traceId);
        }
    }

    private static Map<String, String> headers(AccessToken token) {
        return Map.of("Authorization", "Bearer " + token.value(), "Content-Type", "application/json", "Accept",
                "application/json", "Accept-Encoding", Wire.ACCEPTED);
    }

    private Answer judge(Envelope envelope, Question question, String headerTraceId, Wire wire) {
        String traceId = envelope.traceId().isEmpty() ? Quoted.name(headerTraceId) : envelope.traceId();
        for (JsonNode warning : envelope.warnings()) {
            metrics.counter("nxt_api_warnings").increment();
            String text = Quoted.message(warning.path("message").asText());
            if (warned.size() < 1000 && warned.add(text)) {
                LOG.warnf("Business NXT warns: %s (trace %s)", text, traceId);
            }
        }
        if (envelope.errors().size() > 0) {
            return FailureReader.ofErrors(envelope.errors(), envelope.data(), question.document(), traceId);
        }
        if (!envelope.data().isObject()) {
            return new Failure.Rejected("Business NXT answered without data and without errors.", traceId,
                    List.of());
        }
        return new Answer.Data(envelope.data(), traceId, wire.bytes());
    }

    private Failure overdue(String traceId) {
        return new Failure.InDoubt("Business NXT gave no whole answer within " + deadline.toSeconds()
                + " s. If a pull goes on like this, lower its NXT_PULLS_…_PAGE_SIZE.", traceId, true, true);
    }

    /** Nothing was sent, whatever it was that failed. */
    private static Failure unsent(IOException e) {
        if (isInterrupt(innermost(e))) {
            Thread.currentThread().interrupt();
        }
        return unreachable(NetworkFault.of(e).orElseGet(() -> new NetworkFault(Trouble.UNREACHABLE,
                e instanceof TooSlow
                        ? "no connection in time"
                        : "no connection: " + innermost(e).getClass().getSimpleName())));
    }

    private static Failure unreachable(NetworkFault fault) {
        String what = switch (fault.trouble()) {
            case TLS -> "The certificate of Business NXT's host is not trusted (";
            case PROXY -> "The proxy does not connect to Business NXT's host (";
            default -> "Business NXT cannot be reached (";
        };
        return new Failure.Unavailable(fault.trouble(), what + fault.detail() + "). It is the host of NXT_API_URL. "
                + fault.trouble().nextStep());
    }

    /** Something may have been sent. What was thrown is told by its kind: its words may hold what was sent, or answered. */
    private static Failure broken(IOException e, String traceId) {
        var fault = NetworkFault.of(e);
        if (fault.isPresent()) {
            return unreachable(fault.get());
        }
        Throwable cause = innermost(e);
        if (isInterrupt(cause)) {
            Thread.currentThread().interrupt();
            return new Failure.InDoubt("The request was given up.", traceId, true, false);
        }
        if (cause instanceof BadAnswer bad) {
            return new Failure.InDoubt(String.valueOf(bad.getMessage()), traceId, true, true);
        }
        if (cause instanceof JsonProcessingException) {
            return new Failure.InDoubt("The answer of Business NXT is cut off or is not JSON.", traceId, true,
                    false);
        }
        return new Failure.InDoubt("The connection to Business NXT broke before the answer was whole ("
                + cause.getClass().getSimpleName() + ").", traceId, true, false);
    }

    private static Throwable innermost(Throwable thrown) {
        Throwable cause = thrown;
        for (int depth = 0; cause.getCause() != null && depth < 10; depth++) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static boolean isInterrupt(Throwable thrown) {
        return thrown instanceof InterruptedIOException || thrown instanceof InterruptedException;
    }

    private static byte[] body(Question question) {
        var members = new LinkedHashMap<String, Object>();
        members.put("query", question.document());
        members.put("variables", question.variables());
        members.put("operationName", question.operation());
        try {
            return JSON.writeValueAsBytes(members);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("variables that are not JSON", e);
        }
    }

    /** Before those who use it are waited for. */
    void stop(@Observes @Priority(Interceptor.Priority.LIBRARY_BEFORE) ShutdownEvent event) {
        stopping = true;
        slots.stop();
        lines.values().forEach(line -> line.budget().stop());
    }

    /** After they have been waited for: what is given up must not come to its end when the rest is gone. */
    void close(@Observes @Priority(Interceptor.Priority.LIBRARY_AFTER) ShutdownEvent event) {
        lines.values().forEach(line -> line.http().close());
    }
}
