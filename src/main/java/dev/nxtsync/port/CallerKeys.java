package dev.nxtsync.port;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import jakarta.inject.Singleton;

import dev.nxtsync.config.CallerKey;
import dev.nxtsync.config.LastingSecret;
import dev.nxtsync.config.Settings;
import dev.nxtsync.trouble.Reason;
import dev.nxtsync.trouble.Trouble;

/** The keys by which callers are let in, as far as there are any. */
@Singleton
public class CallerKeys {
    private final Optional<LastingSecret> operator;
    private final Optional<LastingSecret> webhooks;

    CallerKeys(Settings settings) {
        this.operator = settings.operatorKey().map(key -> new LastingSecret(CallerKey.OPERATOR, key));
        this.webhooks = settings.webhookKeys().map(keys -> new LastingSecret(CallerKey.WEBHOOKS, keys));
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
        Stream.of(operator, webhooks).flatMap(Optional::stream)
                .forEach(key -> key.flaw().ifPresent(flaw -> flaws.put(key.title(),
                        new Reason(Trouble.KEY_UNUSABLE, flaw + " " + Trouble.KEY_UNUSABLE.nextStep()))));
        return flaws;
    }
}
