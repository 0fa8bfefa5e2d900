package dev.nxtsync.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowChangeTest {
    @Test
    void whatIsWrittenOfAChangeIsReadAsThatChange() {
        assertThat(RowChange.values()).allSatisfy(each -> {
            assertThat(RowChange.of(each.toString())).isEqualTo(each);
            assertThat(RowChange.of(each.toString().toUpperCase(Locale.ROOT))).isEqualTo(each);
        });
        assertThat(RowChange.values()).extracting(RowChange::toString).containsExactly("insert", "update", "delete",
                "other");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "updates", "update ", "merge", "upd\u0430te", "INSERT,UPDATE", "null", "0",
            "\u0130NSERT", "\u0131nsert"})
    void whatIsNotKnownIsAnotherChange(String text) {
        assertThat(RowChange.of(text)).isEqualTo(RowChange.OTHER);
    }
}
