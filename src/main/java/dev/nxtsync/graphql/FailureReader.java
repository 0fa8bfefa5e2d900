package dev.nxtsync.graphql;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.QuotedText;
import dev.nxtsync.error.Words;

/** What an answer that is not a whole one without errors means. Pure: the same answer always means the same. */
final class FailureReader {
    private static final Duration WAIT_FOR_ROOM = Duration.ofSeconds(5);
    private static final String OUTSTANDING = "OUTSTANDING_LIMIT_EXCEEDED";
    private static final String NO_ACCESS = "Could not get authorize user";
    private static final String VALIDATION = "GraphQL.Validation.";
    /** Codes that say that a document was not run (docs/facts/business-nxt.md, "Errors"). */
    private static final Set<String> NOT_RUN = Set.of("SYNTAX_ERROR", "INVALID_VALUE", "INVALID_OPERATION",
            "FIELDS_ON_CORRECT_TYPE");

    private static final Pattern ALIAS = Pattern.compile("^(\\w+):");

    private FailureReader() {}

    /**
     * An answer that says nothing but its status: most are HTML or plain text, of a gateway.
     *
     * @param retryAfter how long the answer asks to wait, if it does
     */
    static Failure ofStatus(int status, Optional<Duration> retryAfter, String traceId) {
        String answered = "Business NXT answered HTTP " + status;
        if (status == 401) {
            return new Failure.Unauthorized(
                    "Business NXT refuses the access token (HTTP 401). " + ErrorCode.TOKEN_REJECTED.nextStep(),
                    traceId);
        }
        if (status == 429) {
            return new Failure.Throttled(
                    answered + ": too many requests in a minute with one token. " + ErrorCode.THROTTLED.nextStep(),
                    traceId, retryAfter.orElse(WAIT_FOR_ROOM));
        }
        if (status >= 500) {
            return new Failure.InDoubt(answered + ". " + ErrorCode.IN_DOUBT.nextStep(), traceId, false, false,
                    retryAfter.orElse(Duration.ZERO));
        }
        if (status >= 300 && status < 400) {
            return new Failure.InvalidRequest(
                    answered + ", a redirect. It is not followed, because the token would be sent along. Set "
                            + "NXT_API_URL to the final address.",
                    traceId, Set.of(), false);
        }
        return new Failure.InvalidRequest(answered + ". Check that NXT_API_URL is the address of Business NXT.",
                traceId, Set.of(), false);
    }

    /**
     * An answer of status 200 with {@code errors}.
     *
     * @param data of the same answer: a request that failed validation has none (GraphQL specification, section 7.1)
     */
    static Failure ofErrors(JsonNode errors, JsonNode data, String document, String traceId) {
        JsonNode first = errors.path(0);
        String text = QuotedText.message(StreamSupport.stream(errors.spliterator(), false).limit(3)
                .map(FailureReader::message).distinct().collect(Collectors.joining("; ")));
        if (errors.size() > 3) {
            text += "; and " + (errors.size() - 3) + " more";
        }
        text = Words.sentence(text);
        if (document.startsWith("mutation") && !alike(errors)) {
            // one of them may be about something that was not run, and another about something that was
            return new Failure.Rejected(text, traceId, faults(errors, document));
        }
        for (JsonNode error : errors) {
            String message = error.path("message").asText("");
            String code = error.path("extensions").path("code").asText("");
            if (code.equals(OUTSTANDING)) {
                return new Failure.Busy(text + " " + ErrorCode.BUSY.nextStep(), traceId, WAIT_FOR_ROOM);
            }
            if (message.contains(NO_ACCESS)) {
                return new Failure.ForbiddenCompany(text + " " + ErrorCode.FORBIDDEN_COMPANY.nextStep(), traceId);
            }
            if (isValidation(message, code)) {
                return new Failure.InvalidRequest(
                        isOfValue(message, code)
                                ? text
                                : text + " A table or a column may be missing, or this client id may not read it.",
                        traceId, new Failure.Rejected("", "", faults(errors, document)).aliases(), !data.isObject());
            }
        }
        return new Failure.Rejected(
                first.isMissingNode() ? "Business NXT answered with an error that has no text." : text, traceId,
                faults(errors, document));
    }

    private static String message(JsonNode error) {
        return QuotedText.message(error.path("message").asText("an error without a text"));
    }

    private static boolean isValidation(String message, String code) {
        return NOT_RUN.contains(code) || message.contains(VALIDATION)
                || code.toUpperCase(Locale.ROOT).startsWith("VALIDATION");
    }

    /** Whether a variable has a wrong value, so that nothing is wrong with tables and columns. */
    private static boolean isOfValue(String message, String code) {
        return code.equals("INVALID_VALUE") || message.contains("cannot represent value");
    }

    /** Whether all errors are of one kind. */
    private static boolean alike(JsonNode errors) {
        return StreamSupport.stream(errors.spliterator(), false).map(error -> {
            String message = error.path("message").asText("");
            String code = error.path("extensions").path("code").asText("");
            return code.equals(OUTSTANDING)
                    ? "busy"
                    : message.contains(NO_ACCESS) ? "access" : isValidation(message, code) ? "validation" : "other";
        }).distinct().count() == 1;
    }

    /**
     * What the errors are about: the field by the second member of the path, or by what stands at the beginning of the line
     * of the document; the record by the first number in the path (docs/facts/business-nxt.md, "Changes").
     */
    private static List<Failure.Fault> faults(JsonNode errors, String document) {
        List<String> lines = document.lines().toList();
        var faults = new ArrayList<Failure.Fault>();
        for (JsonNode error : errors) {
            int line = error.path("locations").path(0).path("line").asInt() - 1;
            Matcher named = ALIAS.matcher(line >= 0 && line < lines.size() ? lines.get(line) : "");
            Optional<String> alias = error.path("path").path(1).isTextual()
                    ? Optional.of(QuotedText.name(error.path("path").path(1).asText()))
                    : named.find() ? Optional.of(named.group(1)) : Optional.empty();
            OptionalInt index = StreamSupport.stream(error.path("path").spliterator(), false).filter(JsonNode::isInt)
                    .mapToInt(JsonNode::asInt).findFirst();
            faults.add(new Failure.Fault(message(error), alias, index));
        }
        return faults;
    }
}
