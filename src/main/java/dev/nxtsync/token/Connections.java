package dev.nxtsync.token;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.oidc.client.OidcClients;
import io.vertx.core.Vertx;

import dev.nxtsync.config.Network;
import dev.nxtsync.config.Settings;

/** The tokens of every configured connection; asking begins with the first use of this bean. */
@Singleton
public class Connections {
    private final Map<String, RenewingTokens> byName = new TreeMap<>();
    private final ScheduledExecutorService executor;

    Connections(Settings settings, OidcClients clients, Network network, Vertx vertx, MeterRegistry metrics) {
        // A request blocks its thread, so that each connection has one; a slow issuer then delays no other connection.
        executor = Executors.newScheduledThreadPool(Math.max(1, settings.connections().size()), work -> {
            var thread = new Thread(work, "token-renewal");
            thread.setDaemon(true);
            return thread;
        });
        for (Settings.Connection each : settings.connections().values()) {
            var request = new ClientCredentials(each, settings.issuer(each), clients, network, vertx);
            var tokens = new RenewingTokens(each.name(), each.scope(), request,
                    new RenewalTimes(() -> ThreadLocalRandom.current().nextLong()),
                    executor, System::nanoTime, metrics);
            byName.put(each.name(), tokens);
            tokens.start();
        }
    }

    /** The tokens of a configured connection. */
    public Tokens of(String connection) {
        var tokens = byName.get(connection);
        if (tokens == null) {
            throw new IllegalArgumentException("no connection is named " + connection);
        }
        return tokens;
    }

    public List<RenewingTokens.Status> status() {
        var all = new ArrayList<RenewingTokens.Status>();
        byName.values().forEach(tokens -> all.add(tokens.status()));
        return all;
    }

    @PreDestroy
    void close() throws InterruptedException {
        byName.values().forEach(RenewingTokens::close);
        executor.shutdownNow();
        executor.awaitTermination(1, SECONDS);
    }
}
