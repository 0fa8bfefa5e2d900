package dev.nxtsync.signin;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.database.Migrations;
import dev.nxtsync.process.Threads;

/**
 * Has everything that is stored encrypted with the newest key when a daemon starts, and when its keys have changed. Not again
 * and again: of replicas that are told a new key one after the other, each would undo what the other does.
 */
@Singleton
class KeyWatch {
    private static final Logger LOG = Logger.getLogger(KeyWatch.class);

    private final TokenEncryption encryption;
    private final EncryptionKeys keys;
    private final Migrations migrations;
    private List<String> done = List.of();

    KeyWatch(TokenEncryption encryption, EncryptionKeys keys, Migrations migrations) {
        this.encryption = encryption;
        this.keys = keys;
        this.migrations = migrations;
    }

    void begin(@Observes Threads threads) {
        if (encryption.isUsed()) {
            threads.repeat("encryption-keys", Duration.ofSeconds(2), this::look);
        }
    }

    private void look() {
        try {
            var now = encryption.keyIds();
            if (migrations.done() && !now.equals(done) && keys.renewAll()) {
                done = now;
            }
        } catch (SQLException | TokenEncryption.Locked e) {
            // that one is away is told elsewhere
            LOG.debugf("what is stored is encrypted anew later: %s", e.getMessage());
        }
    }
}
