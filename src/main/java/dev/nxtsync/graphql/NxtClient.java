package dev.nxtsync.graphql;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.Vertx;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.nxtsync.config.ApiSettings;
import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.QuotedText;
import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.process.ExternalWait;
import dev.nxtsync.process.Histograms;
import dev.nxtsync.token.Connections;
import dev.nxtsync.token.Scopes;
import dev.nxtsync.token.Tokens;
import dev.nxtsync.trace.TraceSpan;
import dev.nxtsync.transport.HttpLine;
import dev.nxtsync.transport.Network;

/**
 * The one door to Business NXT. A call blocks until its answer has been read, at most for its wait for budget and one and a
 * half times the server's time limit. Safe for any number of threads. When the process is stopping, answers that are under way
 * still come, and whoever asks anew is told so by {@link ShuttingDown}.
 */
@Singleton
public class NxtClient {
    // escaped, so that also text that is no valid Unicode goes back to the server as it came
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII.mappedFeature());

    private final Slots slots;
    private final MeterRegistry metrics;
    private final Timer budgetWait;
    private final MeterProvider<Timer> requests;
    private final Map<String, Line> lines = new ConcurrentHashMap<>();
    private volatile boolean stopping;

    /** What belongs to one connection. */
    private record Line(HttpLine http, Exchange exchange, Tokens tokens, String scope, RequestBudget budget,
            boolean allowed) {}

    NxtClient(ApiSettings settings, Connections connections, Slots slots, Network network, Vertx vertx,
            MeterRegistry metrics) {
        this.slots = slots;
        this.metrics = metrics;
        this.budgetWait = Histograms
                .of(metrics, "nxt_budget_wait", "How long requests wait for budget", 0.01, 0.1, 1, 5, 15, 30, 60)
                .withTags();
        this.requests = Histograms.of(metrics, "nxt_request", "From sending a request to the end of its answer", 0.05,
                0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60);
        var deadline = settings.timeLimit().multipliedBy(3).dividedBy(2);
        var warnings = new Warnings(metrics);
        for (Settings.Connection each : settings.connections().values()) {
            // after our own deadline, to close a connection on which nothing comes
            var http = new HttpLine(network, vertx, settings.address(each), deadline.plusSeconds(5));
            var budget = new RequestBudget(settings.requestsPerMinute());
            var tokens = connections.of(each.name());
            lines.put(each.name(),
                    new Line(http, new Exchange(http, tokens, deadline, warnings, settings.traceParent()), tokens,
                            each.askedScope(), budget, settings.allows(each)));
            Gauge.builder("nxt_budget_limit", budget, RequestBudget::limit).tag("connection", each.name())
                    .description("Requests that may be sent in any 60 seconds; lower for a while after a refusal")
                    .register(metrics);
        }
    }

    /** Of a configured connection, in this process. */
    public BudgetUsage usage(String connection) {
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
            return new Failure.Unreachable(ErrorCode.PLAIN_HTTP, "NXT_API_URL is not an https address, so nothing "
                    + "is sent there. " + ErrorCode.PLAIN_HTTP.nextStep());
        }
        byte[] body = body(question);
        return ExternalWait.call(() -> {
            Answer answer = traced(connection, line, question, body, rows, 1);
            return answer instanceof Failure.Unauthorized && line.tokens().current() instanceof Tokens.Valid
                    ? traced(connection, line, question, body, rows, 2)
                    : answer;
        });
    }

    private Answer traced(String connection, Line line, Question question, byte[] body,
            Map<String, ? extends RowSink> rows, int attempt) {
        try (var span = TraceSpan.begin(question.operation())
                .with("graphql.operation.type", question.changes() ? "mutation" : "query")
                .with("nxt.attempt", attempt)) {
            Answer answer = askOnce(connection, line, question, body, rows);
            span.with("visma.trace_id", QuotedText.name(answer.traceId()))
                    .outcome(answer instanceof Failure failure ? failure.code() : "ok");
            return answer;
        }
    }

    private Answer askOnce(String connection, Line line, Question question, byte[] body,
            Map<String, ? extends RowSink> rows) {
        var tenant = question.tenant();
        boolean lost = false;
        try {
            if (tenant.isPresent() && !slots.enter(tenant.get(), question.background())) {
                return new Failure.Busy("All slots of " + tenant.get() + " are taken, " + slots.lost().get(tenant.get())
                        + " of them by requests whose answers were lost. These are free again after NXT_API_SLOT_HOLD.",
                        "", Duration.ofSeconds(30));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Failure.Unavailable(ErrorCode.UNAVAILABLE, "The wait for a slot was interrupted.");
        }
        try {
            Answer answer = inTurn(connection, line, question, body, rows);
            lost = answer instanceof Failure failure && failure.lost();
            if (answer instanceof Failure.Busy) {
                tenant.ifPresent(slots::tooMany);
            } else if (answer instanceof Failure.Throttled throttled) {
                line.budget().tooMany(throttled.atLeast());
            }
            return answer;
        } finally {
            if (tenant.isPresent()) {
                slots.ended(tenant.get(), lost);
            }
        }
    }

    private Answer inTurn(String connection, Line line, Question question, byte[] body,
            Map<String, ? extends RowSink> rows) {
        try {
            Optional<Duration> waited = line.budget().enter(question.background());
            if (waited.isEmpty()) {
                return new Failure.Unavailable(ErrorCode.UNAVAILABLE,
                        "Nothing was sent, because other requests have used up the budget. If this goes on, raise "
                                + "NXT_BUDGET_REQUESTS_PER_MINUTE, or pull less often.");
            }
            budgetWait.record(waited.get());
            TraceSpan.current().with("nxt.budget_wait_ms", waited.get().toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Failure.Unavailable(ErrorCode.UNAVAILABLE, "The wait for budget was interrupted.");
        }
        // only now: a token that was taken before the wait could have expired in it
        Tokens.Current current = line.tokens().current();
        if (!(current instanceof Tokens.Valid valid)) {
            line.budget().unused(question.background());
            return new Failure.Unauthorized(current.toString(), "");
        }
        String granted = valid.token().scope();
        if (question.changes() && Scopes.isReduced(granted, line.scope())) {
            line.budget().unused(question.background());
            return new Failure.Unavailable(ErrorCode.SCOPE_REDUCED,
                    "The granted scope is \"" + granted + "\", not \"" + line.scope()
                            + "\" as asked for, so nothing is sent that would change a record. "
                            + ErrorCode.SCOPE_REDUCED.nextStep());
        }
        if (!passes(question, line)) {
            return new Failure.Unavailable(ErrorCode.UNAVAILABLE,
                    "Nothing was sent, because this process may no longer send it.");
        }
        Answer answer;
        var sample = Timer.start(metrics);
        try {
            answer = line.exchange().ask(valid.token(), question, body, rows);
        } finally {
            line.budget().ended(question.background());
        }
        String outcome = answer instanceof Failure failure ? failure.code() : "ok";
        sample.stop(requests.withTags("kind", question.changes() ? "mutation" : "query", "outcome", outcome));
        metrics.counter("nxt_requests", "connection", connection, "outcome", outcome).increment();
        return answer;
    }

    private boolean passes(Question question, Line line) {
        boolean passed = false;
        try {
            if (stopping) {
                throw new ShuttingDown();
            }
            passed = question.guard().open();
            return passed;
        } finally {
            if (!passed) {
                line.budget().unused(question.background());
            }
        }
    }

    /** As it is sent. */
    static byte[] body(Question question) {
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
