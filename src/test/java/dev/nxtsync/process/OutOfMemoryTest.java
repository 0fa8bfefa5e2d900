package dev.nxtsync.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import com.fasterxml.jackson.databind.ObjectMapper;

class OutOfMemoryTest {

    @Test
    void theLastLineOfALogInJsonIsJsonAndSaysTheSame() throws Exception {
        var line = new ObjectMapper().readTree(OutOfMemory.form(true));
        assertThat(line.path("level").asText()).isEqualTo("ERROR");
        assertThat(line.path("message").asText()).isEqualTo(OutOfMemory.form(false)).contains("it ran out of memory");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 31})
    void itIsFoundBelowWhateverHasCaughtIt(int depth) {
        Throwable fault = new OutOfMemoryError("no heap");
        for (int i = 0; i < depth; i++) {
            fault = new IllegalStateException(fault);
        }
        assertThat(OutOfMemory.isCauseOf(fault)).isTrue();
    }

    @Test
    void nothingElseIsTakenForIt() {
        var first = new IllegalStateException("one");
        var second = new IllegalStateException("other", first);
        first.initCause(second);
        assertThat(OutOfMemory.isCauseOf(first)).as("causes in a circle").isFalse();
        assertThat(OutOfMemory.isCauseOf(new StackOverflowError())).isFalse();
        assertThat(OutOfMemory.isCauseOf(null)).isFalse();
    }
}
