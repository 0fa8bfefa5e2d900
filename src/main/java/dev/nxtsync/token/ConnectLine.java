package dev.nxtsync.token;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.vertx.core.Vertx;

import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.id.ClientID;

import dev.nxtsync.config.PlainHttp;
import dev.nxtsync.config.Settings;
import dev.nxtsync.config.TokenSettings;
import dev.nxtsync.error.ConnectFailure;
import dev.nxtsync.error.Problem;
import dev.nxtsync.process.OutOfMemory;
import dev.nxtsync.trace.TraceSpan;
import dev.nxtsync.transport.Network;
import dev.nxtsync.transport.OutgoingBody;
import dev.nxtsync.transport.TooSlow;

/**
 * Visma Connect as one connection reaches it, of a service or of a person. Nothing is sent to an address without TLS but where
 * {@link PlainHttp} allows it. Safe for any number of threads; each call blocks for its request.
 */
final class ConnectLine {
    /** Of one request of a sign-in, for which a person waits. */
    static final Duration PATIENCE = Duration.ofSeconds(10);
    private final Settings.Connection connection;
    private final String issuer;
    private final PlainHttp plainHttp;
    private final RefusalMessages messages;
    private final ConnectClient client;
    private final IssuerDiscovery discovery = new IssuerDiscovery(this::readEndpoints, System::nanoTime);

    ConnectLine(Settings.Connection connection, TokenSettings settings, Network network, Vertx vertx) {
        this.connection = connection;
        this.issuer = settings.issuer(connection);
        this.plainHttp = settings.plainHttp();
        this.messages = new RefusalMessages(connection, issuer);
        this.client = new ConnectClient(network, vertx);
    }

    RefusalMessages messages() {
        return messages;
    }

    Endpoints endpoints() throws ConnectUnreachable {
        return discovery.endpoints();
    }

    /** As {@link #endpoints}, read anew where that succeeds. */
    Endpoints endpointsAnew() throws ConnectUnreachable {
        discovery.doubt();
        return discovery.endpoints();
    }

    private Endpoints readEndpoints(Duration atMost) throws ConnectUnreachable {
        if (!plainHttp.allows(URI.create(issuer))) {
            throw new ConnectUnreachable(messages.plain("issuer", URI.create(issuer)));
        }
        var answer = exchange(
                new HTTPRequest(HTTPRequest.Method.GET, URI.create(issuer + "/.well-known/openid-configuration")),
                atMost);
        if (!answer.isSuccess()) {
            throw new ConnectUnreachable(messages.noDiscovery(answer));
        }
        return Endpoints.of(ConnectJson.object(answer.body()), issuer, plainHttp, messages);
    }

    /** Asks one of the endpoints, which is doubtful where no whole answer comes. */
    ConnectAnswer ask(HTTPRequest request, Duration atMost) throws ConnectUnreachable {
        try {
            return exchange(request, atMost);
        } catch (ConnectUnreachable e) {
            discovery.doubt();
            throw e;
        }
    }

    private ConnectAnswer exchange(HTTPRequest request, Duration atMost) throws ConnectUnreachable {
        var body = new OutgoingBody(Optional.ofNullable(request.getBody()).orElse("").getBytes(StandardCharsets.UTF_8));
        try (var span = TraceSpan
                .begin(request.getMethod() == HTTPRequest.Method.GET ? "discovery" : "token request")) {
            try {
                var answer = client.send(request, body, atMost);
                span.with("http.response.status_code", answer.status()).outcome(answer.isSuccess() ? "ok" : "refused");
                return answer;
            } catch (IOException e) {
                var failed = unreachable(e, body, atMost);
                span.outcome(failed.reason().code());
                throw failed;
            }
        }
    }

    private ConnectUnreachable unreachable(IOException e, OutgoingBody body, Duration atMost) {
        OutOfMemory.endIfCauseOf(e);
        if (e instanceof InterruptedIOException) {
            Thread.currentThread().interrupt();
        }
        boolean unsent = body.withhold();
        return new ConnectUnreachable(
                unsent ? messages.unreachable(ConnectFailure.unsent(e, e instanceof TooSlow)) : broken(e, atMost),
                unsent);
    }

    private Problem broken(IOException thrown, Duration atMost) {
        if (thrown instanceof TooSlow) {
            return messages.slow(atMost);
        }
        if (thrown instanceof ConnectClient.TooLong) {
            return messages.tooLong();
        }
        return thrown.getCause() instanceof TooLongHttpHeaderException ? messages.longHeaders() : messages.broken();
    }

    /** The tokens of an answer that says that all went well. */
    TokenAnswer tokens(HTTPRequest request, ConnectAnswer answer) throws ConnectUnreachable {
        try {
            return TokenAnswer.of(answer, SentSecrets.in(request), messages);
        } catch (ConnectUnreachable e) {
            discovery.doubt();
            throw e;
        }
    }

    /** What an answer other than a token means. */
    Problem reason(NotAToken answer) {
        if (answer.error().isEmpty()) {
            // no words of a token endpoint's
            discovery.doubt();
        }
        try {
            return messages.of(answer, connection.clientSecret().reveal());
        } catch (UncheckedIOException e) {
            return messages.unreadable(e);
        }
    }

    /** @param scope null where it is that of the grant */
    HTTPRequest tokenRequest(Endpoints endpoints, AuthorizationGrant grant, @Nullable Scope scope)
            throws ConnectUnreachable {
        var request = new com.nimbusds.oauth2.sdk.TokenRequest.Builder(endpoints.token(), client(), grant).scope(scope);
        connection.extraParameters().forEach((name, value) -> request.customParameter(name, value));
        return request.build().toHTTPRequest();
    }

    ClientAuthentication client() throws ConnectUnreachable {
        try {
            var secret = new Secret(connection.clientSecret().reveal());
            return connection.tokenAuth() == Settings.TokenAuth.BASIC
                    ? new ClientSecretBasic(clientId(), secret)
                    : new ClientSecretPost(clientId(), secret);
        } catch (UncheckedIOException e) {
            throw new ConnectUnreachable(messages.unreadable(e));
        }
    }

    ClientID clientId() {
        return new ClientID(connection.clientId());
    }
}
