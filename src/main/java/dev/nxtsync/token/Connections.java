package dev.nxtsync.token;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.TokenSettings;
import dev.nxtsync.process.ConditionLog;
import dev.nxtsync.process.ExternalWait;
import dev.nxtsync.process.Threads;
import dev.nxtsync.trace.Spans;

/** The tokens of every configured connection; asking begins with the first use of this bean. */
@Singleton
public class Connections {
    private final Map<String, RenewingTokens> byName = new TreeMap<>();
    /** For answers with refresh tokens that are under way when the process stops. */
    private static final int PATIENCE_SECONDS = 15;

    private final ScheduledExecutorService executor;
    private final boolean hasUsers;

    Connections(TokenSettings settings, TokenRequests requests, Threads threads, MeterRegistry metrics, Spans spans,
            Event<TokenRecovered> recovered) {
        hasUsers = settings.connections().values().stream()
                .anyMatch(each -> each.kind() == Settings.ConnectionKind.USER);
        // A request blocks its thread, so that each connection has one; a slow issuer then delays no other connection.
        executor = threads.timer("token-renewal", Math.max(1, settings.connections().size()));
        for (Settings.Connection each : settings.connections().values()) {
            TokenRequest request = requests.of(each);
            var report = new RenewalReport(each.name(), each.askedScope(), metrics, new ConditionLog<>(),
                    () -> recovered.fireAsync(new TokenRecovered(each.name())), spans);
            var tokens = new RenewingTokens(report,
                    atMost -> report.timed(() -> ExternalWait.call(() -> request.send(atMost))),
                    new RenewalTimes(() -> ThreadLocalRandom.current().nextLong()), executor, System::nanoTime);
            byName.put(each.name(), tokens);
            // the command check runs without one too, and says so
            if (!each.clientId().isEmpty()) {
                tokens.start();
            }
        }
    }

    /** The tokens of a configured connection. */
    public Tokens of(String connection) {
        return known(connection)
                .orElseThrow(() -> new IllegalArgumentException("no connection is named " + connection));
    }

    private Optional<RenewingTokens> known(String connection) {
        return Optional.ofNullable(byName.get(connection));
    }

    /** Has a token asked for anew, since what was known of it is no longer so. */
    public void wake(String connection) {
        known(connection).ifPresent(RenewingTokens::wake);
    }

    /** Asks for the first token of a person who has just signed in; whoever wants one waits for that. */
    public void begin(String connection) {
        known(connection).ifPresent(RenewingTokens::begin);
    }

    /** What stood in the way of a token may be gone: where an attempt waits for its time, it is made at once. */
    public void retry(String connection) {
        known(connection).ifPresent(RenewingTokens::retry);
    }

    public List<TokenStatus> status() {
        return byName.values().stream().map(RenewingTokens::status).toList();
    }

    /** While the database is there still: the answer to a refresh that is under way may be the only way on. */
    void stop(@Observes @Priority(Interceptor.Priority.LIBRARY_AFTER) ShutdownEvent event) throws InterruptedException {
        byName.values().forEach(RenewingTokens::close);
        executor.shutdown();
        if (!hasUsers || !executor.awaitTermination(PATIENCE_SECONDS, SECONDS)) {
            executor.shutdownNow();
        }
    }
}
