package dev.nxtsync.config;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import jakarta.inject.Singleton;

import io.quarkus.proxy.ProxyConfiguration;
import io.quarkus.proxy.ProxyConfigurationRegistry;
import io.quarkus.rest.client.reactive.QuarkusRestClientBuilder;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;

/**
 * By which way hosts outside are reached, and which certificates of theirs are trusted: Quarkus' own settings, those of
 * {@code quarkus.proxy} and of the default configuration of {@code quarkus.tls}, for every client of ours alike.
 */
@Singleton
public class Network {
    private final Optional<ProxyConfiguration> proxy;
    private final Optional<TlsConfiguration> trust;

    Network(ProxyConfigurationRegistry proxies, TlsConfigurationRegistry tls) {
        this.proxy = proxies.get(Optional.empty());
        this.trust = tls.getDefault();
    }

    /** The proxy that connects to the host of an address; empty if it is reached straight. */
    public Optional<ProxyConfiguration> proxy(String url) {
        String host = String.valueOf(URI.create(url).getHost()).toLowerCase(Locale.ROOT);
        return proxy.filter(each -> each.nonProxyHosts().orElse(List.of()).stream()
                .noneMatch(straight -> matches(host, straight.strip().toLowerCase(Locale.ROOT))));
    }

    /** A client of an address that goes this way. It follows no redirect, as whatever it sends is for that address only. */
    public QuarkusRestClientBuilder client(String url) {
        var builder = QuarkusRestClientBuilder.newBuilder().baseUri(URI.create(url)).followRedirects(false);
        trust.ifPresent(builder::tlsConfiguration);
        proxy(url).ifPresent(each -> {
            builder.proxyAddress(each.host(), each.port());
            each.username().ifPresent(builder::proxyUser);
            each.password().ifPresent(builder::proxyPassword);
        });
        return builder;
    }

    /** What is trusted instead of what the JDK trusts; empty if nothing is configured. */
    public Optional<TlsConfiguration> trust() {
        return trust;
    }

    /** With an asterisk for the beginning of a name, as in {@code *.example.com}. */
    private static boolean matches(String host, String pattern) {
        return pattern.startsWith("*") ? host.endsWith(pattern.substring(1)) : host.equals(pattern);
    }
}
