package dev.nxtsync.http.server;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.nxtsync.config.CallerKey;
import dev.nxtsync.config.CallerSettings;
import dev.nxtsync.config.ReloadedSecret;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.process.ExternalWait;
import dev.nxtsync.process.Threads;

/**
 * The keys by which callers are let in, as far as there are any. A daemon reads their files again each second, on a thread of
 * its own: a file system may stand still, and the port must not.
 */
@Singleton
public class CallerKeys {
    private static final Duration READ_AGAIN = Duration.ofSeconds(1);

    private final Optional<ReloadedSecret> operator;
    private final Optional<ReloadedSecret> webhooks;

    CallerKeys(CallerSettings settings) {
        this.operator = settings.operatorKey().map(key -> new ReloadedSecret(CallerKey.OPERATOR, key));
        this.webhooks = settings.webhookKeys().map(keys -> new ReloadedSecret(CallerKey.WEBHOOKS, keys));
    }

    void begin(@Observes Threads threads) {
        if (all().findAny().isPresent()) {
            threads.repeat("keys", READ_AGAIN, () -> ExternalWait.call(() -> {
                all().forEach(ReloadedSecret::readAgain);
                return true;
            }));
        }
    }

    private Stream<ReloadedSecret> all() {
        return Stream.of(operator, webhooks).flatMap(Optional::stream);
    }

    /** Without one {@code /api} is not there. */
    public Optional<ReloadedSecret> operator() {
        return operator;
    }

    /** Separated by commas. */
    public Optional<ReloadedSecret> webhooks() {
        return webhooks;
    }

    /** What is wrong with their files now, by what it is about. */
    public Map<String, Problem> flaws() {
        var flaws = new LinkedHashMap<String, Problem>();
        all().forEach(key -> key.flaw().ifPresent(flaw -> flaws.put(key.title(),
                new Problem(ErrorCode.KEY_UNUSABLE, flaw + " " + ErrorCode.KEY_UNUSABLE.nextStep()))));
        return flaws;
    }
}
