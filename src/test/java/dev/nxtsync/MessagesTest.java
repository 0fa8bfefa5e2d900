package dev.nxtsync;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.support.PlainMessage;

/** What people read, as it is written in the sources; what becomes of it is looked at by each story. */
class MessagesTest {
    @Test
    void everyTextIsWrittenForPeople() throws IOException {
        assertThat(texts().flatMap(text -> PlainMessage.flaw(text).stream())).isEmpty();
    }

    @Test
    void numbersAreWrittenWithWhatTheyCountAndTimesWithTheirUnitInOnePlace() throws IOException {
        assertThat(texts().filter(text -> text.matches("(?s).*%d (?!times)[a-z]+s\\b.*")
                || text.matches("(?s).*%(?:d|\\.0f) m?s\\b.*") || text.matches(" ms\\b.*"))).isEmpty();
    }

    @Test
    void everyErrorOfTheCatalogueIsWrittenForPeople() {
        assertThat(Arrays.stream(ErrorCode.values()).flatMap(each -> Stream.of(each.meaning(), each.nextStep()))
                .flatMap(text -> PlainMessage.flaw(text).stream())).isEmpty();
    }

    /** Those with words in them, without what only programs read: patterns, and times of SQL. */
    private static Stream<String> texts() throws IOException {
        return Literals.ofMain().entrySet().stream().map(Map.Entry::getValue).flatMap(List::stream)
                .filter(text -> text.contains(" ") && !text.contains("\\"))
                .map(text -> text.replace("interval '1 ms'", ""));
    }
}
