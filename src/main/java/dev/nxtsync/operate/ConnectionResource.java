package dev.nxtsync.operate;

import java.net.URI;
import java.sql.SQLException;

import jakarta.inject.Singleton;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

import org.jspecify.annotations.Nullable;

import io.smallrye.common.annotation.Blocking;

import com.fasterxml.jackson.databind.ObjectMapper;

import dev.nxtsync.config.Nearest;
import dev.nxtsync.config.Settings;
import dev.nxtsync.signin.SignIn;
import dev.nxtsync.token.OpenIdProvider;

/** What an operator tells a connection of a user. Closed without an operator key. */
@Singleton
@Blocking
@Path("/api/connections/{name}/sign-in")
@Produces(MediaType.APPLICATION_JSON)
public class ConnectionResource {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Settings settings;
    private final SignIn signIn;
    private final OperatorKey operator;

    ConnectionResource(Settings settings, SignIn signIn, OperatorKey operator) {
        this.settings = settings;
        this.signIn = signIn;
        this.operator = operator;
    }

    /** What is done with a connection. */
    @FunctionalInterface
    private interface Order {
        Response give(Settings.Connection connection) throws SQLException, OpenIdProvider.Unreachable;
    }

    /** A link by which a person signs in. */
    @POST
    public Response offer(@PathParam("name") String name, @HeaderParam(OperatorKey.HEADER) @Nullable String key) {
        return give(name, key, connection -> {
            var link = signIn.offer(connection);
            return Response.ok(JSON.createObjectNode().put("url", link.url())
                    .put("expires_at", link.expiresAt().toString()).toString())
                    .header("Cache-Control", "no-store").build();
        });
    }

    /** Signs out: the refresh token is revoked, and a person has to sign in before anything more is done. */
    @DELETE
    public Response signOut(@PathParam("name") String name, @HeaderParam(OperatorKey.HEADER) @Nullable String key) {
        return give(name, key, connection -> {
            var ended = signIn.signOut(connection);
            return Response.ok(JSON.createObjectNode().put("revoked", ended.revoked())
                    .put("end_session_url", ended.endOfSession().map(URI::toString).orElse(null)).toString()).build();
        });
    }

    private Response give(String name, @Nullable String key, Order order) {
        var refusal = operator.refusal(key);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        var connection = signIn.user(name);
        if (connection.isEmpty()) {
            return Answers.error(404, settings.connections().containsKey(name)
                    ? "This connection acts as a service, for which nobody signs in."
                    : "There is no connection of this name" + Nearest.hint(name, settings.connections().keySet())
                            + ".");
        }
        try {
            return order.give(connection.get());
        } catch (SQLException e) {
            return Answers.away();
        } catch (OpenIdProvider.Unreachable e) {
            return Answers.error(503, e.reason().message() + " Nothing was done.");
        }
    }
}
