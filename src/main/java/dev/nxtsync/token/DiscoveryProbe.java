package dev.nxtsync.token;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ProxyOptions;

import dev.nxtsync.config.Network;
import dev.nxtsync.trouble.NetworkFault;
import dev.nxtsync.trouble.Trouble;

/**
 * Asks for an issuer's discovery document once more, by the same way, when that could not be read: the extension does not
 * tell why.
 */
final class DiscoveryProbe {
    private final String address;
    private final Network network;
    private final Vertx vertx;

    DiscoveryProbe(String issuer, Network network, Vertx vertx) {
        this.address = issuer + "/.well-known/openid-configuration";
        this.network = network;
        this.vertx = vertx;
    }

    NetworkFault fault(Duration atMost) {
        var options = new HttpClientOptions().setConnectTimeout((int) Math.min(5_000, atMost.toMillis()));
        network.trust().ifPresent(trust -> options.setTrustOptions(trust.getTrustStoreOptions()));
        network.proxy(address).ifPresent(proxy -> options.setProxyOptions(new ProxyOptions().setHost(proxy.host())
                .setPort(proxy.port()).setUsername(proxy.username().orElse(null))
                .setPassword(proxy.password().orElse(null))));
        var client = vertx.createHttpClient(options);
        try {
            int status = client.request(new RequestOptions().setMethod(HttpMethod.GET).setAbsoluteURI(address))
                    .compose(HttpClientRequest::send).map(response -> response.statusCode()).toCompletionStage()
                    .toCompletableFuture().get(atMost.toMillis(), TimeUnit.MILLISECONDS);
            return new NetworkFault(status == 407
                    ? Trouble.PROXY
                    : Trouble.UNREACHABLE, "HTTP " + status + " from " + address);
        } catch (ExecutionException e) {
            return Optional.ofNullable(e.getCause()).flatMap(NetworkFault::of)
                    .orElseGet(() -> new NetworkFault(Trouble.UNREACHABLE, String.valueOf(e.getMessage())));
        } catch (TimeoutException e) {
            return new NetworkFault(Trouble.UNREACHABLE, "no answer from " + address);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new NetworkFault(Trouble.UNREACHABLE, "interrupted");
        } finally {
            client.close();
        }
    }
}
