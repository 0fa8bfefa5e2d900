package dev.nxtsync.http;

import static dev.nxtsync.http.ApiDescription.map;
import static dev.nxtsync.http.ApiDescription.ref;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.http.server.Endpoint;
import dev.nxtsync.http.server.Refusal.RefusalReason;
import dev.nxtsync.webhook.WebhookResult;

/**
 * What an endpoint is for, and what its own work answers.
 *
 * @param body content of the request; empty where none is taken
 */
record ApiOperation(String id, String summary, Map<String, Object> body, List<Outcome> outcomes) {

    /**
     * An answer.
     *
     * @param content by media type; empty for an answer without a body, or for a problem
     * @param codes of problems; empty if it is none
     * @param again whether it says when to ask again
     */
    record Outcome(int status, String meaning, Map<String, Object> content, List<ErrorCode> codes, boolean again) {}

    /** A daemon makes its tables before it answers. */
    private static final List<ErrorCode> DATABASE_AWAY = Arrays.stream(ErrorCode.values())
            .filter(each -> each.name().startsWith("DATABASE_") && each != ErrorCode.DATABASE_NEW).toList();
    /** What {@code ConnectLine} can meet. */
    private static final List<ErrorCode> CONNECT_AWAY = List.of(ErrorCode.INVALID_CLIENT, ErrorCode.INVALID_SCOPE,
            ErrorCode.NO_TOKEN, ErrorCode.PLAIN_HTTP, ErrorCode.PROXY, ErrorCode.SECRET_UNREADABLE, ErrorCode.TLS,
            ErrorCode.TLS_HANDSHAKE, ErrorCode.TOKEN_NOT_JSON, ErrorCode.TOKEN_REDIRECT, ErrorCode.TOKEN_REFUSED,
            ErrorCode.TOKEN_SLOW, ErrorCode.TOKEN_UNAVAILABLE, ErrorCode.UNAUTHORIZED_CLIENT, ErrorCode.UNKNOWN_HOST,
            ErrorCode.UNREACHABLE);

    static ApiOperation of(Endpoint endpoint) {
        String address = endpoint.method() + " " + endpoint.path();
        return switch (address) {
            case "POST /api/pushes/{name}" -> new ApiOperation("push", "Puts a row into the outbox, once for each key.",
                    json("Push"),
                    List.of(json(202, "It is new.", "Taken"), json(200, "The same row was there before.", "Taken"),
                            unknown("There is no push of this name."),
                            problem(409, "The key is there with another payload or company.", ErrorCode.KEY_CONFLICT),
                            problem(413, "The payload is larger than what is taken.", ErrorCode.BODY_TOO_LARGE),
                            problem(422, "The body, or the row in it, cannot be taken.", ErrorCode.BODY_INVALID),
                            databaseAway()));
            case "GET /api/pushes/{name}/{key}" ->
                asking("pushedRow", "A row of the outbox, as it is now.", List.of(json(200, "The row.", "OutboxRow"),
                        unknown("There is no push of this name, or no row with this key."), databaseAway()));
            case "GET /api/status" -> asking("status", "How everything stands, of all replicas.",
                    List.of(json(200, "The status, also where the database is away.", "Status")));
            case "POST /api/pulls/{name}/run" -> order("run", "Runs a pull at once, also one that waits.");
            case "POST /api/pulls/{name}/pause" -> order("pause", "Lets nothing of a pull begin.");
            case "POST /api/pulls/{name}/resume" -> order("resume", "Ends the pause of a pull.");
            case "POST /api/connections/{name}/sign-in" -> asking("signIn", "A link by which a person signs in, once.",
                    List.of(json(200, "The link.", "SignInLink"), unknown("No person signs in for such a connection."),
                            databaseAway()));
            case "DELETE /api/connections/{name}/sign-in" ->
                asking("signOut", "Signs the person out.", List.of(json(200, "It is done.", "SignOutAnswer"),
                        unknown("No person signs in for such a connection."), databaseAway(), new Outcome(503,
                                "Visma Connect cannot be reached; nothing was done.", Map.of(), CONNECT_AWAY, false)));
            case "POST /webhooks/visma-connect" -> new ApiOperation("webhook",
                    "Takes an event of Visma Connect, "
                            + "whose header x-vwd-signature-v1 has the signature of the body.",
                    content("application/json", map("type", "object")),
                    Arrays.stream(WebhookResult.values()).map(each -> new Outcome(each.status(), meaning(each),
                            Map.of(), List.of(), each == WebhookResult.UNAVAILABLE)).toList());
            case "HEAD /connections/{name}/sign-in/{link}" -> browser("lookAtLink", Map.of(),
                    "Leaves the link as it is.", List.of(bare(204, "For programs that look at links."), nobody()));
            case "GET /connections/{name}/sign-in/{link}" ->
                browser("followLink", Map.of(), "Begins a sign-in in a browser.",
                        List.of(bare(303, "To Visma Connect."),
                                bare(204, "A browser looked ahead; the link is still good."),
                                page(400, "The link is not good, or this is not possible now."), nobody()));
            case "GET /connections/{name}/callback" -> browser("cameBack", Map.of(),
                    "Visma Connect's way back, as a query.", List.of(bare(303, "To the result."), notDone(), nobody()));
            case "POST /connections/{name}/callback" -> browser("cameBackByForm",
                    content("application/x-www-form-urlencoded", map("type", "object")),
                    "Visma Connect's way back, as a form.", List.of(bare(303, "To the result."), notDone(), nobody()));
            case "GET /connections/{name}/signed-in" -> browser("signInResult", Map.of(), "What became of a sign-in.",
                    List.of(page(200, "The person is signed in."), page(400, "The person is not signed in."),
                            unknown("There is no such connection; or, without a body, no sign-in of this browser.")));
            default -> throw new AssertionError(address + " is not described.");
        };
    }

    private static String meaning(WebhookResult result) {
        return switch (result) {
            case ACCEPTED, DUPLICATE, UNKNOWN -> "It is kept, was kept before, or nobody here wants to know of it.";
            case BAD_SIGNATURE -> "There is no signature, or it is not of a key that is known.";
            case MALFORMED -> "It is no event, which is told without a body.";
            case TOO_LARGE -> "It is larger than what is taken.";
            case UNAVAILABLE -> "Nothing was kept; send it again.";
        };
    }

    /** What the port answers to a call that is refused; empty where that cannot be, or is what the endpoint says anyway. */
    static Optional<Outcome> refusal(Endpoint endpoint, RefusalReason reason) {
        boolean isWebhook = endpoint.path().startsWith("/webhooks/");
        return switch (reason) {
            case KEY -> endpoint.known()
                    ? Optional.of(problem(401, "The operator key is missing or wrong.", ErrorCode.KEY_REFUSED))
                    : Optional.empty();
            // what is described takes this method, and an unknown name is the endpoint's own answer
            case UNKNOWN, METHOD -> Optional.empty();
            case TOO_LARGE -> said(isWebhook, 413, "The body is larger than what is taken, or none is taken.",
                    ErrorCode.BODY_TOO_LARGE, false);
            case LATE -> said(isWebhook, 408, "The body did not come whole in time.", ErrorCode.BODY_LATE, false);
            case NO_MEMORY, BUSY ->
                said(isWebhook, 503, "Too much is going on; nothing was done.", ErrorCode.TOO_BUSY, true);
            case MALFORMED -> Optional.of(
                    problem(400, "The call is not HTTP/1.1, or its address cannot be read.", ErrorCode.CALL_MALFORMED));
            case LONG_LINE -> Optional.of(problem(414, "The address is too long.", ErrorCode.CALL_MALFORMED));
            case LONG_HEADERS -> Optional
                    .of(problem(431, "There are too many headers, or they are too long.", ErrorCode.CALL_MALFORMED));
            case UNEXPECTED -> said(isWebhook || endpoint.path().startsWith("/connections/"), 500,
                    "A fault of nxt-sync itself.", ErrorCode.UNEXPECTED, false);
        };
    }

    /** @param own whether the endpoint has an answer of its own for that */
    private static Optional<Outcome> said(boolean own, int status, String meaning, ErrorCode code, boolean again) {
        return own ? Optional.empty() : Optional.of(new Outcome(status, meaning, Map.of(), List.of(code), again));
    }

    private static ApiOperation asking(String id, String summary, List<Outcome> outcomes) {
        return new ApiOperation(id, summary, Map.of(), outcomes);
    }

    /** An operation whose faults are told on a page. */
    private static ApiOperation browser(String id, Map<String, Object> body, String summary, List<Outcome> outcomes) {
        return new ApiOperation(id, summary, body,
                Stream.concat(outcomes.stream(), Stream.of(page(500, "A fault of nxt-sync itself."))).toList());
    }

    private static ApiOperation order(String id, String summary) {
        return asking(id, summary, List.of(json(202, "It is done as soon as it can be.", "OrderGiven"),
                unknown("There is no pull of this name."), databaseAway()));
    }

    private static Outcome databaseAway() {
        return new Outcome(503, "The database cannot be used now; try again.", Map.of(), DATABASE_AWAY, true);
    }

    private static Outcome unknown(String meaning) {
        return problem(404, meaning, ErrorCode.NOT_FOUND);
    }

    private static Outcome nobody() {
        return unknown("There is no such connection of a user.");
    }

    private static Outcome notDone() {
        return page(400, "It is not a sign-in of this browser, or this is not possible now.");
    }

    private static Outcome problem(int status, String meaning, ErrorCode code) {
        return new Outcome(status, meaning, Map.of(), List.of(code), false);
    }

    private static Outcome bare(int status, String meaning) {
        return new Outcome(status, meaning, Map.of(), List.of(), false);
    }

    private static Outcome page(int status, String meaning) {
        return new Outcome(status, meaning, content("text/html", map("type", "string")), List.of(), false);
    }

    private static Outcome json(int status, String meaning, String schema) {
        return new Outcome(status, meaning, json(schema), List.of(), false);
    }

    private static Map<String, Object> json(String schema) {
        return content("application/json", ref(schema));
    }

    private static Map<String, Object> content(String type, Map<String, Object> schema) {
        return map(type, map("schema", schema));
    }
}
