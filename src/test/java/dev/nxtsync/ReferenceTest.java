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
    private static final Path README = Path.of("README.md");
    private static final Path SCHEMA = Path.of("application.schema.json");

    @Test
    void theReferenceOfSettingsInTheReadmeIsMadeFromTheCode() throws IOException {
        section("settings", SettingsCatalogue.reference());
    }

    @Test
    void theCatalogueOfErrorsInTheReadmeIsMadeFromTheCode() throws IOException {
        section("errors",
                "| code | means | what to do |\n| --- | --- | --- |\n" + Arrays.stream(ErrorCode.values())
                        .map(each -> "| `" + each.code() + "` | " + each.meaning() + " | " + each.nextStep() + " |\n")
                        .collect(Collectors.joining()));
    }

    @Test
    void theSchemaOfTheYamlFileIsMadeFromTheCode() throws IOException {
        if (Boolean.getBoolean("nxt.write")) {
            Files.writeString(SCHEMA, SettingsCatalogue.schema());
        }
        assertThat(Files.readString(SCHEMA)).as("run this test with -Dnxt.write=true")
                .isEqualTo(SettingsCatalogue.schema());
    }

    private static void section(String name, String text) throws IOException {
        String readme = Files.readString(README);
        var section = Pattern.compile("(?s)(<!-- made from the code: " + name + " -->\n).*?(<!-- end -->)")
                .matcher(readme);
        assertThat(section.find()).as("the section " + name).isTrue();
        if (Boolean.getBoolean("nxt.write")) {
            readme = section.replaceFirst(Matcher.quoteReplacement(section.group(1) + text + section.group(2)));
            Files.writeString(README, readme);
        }
        assertThat(readme).as("run this test with -Dnxt.write=true")
                .contains("<!-- made from the code: " + name + " -->\n" + text + "<!-- end -->");
    }
}
