package dev.nxtsync.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PayloadFileTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{\"customerNo\": | is not JSON (line 1: it ends too soon)",
            "{\"a\": 1,⏎⏎ \"b\": | is not JSON (line 3: it ends too soon)",
            "{\"a\": 1,⏎ b: 2} | is not JSON (line 2: column 2)", "{\"a\": 01} | is not JSON (line 1: column 8)",
            "`` | is not JSON (line 1: it is empty)",
            "{\"a\": 1, \"a\": 2} | is not JSON (line 1: a member is there twice)",
            "{\"a\": {\"b\": 1,⏎ \"b\": 2}} | is not JSON (line 2: a member is there twice)",
            "{} {} | has more text after its end (line 1); one JSON object is expected",
            "{\"a\": 1}⏎x | is not JSON (line 2: column 1)",
            "[{\"a\": 1}] | holds a list, where one JSON object is expected",
            "7 | holds a single value, where one JSON object is expected",
            "\uFEFF{} | begins with a byte order mark; save it as UTF-8 without one"})
    void whatIsNoPayloadIsToldByTheFileAndTheLine(String text, String told) throws IOException {
        Path file = write(text.replace('⏎', '\n').getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> PayloadFile.read(file)).isInstanceOf(UnusableArgument.class)
                .hasMessage("The file " + file + " " + told + ". Nothing was changed.");
    }

    @Test
    void aFileThatIsNoneIsToldSo() throws IOException {
        assertThatThrownBy(() -> PayloadFile.read(directory.resolve("none.json"))).hasMessageContaining("is not there");
        assertThatThrownBy(() -> PayloadFile.read(directory)).hasMessageContaining("is not a regular file");
        Path latin = write("{\"a\": \"\u00e5\"}".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> PayloadFile.read(latin)).hasMessageContaining("is not UTF-8");
        Path large = write(new byte[15_000_001]);
        assertThatThrownBy(() -> PayloadFile.read(large)).hasMessageContaining("larger than 15000000 bytes");
    }

    @Test
    void aPayloadIsTakenAsItIsWritten() throws Exception {
        String text = " {\"a\": 1.50, \"b\": \"\u00e5\", \"c\": " + "9".repeat(5_000) + "}\n";
        assertThat(PayloadFile.read(write(text.getBytes(StandardCharsets.UTF_8)))).isEqualTo(text);
    }

    private Path write(byte[] content) throws IOException {
        return Files.write(directory.resolve("payload.json"), content);
    }
}
