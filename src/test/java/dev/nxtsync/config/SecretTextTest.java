package dev.nxtsync.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SecretTextTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"s3cret,s3cret", "s3cret\\n,s3cret", "s3cret\\r\\n,s3cret", "s3cret\\r,s3cret",
            "s3cret\\n\\n\\n,s3cret", "s3 cret,s3 cret", "s3cr\u00e4t\\n,s3cr\u00e4t", "s3cr\u20act,s3cr\u20act",
            "s3cr?t,s3cr?t", "s3\uD83D\uDE00cret,s3\uD83D\uDE00cret", "'one,\\ntwo\\n','one,\\ntwo'",
            "$s3cret$$,$s3cret$$"})
    void lineEndsBehindItGoInFileAndVariableAndNothingElse(String written, String secret) throws IOException {
        assertThat(ofVariable(unescaped(written)).settings().database().password().orElseThrow().reveal())
                .isEqualTo(unescaped(secret));
        assertThat(ofFile(unescaped(written).getBytes(StandardCharsets.UTF_8)).settings().database().password()
                .orElseThrow().reveal()).isEqualTo(unescaped(secret));
    }

    static Stream<Arguments> whatCannotBeMeant() {
        return Stream.of(Arguments.of("\uFEFFs3cret", "begins with a byte order mark (BOM); save it as UTF-8 without"),
                Arguments.of(" s3cret", "begins or ends with a space; take it out"),
                Arguments.of("s3cret ", "begins or ends with a space; take it out"),
                Arguments.of("s3cret \r\n", "begins or ends with a space; take it out"),
                Arguments.of("s3cret\t", "begins or ends with a space; take it out"),
                Arguments.of("s3cret\u00a0", "begins or ends with a space; take it out"),
                Arguments.of("s3\tcret", "has an invisible character"),
                Arguments.of("s3\ncret", "has an invisible character"),
                Arguments.of("s3cret\u0007", "has an invisible character"),
                Arguments.of("s3\u009fcret", "has an invisible character"),
                Arguments.of("s3\u200bcret", "has an invisible character"),
                Arguments.of("s3cr\u00adet", "has an invisible character"),
                Arguments.of("s3\u2028cret", "has an invisible character"), Arguments.of("s3cr\uFFFDt",
                        "has a character that could not be read; write it in UTF-8, and set LC_ALL=C.UTF-8"));
    }

    @ParameterizedTest
    @MethodSource("whatCannotBeMeant")
    void whatCannotBeMeantIsNamedInFileAndVariableAndNotShown(String written, String flaw) throws IOException {
        var variable = ofVariable(written);
        assertThat(variable.problems()).hasSize(1 + LACKING);
        assertThat(variable.problems().toString()).contains("NXT_DATABASE_PASSWORD: the value " + flaw)
                .doesNotContain("s3");
        var file = ofFile(written.getBytes(StandardCharsets.UTF_8));
        assertThat(file.problems()).hasSize(1 + LACKING);
        assertThat(file.problems().toString()).contains("NXT_DATABASE_PASSWORD_FILE: the file ").contains(" " + flaw)
                .doesNotContain("s3");
    }

    @Test
    void aFileThatIsNotUtf8IsNamed() throws IOException {
        for (var encoding : Map.of(StandardCharsets.UTF_16, "is UTF-16", StandardCharsets.UTF_16LE, "is UTF-16",
                StandardCharsets.ISO_8859_1, "is not UTF-8 (see line 1); save it as UTF-8").entrySet()) {
            var reading = ofFile("s3cr\u00e4t\n".getBytes(encoding.getKey()));
            assertThat(reading.problems().toString()).contains("NXT_DATABASE_PASSWORD_FILE: the file ")
                    .contains(encoding.getValue()).doesNotContain("s3");
        }
    }

    @Test
    void aKeyFileThatBecomesUnusableLeavesTheKeyBefore() throws IOException {
        Path file = Files.writeString(directory.resolve("key"), "0123456789abcdef01234567\n");
        var key = new ReloadedSecret(CallerKey.OPERATOR, Secret.in(file));
        Files.write(file, "0123456789abcdef01234568".getBytes(StandardCharsets.UTF_16));
        key.readAgain();
        assertThat(key.flaw().orElse("")).contains("The value in the file " + file + " of NXT_OPERATOR_KEY is UTF-16")
                .contains("the former key is still used").doesNotContain("01234568");
        assertThat(key.reveal()).isEqualTo("0123456789abcdef01234567");
    }

    static Stream<Arguments> variables() {
        byte[] utf8 = "s3cr\u00e4t".getBytes(StandardCharsets.UTF_8);
        byte[] latin = "s3cr\u00e4t".getBytes(StandardCharsets.ISO_8859_1);
        return Stream.of(Arguments.of("an ASCII locale, as Java 17 reads it", "s3cr\uFFFD\uFFFDt", utf8, "s3cr\u00e4t"),
                Arguments.of("an ASCII locale, as others read it", "s3cr??t", utf8, "s3cr\u00e4t"),
                Arguments.of("a UTF-8 locale", "s3cr\u00e4t", utf8, "s3cr\u00e4t"),
                Arguments.of("a Latin-1 locale, in UTF-8", "s3cr\u00c3\u00a4t", utf8, "s3cr\u00e4t"),
                Arguments.of("a Latin-1 locale, in Latin-1", "s3cr\u00e4t", latin, "s3cr\u00e4t"),
                Arguments.of("Latin-1 in a UTF-8 locale", "s3cr\uFFFDt", latin, "s3cr\uFFFDt"),
                Arguments.of("Latin-1 in an ASCII locale, as others read it", "s3cr?t", latin, "s3cr\uFFFDt"),
                Arguments.of("a question mark", "s3cr?t", "s3cr?t".getBytes(StandardCharsets.US_ASCII), "s3cr?t"),
                Arguments.of("ASCII", "s3cret=x", "s3cret=x".getBytes(StandardCharsets.US_ASCII), "s3cret=x"),
                Arguments.of("a character outside the plane", "??", "\uD83D\uDE00".getBytes(StandardCharsets.UTF_8),
                        "\uD83D\uDE00"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("variables")
    void aVariableIsReadFromItsBytesWhateverTheLocale(String of, String decoded, byte[] bytes, String meant)
            throws IOException {
        var out = new ByteArrayOutputStream();
        out.write("PATH=/bin\0NXT_CLIENT_SECRET=".getBytes(StandardCharsets.US_ASCII));
        out.write(bytes);
        out.write("\0NXT_LOG=json\0".getBytes(StandardCharsets.US_ASCII));
        Path environ = Files.write(directory.resolve("environ"), out.toByteArray());
        assertThat(Environment.of(Map.of("PATH", "/bin", "NXT_CLIENT_SECRET", decoded, "NXT_LOG", "json"), environ))
                .as(of).isEqualTo(Map.of("NXT_CLIENT_SECRET", meant, "NXT_LOG", "json"));
        assertThat(Environment.of(Map.of("NXT_CLIENT_SECRET", decoded), directory.resolve("none"))).as("not on Linux")
                .isEqualTo(Map.of("NXT_CLIENT_SECRET", decoded));
    }

    @Test
    void anotherSettingThatCouldNotBeReadIsNamedToo() {
        assertThat(SettingsReader.read(Map.of("NXT_DATABASE_USER", "k\uFFFDthe"), new Properties(), Path.of("none"))
                .problems().toString())
                .contains("NXT_DATABASE_USER: \"k\uFFFDthe\" has a character that could not be read");
    }

    /** Problems of a configuration that has nothing but a password: no client id, no client secret, no address. */
    private static final int LACKING = 3;

    private static SettingsReader.SettingsRead ofVariable(String written) {
        return SettingsReader.read(Map.of("NXT_DATABASE_PASSWORD", written), new Properties(), Path.of("none"));
    }

    private SettingsReader.SettingsRead ofFile(byte[] written) throws IOException {
        Path file = Files.write(directory.resolve("file"), written);
        return SettingsReader.read(Map.of("NXT_DATABASE_PASSWORD_FILE", file.toString()), new Properties(),
                Path.of("none"));
    }

    private static String unescaped(String text) {
        return text.replace("\\n", "\n").replace("\\r", "\r");
    }
}
