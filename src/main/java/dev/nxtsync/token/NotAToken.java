package dev.nxtsync.token;

import java.net.URI;
import java.util.Optional;

import com.nimbusds.oauth2.sdk.http.HTTPResponse;

/**
 * The token endpoint answered, but not with a token.
 *
 * @param error of a JSON answer (RFC 6749, section 5.2); empty in any other
 * @param detail the {@code error_description} of a JSON answer, or where a redirect leads; may be empty
 */
record NotAToken(int status, String error, String detail) {

    static NotAToken of(HTTPResponse answer) {
        var json = ConnectJson.object(answer.getBody());
        return new NotAToken(answer.getStatusCode(), json.path("error").asText(""),
                Optional.ofNullable(answer.getLocation()).map(NotAToken::origin)
                        .orElse(json.path("error_description").asText("")));
    }

    /** Without path and query, which may hold anything. */
    private static String origin(URI address) {
        return address.getScheme() + "://" + address.getRawAuthority();
    }
}
