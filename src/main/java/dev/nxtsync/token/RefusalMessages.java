package dev.nxtsync.token;

import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ConnectFailure;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.QuotedText;
import dev.nxtsync.error.Words;

/** What each way of not getting a token means for the operator, and what to do. */
record RefusalMessages(Settings.Connection connection, String issuer) {
    private static final int LONGEST = 200;
    private static final int NO_CONTENT = 204;
    private static final int PROXY_WANTS_LOGIN = 407;
    private static final int TOO_MANY = 429;
    private static final Pattern CONNECTION_SETTING = Pattern
            .compile("NXT_(CLIENT_ID|CLIENT_SECRET|SCOPE|ISSUER|TOKEN_AUTH)");

    /** @param secret that was sent, and is nowhere in the answer */
    Problem of(NotAToken answer, String secret) {
        String id = "\"" + connection.clientId() + "\"";
        return switch (answer.error()) {
            case "invalid_client" -> failure(ErrorCode.INVALID_CLIENT, "Visma Connect does not know the client id " + id
                    + " with this secret (invalid_client)." + mangled(secret));
            case "invalid_scope" -> failure(ErrorCode.INVALID_SCOPE, "Visma Connect does not grant the scope \""
                    + connection.askedScope() + "\" to " + id + " (invalid_scope).");
            case "unauthorized_client" -> failure(ErrorCode.UNAUTHORIZED_CLIENT, "Visma Connect does not let " + id
                    + " use "
                    + (connection.kind() == Settings.ConnectionKind.USER ? "sign-ins of users" : "client credentials")
                    + " (unauthorized_client).");
            case "" -> withoutError(answer);
            default -> failure(ErrorCode.TOKEN_REFUSED, "Visma Connect answered " + plain(answer.error())
                    + (answer.detail().isEmpty() ? "" : " (" + plain(answer.detail()) + ")") + " for " + id + ".");
        };
    }

    Problem unreadable(UncheckedIOException e) {
        return failure(ErrorCode.SECRET_UNREADABLE, "The client secret cannot be used: " + e.getMessage() + ".");
    }

    Problem noToken() {
        return failure(ErrorCode.NO_TOKEN, "The token endpoint of " + issuer + " answered without an access token.");
    }

    /** @param flaw which token it is and what is wrong with it, without what it is */
    Problem malformed(String flaw) {
        return failure(ErrorCode.TOKEN_MALFORMED,
                "The " + flaw + " (RFC 6750, section 2.1). It came from " + issuer + " and is not used.");
    }

    Problem tooLong() {
        return failure(ErrorCode.TOKEN_NOT_JSON, "An answer of " + issuer + " is longer than " + ConnectClient.LONGEST
                + " bytes, and was cut off there.");
    }

    Problem longHeaders() {
        return failure(ErrorCode.TOKEN_NOT_JSON,
                "An answer of " + issuer + " has too many headers, and was not read further.");
    }

    Problem broken() {
        return failure(ErrorCode.UNREACHABLE,
                "The connection to Visma Connect at " + issuer + " was closed before an answer was complete.");
    }

    /** @param answer other than the discovery document */
    Problem noDiscovery(ConnectAnswer answer) {
        int status = answer.status();
        if (status == PROXY_WANTS_LOGIN) {
            return unreachable(new ConnectFailure(ErrorCode.PROXY, "HTTP " + status));
        }
        return notOfOAuth("discovery document", status, answer.location().map(NotAToken::origin).orElse(""))
                .orElseGet(() -> failure(ErrorCode.NO_TOKEN, issuer + "/.well-known/openid-configuration answered HTTP "
                        + status + ", but not with a discovery document."));
    }

    /** @param name of the address, as the discovery document or the setting has it */
    Problem plain(String name, URI address) {
        return failure(ErrorCode.PLAIN_HTTP,
                "The " + name + " of " + issuer + " is not an https address ("
                        + plain(address.getScheme() + "://" + address.getRawAuthority())
                        + "), so secrets could be read on the way. Nothing was sent there.");
    }

    /** @param what the issuer's discovery document does not name */
    Problem without(String what) {
        return failure(ErrorCode.NO_TOKEN, issuer + " has no " + what + ".");
    }

    Problem otherIssuer(String named) {
        return failure(ErrorCode.NO_TOKEN, "The discovery document of " + issuer + " names the issuer " + plain(named)
                + ", but must name exactly this issuer (OpenID Connect Discovery, section 4.3).");
    }

    Problem slow(Duration waited) {
        return failure(ErrorCode.TOKEN_SLOW,
                "Visma Connect did not answer at " + issuer + " within " + Words.time(waited) + ".");
    }

    Problem unreachable(ConnectFailure fault) {
        String host = URI.create(issuer).getHost();
        String what = switch (fault.errorCode()) {
            case UNKNOWN_HOST -> "The DNS of this network does not know the host " + host + ".";
            case TLS -> "The certificate of " + host + " is not trusted (" + plain(fault.detail()) + ").";
            case TLS_HANDSHAKE -> "A TLS connection with " + host + " cannot be made (" + plain(fault.detail()) + ").";
            case PROXY -> "The proxy refuses to connect to " + host + " (" + plain(fault.detail()) + ").";
            default -> "Visma Connect cannot be reached at " + issuer + " (" + plain(fault.detail()) + ").";
        };
        return failure(fault.errorCode(), what + " It is the host of " + setting("ISSUER") + ".");
    }

    private Problem withoutError(NotAToken answer) {
        int status = answer.status();
        return notOfOAuth("token endpoint", status, answer.detail()).orElseGet(() -> failure(ErrorCode.TOKEN_NOT_JSON,
                "The token endpoint of " + issuer + " answered HTTP " + status
                        + (status == NO_CONTENT
                                ? " with nothing."
                                : " with something that is not JSON, such as a web page.")));
    }

    /** What any server says of itself by a status alone; empty if it does not. */
    private Optional<Problem> notOfOAuth(String what, int status, String location) {
        if (status >= 300 && status < 400) {
            return Optional.of(failure(ErrorCode.TOKEN_REDIRECT, "The " + what + " of " + issuer + " redirects to "
                    + plain(location) + ". The redirect is not followed, because the secret would be sent along."));
        }
        return status >= 500 || status == TOO_MANY
                ? Optional.of(failure(ErrorCode.TOKEN_UNAVAILABLE,
                        "Visma Connect is out of order or overloaded (HTTP " + status + " from the " + what + " of "
                                + issuer + ")."))
                : Optional.empty();
    }

    /** What may have happened to the secret on its way here; tells nothing of the secret itself. */
    private String mangled(String secret) {
        if (secret.matches("(?s).*%[0-9A-Fa-f]{2}.*")) {
            return " The secret looks URL-encoded (it has a % before two digits). Set it as the portal showed it; "
                    + "nxt-sync encodes it.";
        }
        if (secret.matches("(?s).*\\s.*")) {
            return " The secret has a space or a line break in it. Perhaps a + was decoded on its way here. Set the secret as "
                    + "the portal showed it.";
        }
        if (connection.tokenAuth() == Settings.TokenAuth.BASIC
                && !URLEncoder.encode(secret, StandardCharsets.UTF_8).equals(secret)) {
            return " The secret has characters that are encoded on the way, such as a + (RFC 6749, section 2.3.1). If "
                    + "client id and secret are right, set " + setting("TOKEN_AUTH") + " to body.";
        }
        return "";
    }

    private Problem failure(ErrorCode errorCode, String what) {
        return new Problem(errorCode, what + " "
                + CONNECTION_SETTING.matcher(errorCode.nextStep()).replaceAll(named -> setting(named.group(1))));
    }

    /** The setting of all connections, where the one that is called main has no other. */
    private String setting(String key) {
        return connection.name().equals("main") ? "NXT_" + key : connection.variable(key);
    }

    /** What the server wrote. */
    private static String plain(String text) {
        return QuotedText.upTo(LONGEST, text);
    }
}
