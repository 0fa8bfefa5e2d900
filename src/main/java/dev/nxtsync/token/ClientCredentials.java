package dev.nxtsync.token;

import java.time.Duration;

import io.vertx.core.Vertx;

import com.nimbusds.oauth2.sdk.ClientCredentialsGrant;
import com.nimbusds.oauth2.sdk.Scope;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.TokenSettings;
import dev.nxtsync.transport.Network;

/**
 * The client-credentials grant (RFC 6749, section 4.4) of one connection. Not by Quarkus' OIDC client, which
 * reads an answer of any length, sends the secret wherever discovery says, and does not tell why a request failed.
 */
final class ClientCredentials implements TokenRequest {
    private final Scope scope;
    private final ConnectLine line;

    ClientCredentials(Settings.Connection connection, TokenSettings settings, Network network, Vertx vertx) {
        this.scope = Scope.parse(connection.askedScope());
        this.line = new ConnectLine(connection, settings, network, vertx);
    }

    @Override
    public TokenResult send(Duration atMost) {
        try {
            var request = line.tokenRequest(line.endpoints(), new ClientCredentialsGrant(), scope);
            var answer = line.ask(request, atMost);
            if (!answer.isSuccess()) {
                return new Refused(line.reason(NotAToken.of(answer, SentSecrets.in(request))), answer.retryAfter());
            }
            var tokens = line.tokens(request, answer).tokens();
            return new Granted(tokens.accessToken(), tokens.expiresIn(), tokens.scope());
        } catch (ConnectUnreachable e) {
            return new Refused(e.reason());
        }
    }
}
