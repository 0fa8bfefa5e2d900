package dev.nxtsync.graphql;

import java.io.Closeable;

import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** GraphQL over HTTP. The answer's body is read as a stream, whatever its status. Closing gives up what is under way. */
@Path("")
interface NxtEndpoint extends Closeable {

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    Response post(@HeaderParam("Authorization") String authorization,
            @HeaderParam("Accept-Encoding") String acceptEncoding, Outgoing body);

    @Override
    void close();
}
