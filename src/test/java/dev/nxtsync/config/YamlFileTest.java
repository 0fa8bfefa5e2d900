package dev.nxtsync.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.charset.Charset;
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
import org.junit.jupiter.params.provider.MethodSource;

import io.smallrye.config.source.yaml.YamlConfigSource;

class YamlFileTest {
    private static final String TABLE = "NXT_PULLS_PRODUCTS_TABLE=product";

    @TempDir
    Path directory;

    static Stream<Arguments> whatIsMeant() {
        return Stream.of(Arguments.of("nxt:\n  pulls:\n    products:\n      table: product\n", TABLE),
                Arguments.of("nxt.pulls.products.table: product\n", TABLE),
                Arguments.of("\"nxt.pulls.products.table\": product\n", TABLE),
                Arguments.of("nxt:\n  pulls.products:\n    table: product\n", TABLE),
                Arguments.of("nxt.pulls:\n  products.table: product\n", TABLE),
                Arguments.of("nxt: {pulls: {products: {table: product}}}\n", TABLE),
                Arguments.of("nxt:\n  pulls.products.table: product\n  pulls:\n    products:\n      every: 1m\n",
                        "NXT_PULLS_PRODUCTS_EVERY=1m " + TABLE),
                Arguments.of("nxt.pulls.no.table: product\n", "NXT_PULLS_NO_TABLE=product"),
                Arguments.of("""
                        nxt.pulls:
                          no: {table: a}
                          yes: {table: b}
                          on: {table: c}
                          off: {table: d}
                          y: {table: e}
                          null: {table: f}
                          true: {table: g}
                          0x1F: {table: h}
                        """, "NXT_PULLS_0X1F_TABLE=h NXT_PULLS_NO_TABLE=a NXT_PULLS_NULL_TABLE=f NXT_PULLS_OFF_TABLE=d "
                        + "NXT_PULLS_ON_TABLE=c NXT_PULLS_TRUE_TABLE=g NXT_PULLS_YES_TABLE=b NXT_PULLS_Y_TABLE=e"),
                Arguments.of("nxt.pulls.2026-01-01.table: product\n", "NXT_PULLS_2026_01_01_TABLE=product"),
                Arguments.of("nxt.client-id: no\n", "NXT_CONNECTIONS_MAIN_CLIENT_ID=no"),
                Arguments.of("nxt.client-id: Yes\n", "NXT_CONNECTIONS_MAIN_CLIENT_ID=Yes"),
                Arguments.of("nxt.client-id: 0123\n", "NXT_CONNECTIONS_MAIN_CLIENT_ID=0123"),
                Arguments.of("nxt.client-id: 1_000\n", "NXT_CONNECTIONS_MAIN_CLIENT_ID=1_000"),
                Arguments.of("nxt.client-id: 1e3\n", "NXT_CONNECTIONS_MAIN_CLIENT_ID=1e3"),
                Arguments.of("nxt.client-id: 1:30\n", "NXT_CONNECTIONS_MAIN_CLIENT_ID=1:30"),
                Arguments.of("nxt.client-id: 2026-01-01\n", "NXT_CONNECTIONS_MAIN_CLIENT_ID=2026-01-01"),
                Arguments.of("nxt.client-id: .inf\n", "NXT_CONNECTIONS_MAIN_CLIENT_ID=.inf"),
                Arguments.of("nxt.client-id: !!str on\n", "NXT_CONNECTIONS_MAIN_CLIENT_ID=on"),
                Arguments.of("nxt.client-id: 'null'\n", "NXT_CONNECTIONS_MAIN_CLIENT_ID=null"),
                Arguments.of("nxt.client-secret: |\n  s3cret\n", "NXT_CONNECTIONS_MAIN_CLIENT_SECRET=s3cret\n"),
                Arguments.of("nxt.client-id: null\nnxt.scope: ~\nnxt.customer:\nnxt.tenant-id: ' '\n", ""),
                Arguments.of("nxt.pulls.a.companies: [1, 0x10, '3']\n", "NXT_PULLS_A_COMPANIES=1,0x10,3"),
                Arguments.of("nxt.pulls.a.columns:\n- no\n- orderNo\n", "NXT_PULLS_A_COLUMNS=no,orderNo"),
                Arguments.of("", ""), Arguments.of("\n# nothing\n", ""), Arguments.of("---\n", ""),
                Arguments.of("---\nnxt.pulls.products.table: product\n...\n", TABLE),
                Arguments.of("\uFEFFnxt.pulls.products.table: product\r\n", TABLE),
                Arguments.of(
                        "x-all: &all {every: 1m, table: none}\nnxt.pulls.products:\n  <<: *all\n  table: product\n",
                        "NXT_PULLS_PRODUCTS_EVERY=1m " + TABLE),
                Arguments.of("""
                        x-one: &one {every: 1m}
                        x-two: &two {every: 2m, table: product}
                        nxt.pulls.products: {<<: [*one, *two]}
                        """, "NXT_PULLS_PRODUCTS_EVERY=1m " + TABLE),
                Arguments.of("nxt.pulls:\n  products:\n    table: &t product\n  b:\n    table: *t\n",
                        "NXT_PULLS_B_TABLE=product " + TABLE),
                Arguments.of("quarkus.log.level: DEBUG\nnxt.pulls.products.table: product\n", TABLE));
    }

    @ParameterizedTest
    @MethodSource("whatIsMeant")
    void theFileMeansWhatStandsThere(String yaml, String values) throws IOException {
        Path path = written(yaml, StandardCharsets.UTF_8);
        assertThatCode(() -> new YamlConfigSource(path.toUri().toURL(), 0)).as("the framework reads it too")
                .doesNotThrowAnyException();
        var file = YamlFile.read(path);
        assertThat(file.problems()).isEmpty();
        assertThat(file.warnings()).isEmpty();
        assertThat(file.readable()).isTrue();
        assertThat(String.join(" ", file.values().entrySet().stream().map(Map.Entry::toString).toList()))
                .isEqualTo(values);
    }

    static Stream<Arguments> whatIsRefused() {
        return Stream.of(Arguments.of("nxt:\n\tpulls: 1\n", "line 2, column 1: a tab; indent with spaces"),
                Arguments.of("nxt:\n  pulls:\n  \ta: s3cret\n", "line 3, column 3: a tab; indent with spaces"),
                Arguments.of("nxt:\n  client-secret: \"s3cret\n",
                        "line 3, column 1: this is not YAML, or what begins in line 2 does not end"),
                Arguments.of("nxt:\n  client-secret: s3cret: x\n", "line 2, column 24: this is not YAML"),
                Arguments.of("nxt:\n  client-secret: @s3cret\n", "line 2, column 18: this is not YAML"),
                Arguments.of("nxt:\n  client-secret: *s3cret\n", "line 2, column 18: this is not YAML"),
                Arguments.of("nxt:\n  client-secret: &s3cret\n", "column 18: this begins with &"),
                Arguments.of("nxt:\n  client-secret: !s3cret\n", "line 2, column 18: this begins with !"),
                Arguments.of("nxt:\n  client-secret: \"\\s3cret\"\n", "line 2, column 20: this is not YAML"),
                Arguments.of("nxt: {pulls: {\n", "this is not YAML"),
                Arguments.of("nxt:\n  a: 1\n b: 2\n", "line 3, column 2: this is not YAML"),
                Arguments.of("nxt.log: text\n---\nnxt.log: json\n", "line 2, column 1: this is not YAML"),
                Arguments.of("- nxt\n", "line 1, column 1: a configuration begins with a key, such as nxt:"),
                Arguments.of("s3cret\n", "line 1, column 1: a configuration begins with a key, such as nxt:"),
                Arguments.of("nxt:\n  ? [a]\n  : b\n", "line 2, column 5: a key must be a name"),
                Arguments.of("nxt.pulls:\n- table: order\n",
                        "line 2, column 3: an item of a list must be a name or a number"),
                Arguments.of("nxt: &a\n  b: *a\n", "line 1, column 6: this contains itself, through its anchor"),
                Arguments.of("nxt:\n  <<: s3cret\n", "line 2, column 7: << merges only mappings"),
                Arguments.of("nxt:\n  log: text\u0007\n",
                        "line 2, column 12: the character U+0007 is not allowed in YAML"),
                Arguments.of("nxt:\n  log: text\n  pulls: {}\n  log: json\n",
                        "line 4, column 3: \"log\" is given twice, first in line 2"),
                Arguments.of("nxt.log: text\n'nxt.log': text\n", "\"nxt.log\" is given twice, first in line 1"),
                Arguments.of("nxt: " + "[".repeat(60), "nests too deep"));
    }

    @ParameterizedTest
    @MethodSource("whatIsRefused")
    void whatCannotBeReadIsNamedByItsPlaceAndNothingOfItIsShown(String yaml, String flaw) throws IOException {
        Path path = written(yaml, StandardCharsets.UTF_8);
        var reading = SettingsReader.read(Map.of(), new Properties(), path);
        assertThat(reading.readable()).isFalse();
        assertThat(reading.problems()).as("nothing else is known").hasSize(1);
        assertThat(reading.problems().get(0).toString()).startsWith(path + ": ").contains(flaw)
                .doesNotContain("s3cret");
    }

    static Stream<Arguments> whatIsGivenTwice() {
        return Stream.of(Arguments.of("nxt.log: text\nnxt:\n  log: json\n", "NXT_LOG", "lines 1 and 3"),
                Arguments.of("nxt:\n  http-port: 1\n  http:\n    port: 2\n", "NXT_HTTP_PORT", "lines 2 and 4"),
                Arguments.of("nxt:\n  client-id: s3cret\n  connections.main.client-id: b\n", "NXT_CLIENT_ID",
                        "lines 2 and 3"),
                Arguments.of("nxt.pulls:\n  a: {table: x}\n  A: {table: x}\n", "NXT_PULLS_A_TABLE", "lines 2 and 3"),
                Arguments.of("nxt.client-id: a\nnxt.client_id: b\n", "NXT_CLIENT_ID", "lines 1 and 2"));
    }

    @ParameterizedTest
    @MethodSource("whatIsGivenTwice")
    void whatIsGivenTwiceInTwoFormsIsRefusedWithBothLines(String yaml, String variable, String lines)
            throws IOException {
        var reading = SettingsReader.read(Map.of(), new Properties(), written(yaml, StandardCharsets.UTF_8));
        assertThat(reading.readable()).isTrue();
        assertThat(reading.problems().toString()).contains(variable + ": is given twice in ").contains("in " + lines)
                .doesNotContain("s3cret");
    }

    @Test
    void anotherEncodingIsNamed() throws IOException {
        String yaml = "nxt:\n  client-id: fjær\n";
        for (var encoding : Map.of(StandardCharsets.UTF_16, "is UTF-16", StandardCharsets.UTF_16LE, "is UTF-16",
                StandardCharsets.UTF_16BE, "is UTF-16", StandardCharsets.ISO_8859_1,
                "is not UTF-8 (see line 2); save it as UTF-8").entrySet()) {
            var file = YamlFile.read(written(yaml, encoding.getKey()));
            assertThat(file.readable()).isFalse();
            assertThat(file.problems().toString()).contains(encoding.getValue());
        }
    }

    @Test
    void whatHasNoEffectIsSaid() throws IOException {
        var reading = SettingsReader.read(Map.of(), new Properties(), written(
                "pulls:\n  a: {table: order}\nNXT_LOG: json\nnxt:\n  lgo: json\n  pulls.a.tabel: order\n  pulls.1.table: order\n",
                StandardCharsets.UTF_8));
        assertThat(reading.warnings())
                .anySatisfy(warning -> assertThat(warning)
                        .contains("line 2: \"pulls\" has no effect; settings stand below \"nxt\""))
                .anySatisfy(warning -> assertThat(warning).contains("line 3: \"NXT_LOG\" has no effect"))
                .contains("NXT_LGO is not a setting and has no effect; did you mean NXT_LOG?");
        assertThat(reading.problems().toString())
                .contains("NXT_PULLS_A_TABEL: is not a setting; did you mean NXT_PULLS_A_TABLE?")
                .contains("NXT_PULLS_1_TABLE: a name is one word of letters and digits that begins with a letter");
    }

    @Test
    void aDirectoryInItsPlaceIsNamedAndNoFileIsNone() throws IOException {
        assertThat(YamlFile.read(directory.resolve("none")).readable()).isTrue();
        Path made = Files.createDirectory(directory.resolve("application.yaml"));
        assertThat(YamlFile.read(made).problems().toString()).contains("is a directory");
    }

    private Path written(String yaml, Charset encoding) throws IOException {
        return Files.write(directory.resolve("application.yaml"), yaml.getBytes(encoding));
    }
}
