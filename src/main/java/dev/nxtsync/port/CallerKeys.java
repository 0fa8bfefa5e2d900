package dev.nxtsync.port;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.nxtsync.config.CallerKey;
import dev.nxtsync.config.LastingSecret;
import dev.nxtsync.config.Settings;
import dev.nxtsync.process.Outside;
import dev.nxtsync.process.Threads;
import dev.nxtsync.trouble.Reason;
import dev.nxtsync.trouble.Trouble;

/**
 * The keys by which callers are let in, as far as there are any. A daemon reads their files again each second, on a thread of
 * its own: a file system may stand still, and the port must not.
 */
@Singleton
public class CallerKeys {
    private static final Duration READ_AGAIN = Duration.ofSeconds(1);

    private final Optional<LastingSecret> operator;
    private final Optional<LastingSecret> webhooks;

    CallerKeys(Settings settings) {
        this.operator = settings.operatorKey().map(key -> new LastingSecret(CallerKey.OPERATOR, key));
        this.webhooks = settings.webhookKeys().map(keys -> new LastingSecret(CallerKey.WEBHOOKS, keys));
    }

    void begin(@Observes Threads threads) {
        if (all().findAny().isPresent()) {
            threads.repeat("keys", READ_AGAIN, () -> Outside.of(() -> {
                all().forEach(LastingSecret::readAgain);
                return true;
            }));
        }
    }

    private Stream<LastingSecret> all() {
        return Stream.of(operator, webhooks).flatMap(Optional::stream);
    }

    /** Without one {@code /api} is not there. */
    public Optional<LastingSecret> operator() {
        return operator;
    }

    /** Separated by commas. */
    public Optional<LastingSecret> webhooks() {
        return webhooks;
    }

    /** What is wrong with their files now, by what it is about. */
    public Map<String, Reason> flaws() {
        var flaws = new LinkedHashMap<String, Reason>();
        all().forEach(key -> key.flaw().ifPresent(flaw -> flaws.put(key.title(),
                new Reason(Trouble.KEY_UNUSABLE, flaw + " " + Trouble.KEY_UNUSABLE.nextStep()))));
        return flaws;
    }
}
