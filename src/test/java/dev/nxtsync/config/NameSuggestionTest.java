package dev.nxtsync.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

class NameSuggestionTest {
    @Test
    void whoNamesWhatThereIsNotHearsWhatThereIs() {
        assertThat(NameSuggestion.among("nope", List.of())).isEqualTo(". There is none.");
        assertThat(NameSuggestion.among("nope", List.of("orders"))).isEqualTo(". There is only orders.");
        assertThat(NameSuggestion.among("order", List.of("people", "orders")))
                .isEqualTo("; did you mean orders? There are orders, people.");
        var many = Stream.of("l", "a", "k", "b", "j", "c", "i", "d", "h", "e", "g", "f").map(each -> each + "77")
                .toList();
        assertThat(NameSuggestion.among("nope", many))
                .isEqualTo(". There are a77, b77, c77, d77, e77, f77, g77, h77, i77, j77 and 2 more.");
    }
}
