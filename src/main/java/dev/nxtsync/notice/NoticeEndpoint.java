package dev.nxtsync.notice;

import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** Whoever takes notices. */
interface NoticeEndpoint {

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    Response post(@HeaderParam("webhook-id") String id, @HeaderParam("webhook-timestamp") long timestamp,
            @HeaderParam("webhook-signature") String signature, byte[] body);
}
