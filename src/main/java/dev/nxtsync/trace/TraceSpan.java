package dev.nxtsync.trace;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;

import org.jboss.logging.MDC;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;

/**
 * A part of a trace: what a thread does until this is closed, and all that begins meanwhile. Where there is no trace, it is one
 * that does nothing.
 */
public final class TraceSpan implements AutoCloseable {
    static final TraceSpan NONE = new TraceSpan(new Traces(TracerProvider.noop().get(""), false), Span.getInvalid());
    /** What came of something that ended before it could say so. */
    public static final String CUT_SHORT = "cut short";
    private static final ContextKey<TraceSpan> CURRENT = ContextKey.named("nxt-sync");
    /** Under which the log has what a line of text ends with. */
    private static final String END_OF_LINE = "trace";

    private final Traces traces;
    private final Span span;
    private Scope scope = Scope.noop();
    private boolean judged;
    private final Map<String, Long> sums = new ConcurrentHashMap<>();

    /** @param textLog whether lines of the log are text, and have the trace's id at their end; those of JSON have it anyway */
    record Traces(Tracer tracer, boolean textLog) {}

    private TraceSpan(Traces traces, Span span) {
        this.traces = traces;
        this.span = span;
    }

    static TraceSpan root(Traces traces, String name, Optional<Instant> startedAt) {
        var builder = traces.tracer().spanBuilder(name).setNoParent();
        startedAt.ifPresent(builder::setStartTimestamp);
        return new TraceSpan(traces, builder.startSpan()).entered();
    }

    /** The span that the present thread is in. */
    public static TraceSpan current() {
        var current = Context.current().get(CURRENT);
        return current == null ? NONE : current;
    }

    /** A span begins within the one that the present thread is in. */
    public static TraceSpan begin(String name) {
        var parent = current();
        return parent == NONE
                ? NONE
                : new TraceSpan(parent.traces, parent.traces.tracer().spanBuilder(name).startSpan()).entered();
    }

    /** The same work, which belongs to the present thread's span whichever thread does it. */
    public static <T> Callable<T> carried(Callable<T> work) {
        var span = current();
        return span == NONE ? work : () -> {
            var here = new TraceSpan(span.traces, span.span).entered();
            try {
                return work.call();
            } finally {
                here.scope.close();
            }
        };
    }

    @SuppressWarnings("MustBeClosedChecker") // closed when this is
    private TraceSpan entered() {
        boolean isOutermost = current() == NONE;
        var entered = Context.current().with(span).with(CURRENT, this).makeCurrent();
        if (traces.textLog() && isOutermost) {
            MDC.put(END_OF_LINE, " trace_id=" + span.getSpanContext().getTraceId());
        }
        scope = () -> {
            entered.close();
            if (isOutermost) {
                MDC.remove(END_OF_LINE);
            }
        };
        return this;
    }

    /** Tells of something within it that is over already. */
    public void past(String name, Instant from, Instant until) {
        traces.tracer().spanBuilder(name).setParent(Context.root().with(span)).setStartTimestamp(from).startSpan()
                .end(until);
    }

    /** Says more of it: nothing of rows, and nothing secret. */
    public TraceSpan with(String attribute, String value) {
        if (!value.isEmpty()) {
            span.setAttribute(attribute, value);
        }
        return this;
    }

    /** As {@link #with(String, String)}. */
    public TraceSpan with(String attribute, long value) {
        span.setAttribute(attribute, value);
        return this;
    }

    /** Adds to a number that has perhaps been said of it. */
    public TraceSpan plus(String attribute, long more) {
        return this == NONE ? this : with(attribute, sums.merge(attribute, more, Long::sum));
    }

    /** Says what came of it, {@code ok} or {@code goes on} if all is well. What is said first holds. */
    public void outcome(String outcome) {
        if (this != NONE && !judged) {
            judged = true;
            span.setAttribute("nxt.outcome", outcome);
            if (!outcome.equals("ok") && !outcome.equals("goes on")) {
                span.setStatus(StatusCode.ERROR);
            }
        }
    }

    /** The header {@code traceparent} for whoever is called (W3C Trace Context, section 3.2); empty where there is no trace. */
    public Optional<String> traceParent() {
        var id = span.getSpanContext();
        return Optional.of("00-" + id.getTraceId() + "-" + id.getSpanId() + "-" + id.getTraceFlags().asHex())
                .filter(header -> id.isValid());
    }

    /** What has said nothing of its outcome was cut short. */
    @Override
    public void close() {
        outcome(CUT_SHORT);
        scope.close();
        span.end();
    }
}
