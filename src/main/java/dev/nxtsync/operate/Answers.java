package dev.nxtsync.operate;

import jakarta.ws.rs.core.Response;

import com.fasterxml.jackson.databind.ObjectMapper;

/** Answers that all of {@code /api} gives alike. */
final class Answers {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Answers() {}

    /** @param why in a caller's words, as the member {@code error} */
    static Response error(int status, String why) {
        return Response.status(status).entity(JSON.createObjectNode().put("error", why).toString()).build();
    }

    static Response away() {
        return Response.fromResponse(error(503, "The database is away; nothing was done."))
                .header("Retry-After", "5").build();
    }
}
