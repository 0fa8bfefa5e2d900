package dev.nxtsync.token;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;

import dev.nxtsync.config.Settings;

/** What each way of not getting a token means for the operator, and what to do. */
record RefusalMessages(Settings.Connection connection, String issuer) {

    TokenFailure of(TokenEndpointAnswers.NotAToken answer) {
        String id = connection.clientId();
        return switch (answer.error) {
            case "invalid_client" -> new TokenFailure("invalid_client", "Visma Connect does not know the client id \""
                    + id
                    + "\" with this secret (invalid_client). Compare " + setting("CLIENT_ID") + " and "
                    + setting("CLIENT_SECRET")
                    + " with the application in the Developer Portal; a secret is shown there only once, so make a new one if in "
                    + "doubt.");
            case "invalid_scope" -> new TokenFailure("invalid_scope", "Visma Connect does not grant the scope \""
                    + connection.scope() + "\" to \"" + id
                    + "\" (invalid_scope). In the Developer Portal add the integration "
                    + "\"Business NXT GraphQL Service API\" with this scope and have Visma approve it, or correct "
                    + setting("SCOPE") + ".");
            case "unauthorized_client" -> new TokenFailure("unauthorized_client", "Visma Connect does not let \"" + id
                    + "\" use client credentials (unauthorized_client). The application must be of the type Service and approved "
                    + "by Visma.");
            case "" -> withoutError(answer);
            default -> new TokenFailure(answer.error.replaceAll("[^a-z_]", ""),
                    "Visma Connect answered " + plain(answer.error)
                            + (answer.detail.isEmpty() ? "" : " (" + plain(answer.detail) + ")")
                            + ". Look the code up in the Developer "
                            + "Portal's OAuth debugger, and correct the application or the settings of connection "
                            + connection.name()
                            + ".");
        };
    }

    TokenFailure noToken() {
        return new TokenFailure("no_token",
                "The token endpoint of " + issuer + " answered without an access token. Check that "
                        + setting("ISSUER") + " is Visma Connect's address.");
    }

    TokenFailure slow(Duration waited) {
        return new TokenFailure("slow", "Visma Connect did not answer at " + issuer + " within " + waited.toMillis()
                + " ms. Nothing needs to be done if this passes; else check the network, the proxy and Visma's status page.");
    }

    TokenFailure unreachable(RuntimeException e) {
        String host = URI.create(issuer).getHost();
        try {
            InetAddress.getByName(host);
        } catch (UnknownHostException unknown) {
            return new TokenFailure("unknown_host",
                    "The host " + host + " is not known here. Check " + setting("ISSUER")
                            + " and the DNS of this network.");
        }
        return new TokenFailure("unreachable", "There is no Visma Connect to be reached at " + issuer
                + ", or no discovery document (" + issuer + "/.well-known/openid-configuration). Check "
                + setting("ISSUER")
                + ", the firewall, the proxy and its certificate. (" + e.getClass().getSimpleName() + ")");
    }

    private TokenFailure withoutError(TokenEndpointAnswers.NotAToken answer) {
        if (answer.status >= 300 && answer.status < 400) {
            return new TokenFailure("redirect",
                    "The token endpoint of " + issuer + " redirects to " + plain(answer.detail)
                            + ". That is not followed, since the secret would go along; set " + setting("ISSUER")
                            + " to the final address.");
        }
        if (answer.status >= 500 || answer.status == 429) {
            return new TokenFailure("http_" + answer.status,
                    "Visma Connect is out of order or overloaded (HTTP " + answer.status
                            + " from the token endpoint of " + issuer
                            + "). Nothing needs to be done if this passes; else look at Visma's status page.");
        }
        return new TokenFailure("not_json", "The token endpoint of " + issuer + " answered HTTP " + answer.status
                + " with something that is not JSON, such as a web page. Check " + setting("ISSUER")
                + " and whether a proxy or a sign-in page stands between.");
    }

    private String setting(String key) {
        if (connection.name().equals("main")) {
            return "NXT_" + key;
        }
        return "NXT_CONNECTIONS_" + connection.name().toUpperCase(Locale.ROOT) + "_" + key;
    }

    private static String plain(String text) {
        String oneLine = text.replaceAll("\\p{Cntrl}", " ");
        return oneLine.length() > 200 ? oneLine.substring(0, 200) + "…" : oneLine;
    }
}
