package dev.nxtsync.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import dev.nxtsync.config.Secret;

class TokenEncryptionTest {
    private static final String OLD = "vG2xVcjVHY1pPvxFWkMIW0dIyJqGXTqvWRSpIDhqLSE=";
    private static final String NEW = "2Y4r4yYh1R1J2cWZ1cM8Wy1F1mJq8VYw8Yw3sKx0s1E=";

    private static TokenEncryption vault(String keys) {
        return new TokenEncryption(Optional.of(Secret.of(keys)));
    }

    @Test
    void whatIsEncryptedIsReadInItsPlaceWithItsKeyAndNothingElse() throws Exception {
        String sealed = vault(OLD).encrypt("a refresh token", "main refresh");
        assertThat(sealed).doesNotContain("refresh").matches("[0-9a-f]{8}\\.[\\w-]+");
        assertThat(vault(OLD).decrypt(sealed, "main refresh")).isEqualTo("a refresh token");
        assertThat(vault(NEW + "," + OLD).decrypt(sealed, "main refresh")).isEqualTo("a refresh token");
        assertThatThrownBy(() -> vault(OLD).decrypt(sealed, "side refresh")).isInstanceOf(TokenEncryption.Locked.class);
        assertThatThrownBy(() -> vault(NEW).decrypt(sealed, "main refresh")).isInstanceOf(TokenEncryption.Locked.class)
                .hasMessageContaining(sealed.substring(0, 8)).hasMessageNotContainingAny(OLD, NEW);
    }

    @Test
    void theNewestKeyEncryptsAndNoTextLooksTwiceTheSame() throws Exception {
        var both = vault(NEW + " , " + OLD);
        String sealed = both.encrypt("text", "here");
        assertThat(vault(NEW).decrypt(sealed, "here")).isEqualTo("text");
        var seen = new HashSet<String>();
        for (int i = 0; i < 1000; i++) {
            assertThat(seen.add(both.encrypt("text", "here"))).isTrue();
        }
    }

    /** Above all nothing is encrypted with half of a key, which nobody has any more a moment later. */
    @Test
    void aListOfKeysThatIsHalfWrittenIsNoList() throws Exception {
        String list = NEW + "," + OLD;
        for (int length = 0; length < list.length(); length++) {
            String half = list.substring(0, length);
            if (Set.of(NEW.length() - 1, NEW.length(), list.length() - 1).contains(length)) {
                // whole keys, as the sign at the end stands for nothing
                assertThat(vault(NEW).decrypt(vault(half).encrypt("text", "here"), "here")).isEqualTo("text");
            } else {
                assertThatThrownBy(() -> vault(half).encrypt("text", "here")).as(half)
                        .isInstanceOf(TokenEncryption.Locked.class).hasMessageContaining("NXT_ENCRYPTION_KEY");
            }
        }
    }

    @Test
    void aTextOfWhichAnyCharacterWasChangedOrLostIsRefused() throws Exception {
        String sealed = vault(OLD).encrypt("a refresh token", "here");
        // the last character also holds bits that stand for nothing
        IntStream.range(0, sealed.length() - 1).forEach(i -> {
            char other = sealed.charAt(i) == 'A' ? 'Q' : 'A';
            String changed = sealed.substring(0, i) + other + sealed.substring(i + 1);
            assertThatThrownBy(() -> vault(OLD).decrypt(changed, "here")).as(changed)
                    .isInstanceOf(TokenEncryption.Locked.class);
            assertThatThrownBy(() -> vault(OLD).decrypt(sealed.substring(0, i), "here"))
                    .isInstanceOf(TokenEncryption.Locked.class);
        });
    }
}
