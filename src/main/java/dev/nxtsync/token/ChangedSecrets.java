package dev.nxtsync.token;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import dev.nxtsync.config.Secret;
import dev.nxtsync.config.Settings;
import dev.nxtsync.process.Outside;
import dev.nxtsync.process.Threads;

/** Notices that a file with a connection's secret, or with the encryption keys, has changed: what failed may succeed now. */
@Singleton
class ChangedSecrets {
    private final Settings settings;
    private final Consumer<String> retry;
    private final Map<String, List<Integer>> seen = new HashMap<>();

    @Inject
    ChangedSecrets(Settings settings, Connections connections) {
        this(settings, connections::retry);
    }

    /** @param retry is told of a connection */
    ChangedSecrets(Settings settings, Consumer<String> retry) {
        this.settings = settings;
        this.retry = retry;
    }

    void begin(@Observes Threads threads) {
        if (settings.connections().values().stream().anyMatch(each -> files(each).findAny().isPresent())) {
            threads.repeat("secrets", Duration.ofSeconds(1), () -> Outside.of(() -> {
                look();
                return true;
            }));
        }
    }

    void look() {
        for (Settings.Connection connection : settings.connections().values()) {
            var now = files(connection).map(ChangedSecrets::print).toList();
            var before = seen.put(connection.name(), now);
            if (before != null && !before.equals(now)) {
                retry.accept(connection.name());
            }
        }
    }

    private Stream<Secret> files(Settings.Connection connection) {
        Optional<Secret> keys = settings.encryptionKey().filter(each -> connection.kind() == Settings.Kind.USER);
        return Stream.concat(Stream.of(connection.clientSecret()), keys.stream())
                .filter(Secret.Mounted.class::isInstance);
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
