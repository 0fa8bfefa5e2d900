package dev.nxtsync.http;

import com.fasterxml.jackson.databind.ObjectMapper;

import dev.nxtsync.http.server.HttpAnswer;

/** Answers that all of {@code /api} gives alike. */
final class ErrorResponse {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ErrorResponse() {}

    /** @param why in a caller's words, as the member {@code error} */
    static HttpAnswer error(int status, String why) {
        return HttpAnswer.json(status, JSON.createObjectNode().put("error", why).toString());
    }

    static HttpAnswer noMemory() {
        return error(503, "There is no memory for this now; nothing was done. Try again.").with("Retry-After", "2");
    }

    static HttpAnswer away() {
        return error(503, "The database is away; nothing was done.").with("Retry-After", "5");
    }
}
