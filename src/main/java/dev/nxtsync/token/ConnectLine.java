package dev.nxtsync.token;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

import io.vertx.core.Vertx;

import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;

import dev.nxtsync.config.PlainHttp;
import dev.nxtsync.config.Settings;
import dev.nxtsync.http.Network;
import dev.nxtsync.trouble.NetworkFault;
import dev.nxtsync.trouble.Reason;

/**
 * Visma Connect as one connection reaches it, of a service or of a person: its endpoints come from discovery, which is kept
 * until a request fails. Nothing is sent to an address without TLS but where {@link PlainHttp} allows it. Safe for any number of
 * threads; each call blocks for its request.
 */
final class ConnectLine {
    private final Settings.Connection connection;
    private final String issuer;
    private final PlainHttp plainHttp;
    private final RefusalMessages messages;
    private final Network network;
    private final Vertx vertx;
    private volatile @Nullable Endpoints known;

    ConnectLine(Settings.Connection connection, Settings settings, Network network, Vertx vertx) {
        this.connection = connection;
        this.issuer = settings.issuer(connection);
        this.plainHttp = settings.plainHttp();
        this.messages = new RefusalMessages(connection, issuer);
        this.network = network;
        this.vertx = vertx;
    }

    RefusalMessages messages() {
        return messages;
    }

    /** As they were read last. */
    Endpoints endpoints(Duration atMost) throws OpenIdProvider.Unreachable {
        var endpoints = known;
        return endpoints == null ? endpointsAnew(atMost) : endpoints;
    }

    Endpoints endpointsAnew(Duration atMost) throws OpenIdProvider.Unreachable {
        if (!plainHttp.allows(URI.create(issuer))) {
            throw new OpenIdProvider.Unreachable(messages.plain("issuer", URI.create(issuer)));
        }
        var answer = ask(new HTTPRequest(HTTPRequest.Method.GET,
                URI.create(issuer + "/.well-known/openid-configuration")), atMost);
        if (answer.getStatusCode() != HTTPResponse.SC_OK) {
            throw new OpenIdProvider.Unreachable(messages.noDiscovery(answer.getStatusCode()));
        }
        var endpoints = Endpoints.of(ConnectJson.object(answer.getBody()), issuer, plainHttp, messages);
        known = endpoints;
        return endpoints;
    }

    /** Has discovery read anew before the next request. */
    void forget() {
        known = null;
    }

    HTTPResponse ask(HTTPRequest request, Duration atMost) throws OpenIdProvider.Unreachable {
        try {
            return send(request, atMost);
        } catch (IOException e) {
            throw new OpenIdProvider.Unreachable(reason(e, atMost));
        }
    }

    /** @throws IOException if there was no whole answer; {@link NetworkFault} says whether it was sent */
    HTTPResponse send(HTTPRequest request, Duration atMost) throws IOException {
        try {
            return request.send(new ConnectClient(network, vertx, atMost));
        } catch (IOException e) {
            forget();
            throw e;
        }
    }

    Reason reason(IOException thrown, Duration atMost) {
        var fault = NetworkFault.of(thrown);
        return fault.isPresent()
                ? messages.unreachable(fault.get())
                : thrown instanceof ConnectClient.TooLong
                        ? messages.tooLong()
                        : thrown.getCause() instanceof TimeoutException ? messages.slow(atMost) : messages.broken();
    }

    /** What an answer other than a token means. */
    Reason reason(NotAToken answer) {
        try {
            return messages.of(answer, connection.clientSecret().reveal());
        } catch (UncheckedIOException e) {
            return messages.unreadable(e);
        }
    }

    /** @param scope null where it is that of the grant */
    HTTPRequest tokenRequest(Endpoints endpoints, AuthorizationGrant grant, @Nullable Scope scope)
            throws OpenIdProvider.Unreachable {
        var request = new com.nimbusds.oauth2.sdk.TokenRequest.Builder(endpoints.token(), client(), grant)
                .scope(scope);
        connection.extraParameters().forEach((name, value) -> request.customParameter(name, value));
        return request.build().toHTTPRequest();
    }

    ClientAuthentication client() throws OpenIdProvider.Unreachable {
        try {
            var secret = new Secret(connection.clientSecret().reveal());
            return connection.tokenAuth() == Settings.TokenAuth.BASIC
                    ? new ClientSecretBasic(clientId(), secret)
                    : new ClientSecretPost(clientId(), secret);
        } catch (UncheckedIOException e) {
            throw new OpenIdProvider.Unreachable(messages.unreadable(e));
        }
    }

    ClientID clientId() {
        return new ClientID(connection.clientId());
    }
}
