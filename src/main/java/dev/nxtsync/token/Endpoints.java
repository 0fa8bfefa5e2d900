package dev.nxtsync.token;

import java.net.URI;
import java.util.Optional;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.config.PlainHttp;

/**
 * What an issuer's discovery document names (OpenID Connect Discovery, section 3).
 *
 * @param namesIssuer whether an authorization response says which issuer it comes from (RFC 9207, section 3)
 */
record Endpoints(URI token, Optional<URI> authorization, Optional<URI> keys, Optional<URI> userInfo,
        Optional<URI> revocation, Optional<URI> endOfSession, boolean namesIssuer) {

    /** @throws ConnectUnreachable if it is of another issuer, or names no token endpoint, or one without TLS */
    static Endpoints of(JsonNode document, String issuer, PlainHttp plainHttp, RefusalMessages messages)
            throws ConnectUnreachable {
        if (document.isMissingNode()) {
            throw new ConnectUnreachable(messages.without("readable discovery document"));
        }
        String named = document.path("issuer").asText("");
        if (!named.equals(issuer)) {
            throw new ConnectUnreachable(messages.otherIssuer(named));
        }
        for (String name : Stream.of("token_endpoint", "authorization_endpoint", "jwks_uri", "userinfo_endpoint",
                "revocation_endpoint", "end_session_endpoint").filter(document::has).toList()) {
            URI address = address(document, name)
                    .orElseThrow(() -> new ConnectUnreachable(messages.without("usable " + name)));
            boolean plain = !"https".equalsIgnoreCase(address.getScheme());
            if (plain && (issuer.startsWith("https:") || !plainHttp.allows(address))) {
                throw new ConnectUnreachable(messages.plain(name, address));
            }
        }
        return new Endpoints(
                address(document, "token_endpoint")
                        .orElseThrow(() -> new ConnectUnreachable(messages.without("token endpoint"))),
                address(document, "authorization_endpoint"), address(document, "jwks_uri"),
                address(document, "userinfo_endpoint"), address(document, "revocation_endpoint"),
                address(document, "end_session_endpoint"),
                document.path("authorization_response_iss_parameter_supported").asBoolean());
    }

    private static Optional<URI> address(JsonNode document, String name) {
        try {
            return Optional.ofNullable(document.path(name).textValue()).map(URI::create)
                    .filter(address -> address.getHost() != null && ("https".equalsIgnoreCase(address.getScheme())
                            || "http".equalsIgnoreCase(address.getScheme())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
