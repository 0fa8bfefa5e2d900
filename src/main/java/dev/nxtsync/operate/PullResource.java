package dev.nxtsync.operate;

import java.sql.SQLException;

import jakarta.inject.Singleton;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

import org.jspecify.annotations.Nullable;

import io.smallrye.common.annotation.Blocking;

import dev.nxtsync.config.Nearest;
import dev.nxtsync.config.Settings;
import dev.nxtsync.store.Steering;

/** What an operator tells a pull. Closed without an operator key. */
@Singleton
@Blocking
@Path("/api/pulls/{name}")
@Produces(MediaType.APPLICATION_JSON)
public class PullResource {
    private final Settings settings;
    private final Steering steering;
    private final OperatorKey operator;

    PullResource(Settings settings, Steering steering, OperatorKey operator) {
        this.settings = settings;
        this.steering = steering;
        this.operator = operator;
    }

    /** What is told to a pull in all its companies. */
    @FunctionalInterface
    private interface Order {
        void give(Settings.Pull pull) throws SQLException;
    }

    @POST
    @Path("/run")
    public Response run(@PathParam("name") String name, @HeaderParam(OperatorKey.HEADER) @Nullable String key) {
        return give(name, key, pull -> steering.run(pull.name(), pull.connection()));
    }

    @POST
    @Path("/pause")
    public Response pause(@PathParam("name") String name, @HeaderParam(OperatorKey.HEADER) @Nullable String key) {
        return give(name, key, pull -> steering.pause(pull.name()));
    }

    @POST
    @Path("/resume")
    public Response resume(@PathParam("name") String name, @HeaderParam(OperatorKey.HEADER) @Nullable String key) {
        return give(name, key, pull -> steering.resume(pull.name(), pull.connection()));
    }

    private Response give(String name, @Nullable String key, Order order) {
        var refusal = operator.refusal(key);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        var pull = settings.pulls().get(name);
        if (pull == null) {
            return Answers.error(404,
                    "There is no pull of this name" + Nearest.hint(name, settings.pulls().keySet()) + ".");
        }
        try {
            order.give(pull);
            return Response.accepted("{\"pull\":\"" + pull.name() + "\"}").build();
        } catch (SQLException e) {
            return Answers.away();
        }
    }
}
