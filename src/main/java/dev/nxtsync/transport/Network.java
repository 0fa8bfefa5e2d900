package dev.nxtsync.transport;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import jakarta.inject.Singleton;

import io.quarkus.proxy.ProxyConfiguration;
import io.quarkus.proxy.ProxyConfigurationRegistry;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.quarkus.tls.runtime.config.TlsConfigUtils;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.ProxyOptions;

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
    private Optional<ProxyConfiguration> proxy(String url) {
        String host = String.valueOf(URI.create(url).getHost()).toLowerCase(Locale.ROOT);
        return proxy.filter(each -> each.nonProxyHosts().orElse(List.of()).stream()
                .noneMatch(straight -> matches(host, straight.strip().toLowerCase(Locale.ROOT))));
    }

    /** Of a client of an address that goes this way. */
    public HttpClientOptions options(String url) {
        var options = new HttpClientOptions();
        trust.ifPresent(each -> TlsConfigUtils.configure(options, each));
        proxy(url)
                .ifPresent(each -> options.setProxyOptions(new ProxyOptions().setHost(each.host()).setPort(each.port())
                        .setUsername(each.username().orElse(null)).setPassword(each.password().orElse(null))));
        return options;
    }

    /** With an asterisk for the beginning of a name, as in {@code *.example.com}. */
    private static boolean matches(String host, String pattern) {
        return pattern.startsWith("*") ? host.endsWith(pattern.substring(1)) : host.equals(pattern);
    }
}
