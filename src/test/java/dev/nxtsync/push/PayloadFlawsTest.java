package dev.nxtsync.push;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PayloadFlawsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"1 | f0.", "2 | f0; f1.", "5 | f0; f1; f2; f3; f4.",
            "6 | f0; f1; f2; f3; f4; and more.", "1000000 | f0; f1; f2; f3; f4; and more."})
    void fiveAreNamedAndThatThereAreMore(int number, String named) {
        var flaws = new PayloadFlaws();
        for (int i = 0; i < number; i++) {
            flaws.add("f" + i);
        }
        assertThat(flaws.isFull()).isEqualTo(number > 5);
        assertThat(flaws.why()).isEqualTo("The payload is not what Business NXT accepts: " + named);
    }

    @Test
    void eachIsNamedOnce() {
        var flaws = new PayloadFlaws("x");
        flaws.add("x");
        flaws.add("y");
        assertThat(flaws.why()).endsWith(": x; y.");
        assertThat(new PayloadFlaws().isEmpty()).isTrue();
        assertThat(flaws.isEmpty()).isFalse();
    }
}
