package dev.nxtsync;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import dev.nxtsync.error.ErrorCode;

/** The catalogue of errors: none is listed that cannot happen. */
class CatalogueTest {

    @Test
    void eachErrorOfTheCatalogueIsRaisedSomewhereAndProvokedByATest() {
        List<String> code = sources(Path.of("src", "main", "java"), "ErrorCode.java");
        List<String> tests = sources(Path.of("src", "test", "java"), "CatalogueTest.java");
        assertThat(
                Arrays.stream(ErrorCode.values()).filter(each -> !occurs("ErrorCode\\." + each.name() + "\\b", code)))
                .as("never raised").isEmpty();
        assertThat(Arrays.stream(ErrorCode.values()).filter(
                each -> !occurs("ErrorCode\\." + each.name() + "\\b|[\"( ]" + each.code() + "[\"), |%]", tests)))
                .as("provoked by no test").isEmpty();
    }

    @Test
    void aCodeIsOneWordAndNoMeaningLacksANextStep() {
        assertThat(ErrorCode.values()).allMatch(each -> each.code().matches("[a-z_]+") && each.meaning().endsWith(".")
                && each.nextStep().length() > 8 && ErrorCode.of(each.code()).orElseThrow() == each);
        assertThat(ErrorCode.of("of a later version")).isEmpty();
    }

    private static boolean occurs(String pattern, List<String> sources) {
        var compiled = Pattern.compile(pattern);
        return sources.stream().anyMatch(each -> compiled.matcher(each).find());
    }

    private static List<String> sources(Path root, String but) {
        try (var files = Files.walk(root)) {
            return files.filter(each -> each.toString().endsWith(".java") && !each.endsWith(but)).map(each -> {
                try {
                    return Files.readString(each);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
