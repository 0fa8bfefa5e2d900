package dev.nxtsync.token;

import jakarta.inject.Singleton;

import io.quarkus.arc.Unremovable;
import io.quarkus.oidc.common.OidcEndpoint;
import io.quarkus.oidc.common.OidcResponseFilter;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;

/** Keeps the status and kind of an answer that is not a token, which the extension drops. */
@Singleton
@Unremovable
@OidcEndpoint(OidcEndpoint.Type.TOKEN)
public class TokenEndpointAnswers implements OidcResponseFilter {

    /** The token endpoint answered, but not with a token. */
    static final class NotAToken extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final int status;
        /** The {@code error} of a JSON answer; empty in any other. */
        final String error;
        /** The {@code error_description} of a JSON answer, or the redirect's address; may be empty. */
        final String detail;

        NotAToken(int status, String error, String detail) {
            super("HTTP " + status + " " + error, null, false, false);
            this.status = status;
            this.error = error;
            this.detail = detail;
        }
    }

    @Override
    public Uni<Void> filter(OidcResponseFilterContext answer) {
        String location = answer.responseHeaders().get("Location");
        try {
            var json = answer.responseBody() == null ? new JsonObject() : answer.responseBody().toJsonObject();
            if (answer.statusCode() == 200) {
                return Uni.createFrom().voidItem();
            }
            return failure(answer, json.getString("error", ""),
                    location == null ? json.getString("error_description", "") : location);
        } catch (DecodeException | ClassCastException e) {
            return failure(answer, "", location == null ? "" : location);
        }
    }

    private static Uni<Void> failure(OidcResponseFilterContext answer, String error, String detail) {
        return Uni.createFrom().failure(new NotAToken(answer.statusCode(), error, detail));
    }
}
