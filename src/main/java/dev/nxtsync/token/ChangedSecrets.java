package dev.nxtsync.token;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import dev.nxtsync.config.Secret;
import dev.nxtsync.config.SecretSettings;
import dev.nxtsync.process.ExternalWait;
import dev.nxtsync.process.Threads;

/**
 * Notices that a file which a connection's tokens depend on has changed, whatever it is by now: its client secret, and for
 * persons the encryption keys and the database's password. What failed may succeed then. A file that was read when it was half
 * written changes once more when it is whole.
 */
@Singleton
class ChangedSecrets {
    private final SecretSettings settings;
    private final Consumer<String> retry;
    private final Map<String, List<Integer>> seen = new HashMap<>();

    @Inject
    ChangedSecrets(SecretSettings settings, Connections connections) {
        this(settings, connections::retry);
    }

    /** @param retry is told of a connection */
    ChangedSecrets(SecretSettings settings, Consumer<String> retry) {
        this.settings = settings;
        this.retry = retry;
    }

    void begin(@Observes Threads threads) {
        if (settings.files().values().stream().anyMatch(each -> !each.isEmpty())) {
            threads.repeat("secrets", Duration.ofSeconds(1), () -> ExternalWait.call(() -> {
                look();
                return true;
            }));
        }
    }

    void look() {
        settings.files().forEach((connection, files) -> {
            var now = files.stream().map(ChangedSecrets::print).toList();
            var before = seen.put(connection, now);
            if (before != null && !before.equals(now)) {
                retry.accept(connection);
            }
        });
    }

    /** Enough to see a change by, and not the secret. */
    private static int print(Secret file) {
        try {
            return file.reveal().hashCode();
        } catch (UncheckedIOException e) {
            return 0;
        }
    }
}
