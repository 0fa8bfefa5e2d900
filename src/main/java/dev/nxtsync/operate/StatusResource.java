package dev.nxtsync.operate;

import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

import org.jspecify.annotations.Nullable;

import io.smallrye.common.annotation.Blocking;

import dev.nxtsync.status.Myself;
import dev.nxtsync.status.Overview;

/** How everything stands. Closed without an operator key. */
@Singleton
@Blocking
@Path("/api/status")
@Produces(MediaType.APPLICATION_JSON)
public class StatusResource {
    private final Overview overview;
    private final Myself myself;
    private final OperatorKey operator;

    StatusResource(Overview overview, Myself myself, OperatorKey operator) {
        this.overview = overview;
        this.myself = myself;
        this.operator = operator;
    }

    /** 200 also without a database; then it says that, and what this process knows by itself. */
    @GET
    public Response get(@HeaderParam(OperatorKey.HEADER) @Nullable String key) {
        return operator.refusal(key).orElseGet(() -> Response.ok(overview.of(myself).toString())
                .header("Cache-Control", "no-store").build());
    }
}
