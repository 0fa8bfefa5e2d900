package dev.nxtsync;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import dev.nxtsync.config.SettingsCatalogue;
import dev.nxtsync.error.ErrorCode;

/** What is made from the code is as the code is. {@code ./mvnw test -Dtest=ReferenceTest -Dnxt.write=true} makes it anew. */
class ReferenceTest {
    private static final Path SETTINGS = Path.of("docs", "configuration.md");
    private static final Path ERRORS = Path.of("docs", "errors.md");
    private static final Path SCHEMA = Path.of("application.schema.json");

    @Test
    void theReferenceOfSettingsIsMadeFromTheCode() throws IOException {
        section(SETTINGS, "settings", SettingsCatalogue.reference());
    }

    @Test
    void theCatalogueOfErrorsIsMadeFromTheCode() throws IOException {
        section(ERRORS, "errors", Arrays.stream(ErrorCode.values()).map(each -> "## `" + each.code() + "`\n\n"
                + each.meaning() + "\n\n**What to do:** " + each.nextStep() + "\n").collect(Collectors.joining("\n")));
    }

    @Test
    void theSchemaOfTheYamlFileIsMadeFromTheCode() throws IOException {
        if (Boolean.getBoolean("nxt.write")) {
            Files.writeString(SCHEMA, SettingsCatalogue.schema());
        }
        assertThat(Files.readString(SCHEMA)).as("run this test with -Dnxt.write=true")
                .isEqualTo(SettingsCatalogue.schema());
    }

    private static void section(Path page, String name, String text) throws IOException {
        String written = Files.readString(page);
        var section = Pattern.compile("(?s)(<!-- made from the code: " + name + " -->\n).*?(<!-- end -->)")
                .matcher(written);
        assertThat(section.find()).as("the section " + name).isTrue();
        if (Boolean.getBoolean("nxt.write")) {
            written = section.replaceFirst(Matcher.quoteReplacement(section.group(1) + text + section.group(2)));
            Files.writeString(page, written);
        }
        assertThat(written).as("run this test with -Dnxt.write=true")
                .contains("<!-- made from the code: " + name + " -->\n" + text + "<!-- end -->");
    }
}
