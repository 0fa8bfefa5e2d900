package dev.nxtsync.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReloadedSecretTest {
    private static final String FIRST = "the first key, quite long";
    private static final String SECOND = "the other key, quite long";

    @Test
    void aKeyWhoseFileBecomesShortEmptyOrVanishesStaysGoodAndSaysWhyUntilThereIsABetterOne(@TempDir Path directory)
            throws IOException {
        Path file = Files.writeString(directory.resolve("key"), FIRST + "\n");
        var key = new ReloadedSecret(CallerKey.OPERATOR, Secret.in(file));
        assertThat(key.reveal()).isEqualTo(FIRST);
        assertThat(key.flaw()).isEmpty();

        Files.writeString(file, "short\n");
        assertThat(key.flaw()).as("nobody has read it").isEmpty();
        key.readAgain();
        assertThat(key.flaw()).isPresent();
        assertThat(key.flaw().get()).contains(file.toString()).contains("NXT_OPERATOR_KEY")
                .contains("has a length of 5").contains("at least 24").contains("the former key is still used")
                .doesNotContain("short");
        assertThat(key.reveal()).isEqualTo(FIRST);

        Files.writeString(file, "");
        key.readAgain();
        assertThat(key.flaw().orElse("")).contains("has a length of 0");
        assertThat(key.reveal()).isEqualTo(FIRST);

        Files.delete(file);
        key.readAgain();
        assertThat(key.flaw().orElse("")).contains("cannot be read");
        assertThat(key.reveal()).isEqualTo(FIRST);

        Files.writeString(file, SECOND);
        assertThat(key.reveal()).as("asking reads nothing").isEqualTo(FIRST);
        key.readAgain();
        assertThat(key.flaw()).isEmpty();
        assertThat(key.reveal()).isEqualTo(SECOND);
        assertThat(key.toString()).doesNotContain(SECOND);
    }

    @Test
    void aFileOfWebhookKeysWithoutAKeyLeavesThoseBefore(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("keys"), "one,two");
        var keys = new ReloadedSecret(CallerKey.WEBHOOKS, Secret.in(file));
        Files.writeString(file, ",\n");
        keys.readAgain();
        assertThat(keys.flaw()).isPresent();
        assertThat(keys.flaw().get()).contains("NXT_WEBHOOK_KEYS").contains("holds no key");
        assertThat(keys.reveal()).isEqualTo("one,two");
    }
}
