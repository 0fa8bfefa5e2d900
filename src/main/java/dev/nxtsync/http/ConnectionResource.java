package dev.nxtsync.http;

import static dev.nxtsync.http.DatabaseAway.unlessAway;

import java.net.URI;
import java.sql.SQLException;
import java.util.List;

import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;

import dev.nxtsync.config.NameSuggestion;
import dev.nxtsync.config.Settings;
import dev.nxtsync.config.TokenSettings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.http.server.Endpoint;
import dev.nxtsync.http.server.HttpAnswer;
import dev.nxtsync.http.server.HttpCall;
import dev.nxtsync.http.server.HttpResource;
import dev.nxtsync.signin.SignIn;
import dev.nxtsync.signin.SignOut;
import dev.nxtsync.token.ConnectUnreachable;

/** What an operator tells a connection of a user. Closed without an operator key. */
@Singleton
class ConnectionResource implements HttpResource {
    private static final String PATH = "/api/connections/{name}/sign-in";

    private final TokenSettings settings;
    private final SignIn signIn;
    private final SignOut signOut;
    private final OperatorKey operator;

    ConnectionResource(TokenSettings settings, SignIn signIn, SignOut signOut, OperatorKey operator) {
        this.settings = settings;
        this.signIn = signIn;
        this.signOut = signOut;
        this.operator = operator;
    }

    /** What is done with a connection. */
    @FunctionalInterface
    private interface ConnectionOrder {
        HttpAnswer give(Settings.Connection connection) throws SQLException, ConnectUnreachable;
    }

    @Override
    public List<Endpoint> addresses() {
        return operator.those(operator.address("POST", PATH, unlessAway(call -> give(call, this::offer))),
                operator.address("DELETE", PATH, unlessAway(call -> give(call, this::signOut))));
    }

    private record SignInLink(String url, String expiresAt) {}

    private record SignOutAnswer(boolean revoked, @Nullable String endSessionUrl) {}

    /** A link by which a person signs in. */
    private HttpAnswer offer(Settings.Connection connection) throws SQLException {
        var link = signIn.offer(connection);
        return HttpAnswer.json(200, new SignInLink(link.url(), link.expiresAt().toString())).with("Cache-Control",
                "no-store");
    }

    /** Signs out: the refresh token is revoked, and a person has to sign in before anything more is done. */
    private HttpAnswer signOut(Settings.Connection connection) throws SQLException, ConnectUnreachable {
        var ended = signOut.signOut(connection);
        return HttpAnswer.json(200,
                new SignOutAnswer(ended.revoked(), ended.endOfSession().map(URI::toString).orElse(null)));
    }

    private HttpAnswer give(HttpCall call, ConnectionOrder order) throws SQLException {
        String name = call.parameter("name");
        var connection = signIn.user(name);
        if (connection.isEmpty()) {
            return HttpAnswer.problem(404, ErrorCode.NOT_FOUND,
                    settings.connections().containsKey(name)
                            ? "This connection acts as a service, so nobody signs in for it."
                            : "There is no connection of this name"
                                    + NameSuggestion.among(name, settings.connections().keySet()));
        }
        try {
            return order.give(connection.get());
        } catch (ConnectUnreachable e) {
            return HttpAnswer.problem(503, e.reason().errorCode(), e.reason().message() + " Nothing was done.");
        }
    }
}
