package dev.nxtsync.token;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;

import io.vertx.core.Vertx;

import com.nimbusds.oauth2.sdk.http.HTTPRequest;

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
        try {
            int status = new HTTPRequest(HTTPRequest.Method.GET, URI.create(address))
                    .send(new ConnectClient(network, vertx, atMost)).getStatusCode();
            return new NetworkFault(status == 407 ? Trouble.PROXY : Trouble.UNREACHABLE,
                    "HTTP " + status + " from " + address);
        } catch (IOException e) {
            return NetworkFault.of(e).orElseGet(() -> new NetworkFault(Trouble.UNREACHABLE, e.getMessage() + " from "
                    + address));
        }
    }
}
