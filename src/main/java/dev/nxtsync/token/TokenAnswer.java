package dev.nxtsync.token;

import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The tokens in an answer of the token endpoint, of a service and of a person alike (RFC 6749, section 5.1). What is no token is
 * refused here, before it is kept or used.
 *
 * @param idToken of a sign-in
 */
record TokenAnswer(UserTokenSet tokens, Optional<String> idToken) {
    private static final int LONGEST_SCOPE = 4_000;

    /**
     * @param sent what the answer may repeat, and nobody may see
     * @throws ConnectUnreachable if there is no usable token in it
     */
    static TokenAnswer of(ConnectAnswer answer, SentSecrets sent, RefusalMessages messages) throws ConnectUnreachable {
        JsonNode json = ConnectJson.object(answer.body());
        if (json.isMissingNode()) {
            throw new ConnectUnreachable(messages.of(NotAToken.of(answer, sent), ""));
        }
        String accessToken = text(json, "access_token").orElse("");
        if (accessToken.isEmpty()
                || !text(json, "token_type").map(type -> type.equalsIgnoreCase("Bearer")).orElse(true)) {
            throw new ConnectUnreachable(messages.noToken());
        }
        var refreshToken = text(json, "refresh_token");
        var flaw = TokenSyntax.flawOfAccess(accessToken).map(what -> "access token " + what)
                .or(() -> refreshToken.flatMap(TokenSyntax::flawOfRefresh).map(what -> "refresh token " + what));
        if (flaw.isPresent()) {
            throw new ConnectUnreachable(messages.malformed(flaw.get()));
        }
        return new TokenAnswer(
                new UserTokenSet(accessToken, Lifetime.of(json.path("expires_in")),
                        text(json, "scope").map(TokenAnswer::printable)
                                .filter(scope -> !scope.isBlank() && !sent.isIn(scope)),
                        refreshToken),
                text(json, "id_token"));
    }

    /** A scope is shown, and asks for nothing: RFC 6749, section 3.3. */
    private static String printable(String scope) {
        return scope.substring(0, Math.min(scope.length(), LONGEST_SCOPE)).replaceAll("[^ !#-\\[\\]-~]", " ");
    }

    private static Optional<String> text(JsonNode json, String name) {
        return Optional.ofNullable(json.path(name).textValue());
    }
}
