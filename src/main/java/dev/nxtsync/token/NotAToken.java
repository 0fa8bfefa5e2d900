package dev.nxtsync.token;

import java.net.URI;

/**
 * The token endpoint answered, but not with a token.
 *
 * @param error of a JSON answer (RFC 6749, section 5.2); empty in any other
 * @param detail the {@code error_description} of a JSON answer, or where a redirect leads; may be empty
 */
record NotAToken(int status, String error, String detail) {
    /** More than is shown, so that a secret at the end of that is known as one. */
    private static final int MOST = 1_000;

    /** @param sent what the answer may repeat, and nobody may see */
    static NotAToken of(ConnectAnswer answer, SentSecrets sent) {
        var json = ConnectJson.object(answer.body());
        return new NotAToken(answer.status(),
                shown(json.path("error").asText(""), sent, "an error that repeats what was sent"),
                shown(answer.location().map(NotAToken::origin).orElse(json.path("error_description").asText("")), sent,
                        "not shown: it repeats what was sent"));
    }

    private static String shown(String text, SentSecrets sent, String instead) {
        String beginning = text.substring(0, Math.min(text.length(), MOST));
        return sent.isIn(beginning) ? instead : beginning;
    }

    /** Without path and query, which may hold anything. */
    static String origin(URI address) {
        return address.getScheme() + "://" + address.getRawAuthority();
    }
}
