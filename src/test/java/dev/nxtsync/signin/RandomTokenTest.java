package dev.nxtsync.signin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RandomTokenTest {

    @Test
    void eachSecretHas256BitsAndIsFitForAnAddress() {
        var all = new HashSet<String>();
        for (int i = 0; i < 1_000; i++) {
            String secret = RandomToken.secret().value();
            assertThat(secret).matches("[A-Za-z0-9_-]{43}");
            all.add(secret);
        }
        assertThat(all).hasSize(1_000);
    }

    /** Known answers of SHA-256 (FIPS 180-4). */
    @ParameterizedTest
    @CsvSource({"'', e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "abc, ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"})
    void whatIsKeptIsItsSha256(String value, String hash) {
        assertThat(new RandomToken(value).hash()).isEqualTo(hash);
    }

    @Test
    void itIsNeverPrinted() {
        var secret = RandomToken.secret();
        assertThat(secret.toString()).doesNotContain(secret.value()).doesNotContain(secret.hash());
    }
}
