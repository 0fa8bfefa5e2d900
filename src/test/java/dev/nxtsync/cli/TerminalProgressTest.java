package dev.nxtsync.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import dev.nxtsync.schedule.WorkEvent;

class TerminalProgressTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = false, value = {"WELL|ok         it",
            "WAITS|waiting    it", "SKIPPED|skipped    it", "IN_THE_WAY|PROBLEM    it", "DIFFERENT|DIFFERENT  it",
            "NOT_PROVEN|NOT PROVEN it", "DETAIL|           it"})
    void aLineBeginsWithAWordThatSaysHowItGoes(WorkEvent.Course course, String line) {
        assertThat(TerminalProgress.line(new WorkEvent(course, "it"))).isEqualTo(line);
    }

    @ParameterizedTest
    @EnumSource
    void noWordIsWiderThanItsColumn(WorkEvent.Course course) {
        assertThat(TerminalProgress.line(new WorkEvent(course, "it"))).hasSize(13).endsWith("it");
    }
}
