package dev.nxtsync.token;

import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.quarkus.oidc.client.OidcClient;
import io.quarkus.oidc.client.OidcClients;
import io.quarkus.oidc.client.runtime.OidcClientConfig;
import io.quarkus.oidc.common.runtime.config.OidcClientCommonConfig.Credentials.Secret.Method;
import io.quarkus.tls.runtime.config.TlsConfig;
import io.smallrye.mutiny.TimeoutException;
import io.vertx.core.Vertx;

import dev.nxtsync.config.Network;
import dev.nxtsync.config.Settings;
import dev.nxtsync.process.OutOfMemory;
import dev.nxtsync.trouble.NetworkFault;

/**
 * The client-credentials grant (RFC 6749, section 4.4) of one connection. Its endpoint comes from the issuer's
 * discovery document, which is asked for again until it has been read.
 */
final class ClientCredentials implements TokenRequest {
    private final Settings.Connection connection;
    private final String issuer;
    private final OidcClients clients;
    private final Network network;
    private final RefusalMessages messages;
    private final DiscoveryProbe probe;
    private @Nullable Client client;

    /** The extension's client, and the secret it was made with: a rotated secret needs a new one. */
    private record Client(String secret, OidcClient oidc) {
        @Override
        public String toString() {
            return "Client";
        }
    }

    ClientCredentials(Settings.Connection connection, String issuer, OidcClients clients, Network network,
            Vertx vertx) {
        this.connection = connection;
        this.issuer = issuer;
        this.clients = clients;
        this.network = network;
        this.messages = new RefusalMessages(connection, issuer);
        this.probe = new DiscoveryProbe(issuer, network, vertx);
    }

    @Override
    public synchronized Result send(Duration atMost) {
        String secret;
        try {
            secret = connection.clientSecret().reveal();
        } catch (UncheckedIOException e) {
            return new Refused(messages.unreadable(e));
        }
        try {
            var tokens = client(secret, atMost).getTokens(connection.extraParameters()).await().atMost(atMost);
            if (tokens.getAccessToken() == null || tokens.getAccessToken().isBlank()) {
                return new Refused(messages.noToken());
            }
            return new Granted(tokens.getAccessToken(),
                    Optional.ofNullable(tokens.get("expires_in"))
                            .map(seconds -> Duration.ofSeconds(new BigDecimal(seconds).longValue())),
                    Optional.ofNullable(tokens.get("scope")));
        } catch (TokenEndpointAnswers.NotAToken answer) {
            return new Refused(messages.of(answer, secret));
        } catch (TimeoutException e) {
            return new Refused(messages.slow(atMost));
        } catch (RuntimeException e) {
            OutOfMemory.endIfCauseOf(e);
            return new Refused(messages.unreachable(NetworkFault.of(e).orElseGet(() -> probe.fault(atMost))));
        }
    }

    private OidcClient client(String secret, Duration atMost) {
        var known = client;
        if (known != null && known.secret().equals(secret)) {
            return known.oidc();
        }
        var made = new Client(secret, clients.newClient(configuration(secret)).await().atMost(atMost));
        client = made;
        return made.oidc();
    }

    private OidcClientConfig configuration(String secret) {
        boolean basic = connection.tokenAuth() == Settings.TokenAuth.BASIC;
        var builder = OidcClientConfig.builder();
        network.proxy(issuer).ifPresent(proxy -> builder.proxy(proxy.host(), proxy.port(),
                proxy.username().orElse(null), proxy.password().orElse(null)));
        // the default configuration is taken only where it is named
        network.trust().ifPresent(trust -> builder.tlsConfigurationName(TlsConfig.DEFAULT_NAME));
        return builder
                .authServerUrl(issuer)
                .id(connection.name())
                // RFC 6749, section 2.3.1: form-encoded before Basic; the extension sends them as they are
                .clientId(basic ? encoded(connection.clientId()) : connection.clientId())
                .credentials().clientSecret(basic ? encoded(secret) : secret, basic ? Method.BASIC : Method.POST).end()
                .scopes(List.of(connection.askedScope().split("\\s+", -1)))
                .followRedirects(false)
                .connectionRetryCount(1)
                .build();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
