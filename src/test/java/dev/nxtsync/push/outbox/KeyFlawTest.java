package dev.nxtsync.push.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.support.TestDatabase;

class KeyFlawTest {
    private final TestDatabase database = TestDatabase.migrated();

    @ParameterizedTest
    @CsvSource(delimiter = '!', quoteCharacter = '"', value = {"null ! is empty", "'' ! is empty",
            "repeat('k', 201) ! has 201 characters", "'a' || chr(9) || 'b' ! has a control character"})
    void aKeyThatSqlPushesIsRefusedWithItsFlaw(String key, String flaw) {
        assertThatThrownBy(() -> database.execute("select nxt_sync.push('orders', " + key + ", '{\"a\": 1}')"))
                .rootCause().hasMessageContaining("nxt_sync.push: the key " + flaw + "\n")
                .hasMessageContaining("1 to 200 characters");
        assertThat(database.count("nxt_sync.outbox")).isZero();
    }
}
