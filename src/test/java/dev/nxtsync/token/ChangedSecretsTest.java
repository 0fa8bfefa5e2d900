package dev.nxtsync.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.nxtsync.config.SecretSettings;
import dev.nxtsync.config.SettingsFixture;

class ChangedSecretsTest {
    private final List<String> retried = new ArrayList<>();

    @Test
    void aFileThatChangesGoesOrComesEndsTheBackOffOfItsConnectionsOnly(@TempDir Path directory) throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), "wrong");
        Path password = Files.writeString(directory.resolve("password"), "of the database");
        Path keys = Files.writeString(directory.resolve("keys"), "vG2xVcjVHY1pPvxFWkMIW0dIyJqGXTqvWRSpIDhqLSE=");
        var settings = SettingsFixture.of(Map.of("NXT_CLIENT_ID", "a", "NXT_CLIENT_SECRET_FILE", secret.toString(),
                "NXT_CONNECTIONS_SIDE_CLIENT_ID", "b", "NXT_CONNECTIONS_SIDE_CLIENT_SECRET", "fixed",
                "NXT_CONNECTIONS_PERSON_CLIENT_ID", "c", "NXT_CONNECTIONS_PERSON_CLIENT_SECRET", "fixed",
                "NXT_CONNECTIONS_PERSON_KIND", "user", "NXT_PUBLIC_URL", "http://127.0.0.1:1",
                "NXT_ENCRYPTION_KEY_FILE", keys.toString(), "NXT_DATABASE_PASSWORD_FILE", password.toString()));
        assertThat(settings.connections().keySet()).contains("main", "side", "person");
        var changes = new ChangedSecrets(SecretSettings.of(settings), retried::add);
        changes.look();
        changes.look();
        assertThat(retried).isEmpty();
        Files.writeString(secret, "right");
        changes.look();
        changes.look();
        assertThat(retried).containsExactly("main");
        Files.delete(secret);
        changes.look();
        Files.writeString(secret, "right");
        changes.look();
        assertThat(retried).containsExactly("main", "main", "main");
        // as Kubernetes does it: a link is moved to another directory in one step
        Files.writeString(Files.createDirectory(directory.resolve("next")).resolve("secret"), "another");
        Files.createSymbolicLink(directory.resolve("link"), directory.resolve("next").resolve("secret"));
        Files.move(directory.resolve("link"), secret, StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        changes.look();
        changes.look();
        // half of it, and then all of it
        Files.writeString(secret, "last");
        changes.look();
        Files.writeString(secret, "last one");
        changes.look();
        changes.look();
        assertThat(retried).containsExactly("main", "main", "main", "main", "main", "main");
        retried.clear();
        Files.writeString(keys, "2Y4r4yYh1R1J2cWZ1cM8Wy1F1mJq8VYw8Yw3sKx0s1E=");
        changes.look();
        assertThat(retried).containsExactly("person");
        Files.writeString(password, "another");
        changes.look();
        assertThat(retried).containsExactly("person", "person");
    }
}
