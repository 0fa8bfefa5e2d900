package dev.nxtsync.graphql;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.JsonProcessingException;

import dev.nxtsync.error.ConnectFailure;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.QuotedText;
import dev.nxtsync.error.Words;
import dev.nxtsync.process.OutOfMemory;
import dev.nxtsync.token.AccessToken;
import dev.nxtsync.token.Tokens;
import dev.nxtsync.trace.TraceSpan;
import dev.nxtsync.transport.HttpLine;
import dev.nxtsync.transport.OutgoingBody;
import dev.nxtsync.transport.Reply;
import dev.nxtsync.transport.TooSlow;

/** One request of a connection on the wire, and what its answer means. Safe for any number of threads. */
final class Exchange {
    private final HttpLine http;
    private final Tokens tokens;
    private final Duration deadline;
    private final Warnings warnings;
    private final boolean tellsTrace;

    /**
     * @param deadline until an answer has been read to its end
     * @param tellsTrace whether the server is told which trace a request belongs to
     */
    Exchange(HttpLine http, Tokens tokens, Duration deadline, Warnings warnings, boolean tellsTrace) {
        this.http = http;
        this.tokens = tokens;
        this.deadline = deadline;
        this.warnings = warnings;
        this.tellsTrace = tellsTrace;
    }

    /**
     * Sends it at once, and says of the token whether the server let it pass.
     *
     * @param rows by alias, what takes the rows of a table
     */
    Answer ask(AccessToken token, Question question, byte[] body, Map<String, ? extends RowSink> rows) {
        var outgoing = new OutgoingBody(body);
        try (var reply = http.post(headers(token), outgoing, deadline)) {
            TraceSpan.current().with("http.response.status_code", reply.status());
            if (reply.status() == 401) {
                tokens.rejected(token);
            } else if (succeeded(reply)) {
                tokens.accepted(token);
            }
            return read(reply, question, rows);
        } catch (IOException e) {
            // anything else is a fault of ours, which is not taken for a broken connection
            OutOfMemory.endIfCauseOf(e);
            return outgoing.withhold() ? unsent(e) : broken(e, question, "", true);
        }
    }

    private Map<String, String> headers(AccessToken token) {
        var headers = new HashMap<>(Map.of("Authorization", "Bearer " + token.value(), "Content-Type",
                "application/json", "Accept", "application/json", "Accept-Encoding", CountingBody.ACCEPTED));
        if (tellsTrace) {
            TraceSpan.current().traceParent().ifPresent(parent -> headers.put("traceparent", parent));
        }
        return headers;
    }

    private Answer read(Reply reply, Question question, Map<String, ? extends RowSink> rows) {
        String traceId = reply.header("x-vbc-traceid").orElse("");
        boolean succeeded = succeeded(reply);
        if (!succeeded && !mayGiveReasons(reply)) {
            return FailureReader.ofStatus(reply.status(), reply.retryAfter(), traceId);
        }
        var wire = new CountingBody(reply.body());
        try (InputStream in = wire.unpacked(reply.header("Content-Encoding").orElse(""))) {
            var envelope = Envelope.read(in, succeeded ? rows : Map.of());
            return succeeded || envelope.errors().size() > 0
                    ? judge(envelope, question, traceId, wire)
                    : FailureReader.ofStatus(reply.status(), reply.retryAfter(), traceId);
        } catch (IOException e) {
            OutOfMemory.endIfCauseOf(e);
            // who has answered to the end is not at work on it any more, whatever the answer was
            boolean lost = !reply.ends();
            reply.hangUp();
            return succeeded
                    ? broken(e, question, traceId, lost)
                    : FailureReader.ofStatus(reply.status(), reply.retryAfter(), traceId);
        }
    }

    private static boolean succeeded(Reply reply) {
        return reply.status() / 100 == 2;
    }

    /** Servers of GraphQL may refuse a document with a status of its own (GraphQL over HTTP, section 6.4). */
    private static boolean mayGiveReasons(Reply reply) {
        return reply.status() / 100 == 4 && reply.status() != 401 && reply.status() != 429
                && reply.header("Content-Type").orElse("").toLowerCase(Locale.ROOT).contains("json");
    }

    private Answer judge(Envelope envelope, Question question, String headerTraceId, CountingBody wire) {
        String traceId = envelope.traceId().isEmpty() ? QuotedText.name(headerTraceId) : envelope.traceId();
        warnings.tell(envelope.warnings(), traceId);
        if (envelope.errors().size() > 0) {
            return FailureReader.ofErrors(envelope.errors(), envelope.data(), question.document(), traceId);
        }
        if (!envelope.data().isObject()) {
            return new Failure.Rejected("Business NXT answered without data and without errors.", traceId, List.of());
        }
        return new Answer.Data(envelope.data(), traceId, wire.bytes());
    }

    /** Nothing was sent, whatever it was that failed. */
    private static Failure unsent(IOException e) {
        if (isInterrupt(innermost(e))) {
            Thread.currentThread().interrupt();
        }
        return unreachable(ConnectFailure.unsent(e, e instanceof TooSlow));
    }

    private static Failure unreachable(ConnectFailure fault) {
        String what = switch (fault.errorCode()) {
            case TLS -> "The certificate of Business NXT's host is not trusted (";
            case TLS_HANDSHAKE -> "A TLS connection with Business NXT's host cannot be made (";
            case PROXY -> "The proxy refuses to connect to Business NXT's host (";
            default -> "Business NXT cannot be reached (";
        };
        return new Failure.Unreachable(fault.errorCode(),
                what + fault.detail() + "). It is the host of NXT_API_URL. " + fault.errorCode().nextStep());
    }

    /** Something may have been sent. What was thrown is told by its kind: its words may hold what was sent, or answered. */
    private Failure broken(IOException e, Question question, String traceId, boolean lost) {
        Throwable cause = innermost(e);
        if (cause instanceof TooSlow) {
            return new Failure.InDoubt("Business NXT gave no complete answer within " + Words.time(deadline)
                    + ". If this goes on for a pull, lower its PAGE_SIZE.", traceId, lost, true);
        }
        if (isInterrupt(cause)) {
            Thread.currentThread().interrupt();
            return new Failure.InDoubt("The request was stopped before an answer arrived.", traceId, lost, false);
        }
        if (cause instanceof BadAnswer bad) {
            return unreadable(bad, question, traceId, lost);
        }
        if (cause instanceof JsonProcessingException json) {
            return new Failure.Unreadable(BadAnswer.why(json) + " " + ErrorCode.ANSWER_UNREADABLE.nextStep(), traceId,
                    lost, false, Set.of());
        }
        return new Failure.InDoubt("The connection to Business NXT broke before the answer was complete.", traceId,
                lost, false);
    }

    private static Failure unreadable(BadAnswer bad, Question question, String traceId, boolean lost) {
        String message = String.valueOf(bad.getMessage());
        if (bad.alias().isEmpty()) {
            return new Failure.Unreadable(message + " " + ErrorCode.ANSWER_UNREADABLE.nextStep(), traceId, lost,
                    bad.mayBeTooLarge(), Set.of());
        }
        var field = Pattern.compile("^" + Pattern.quote(bad.alias()) + ": (\\w+)", Pattern.MULTILINE)
                .matcher(question.document());
        return new Failure.Unreadable(
                message + " It was being read for table " + (field.find() ? field.group(1) : bad.alias()) + ". "
                        + ErrorCode.ANSWER_UNREADABLE.nextStep(),
                traceId, lost, bad.mayBeTooLarge(), Set.of(bad.alias()));
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
}
