package dev.nxtsync;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import dev.nxtsync.config.SettingsCatalogue;

class DocsTest {
    private static final String README = read("README.md");
    /** Files that a user or the build makes. */
    private static final Set<String> MADE = Set.of("config/application.yaml", "bom.json");
    /** Words in capitals that are no settings. */
    private static final Set<String> NO_SETTINGS = Set.of("COPY", "DOWN", "GET", "POST", "WAL", "UTC");

    @Test
    void everySettingThatTheReadmeNamesExists() {
        var known = new TreeSet<>(SettingsCatalogue.names());
        SettingsCatalogue.entries().stream().filter(SettingsCatalogue.Entry::isSecret)
                .forEach(each -> known.add(each.name() + "_FILE"));
        for (String named : found(README, "(?<![A-Z_])(NXT_[A-Z0-9_<>]+[A-Z>])(?!…)")) {
            String name = named.replaceFirst("^NXT_(PULLS|PUSHES|CONNECTIONS)_[A-Z0-9]+_", "NXT_$1_<NAME>_")
                    .replaceFirst(
                            "^NXT_(CLIENT_ID|CLIENT_SECRET(?:_FILE)?|SCOPE|CUSTOMER|TENANT_ID|TOKEN_PARAMETERS|TOKEN_AUTH)$",
                            "NXT_CONNECTIONS_<NAME>_$1");
            assertThat(known).as(named).contains(name);
        }
        for (String key : found(README, "`([A-Z][A-Z_]+)`")) {
            if (!key.startsWith("NXT_") && !key.startsWith("QUARKUS_") && !key.startsWith("OTEL_")
                    && !NO_SETTINGS.contains(key)) {
                assertThat(known).as(key).anyMatch(name -> name.endsWith("_" + key));
            }
        }
    }

    @Test
    void everyPathThatTheReadmeNamesIsOneOfOurs() {
        var sources = new StringBuilder();
        for (String file : new String[]{"PushResource", "PullResource", "StatusResource", "ConnectionResource"}) {
            sources.append(read("src/main/java/dev/nxtsync/http/" + file + ".java"));
        }
        var paths = found(README, "(?:GET|POST) (/api/[a-z{}/-]+)");
        assertThat(paths).isNotEmpty();
        for (String path : paths) {
            String last = path.substring(path.lastIndexOf('/'));
            String beginning = path.replaceFirst("^(/api/[a-z]+).*", "$1");
            assertThat(sources).as(path).contains("\"" + beginning);
            if (last.matches("/(run|pause|resume)")) {
                assertThat(sources).as(path).contains("\"" + last.substring(1) + "\"");
            }
        }
    }

    @Test
    void everyFileThatIsNamedExists() throws IOException {
        String docs = README + read("CONTRIBUTING.md");
        try (var files = Files.walk(Path.of("."))) {
            var all = files.filter(file -> !file.startsWith("./target") && !file.startsWith("./.git/"))
                    .map(Path::toString).collect(Collectors.toSet());
            for (String named : found(docs, "`([A-Za-z0-9_./-]+\\.(?:java|md|yaml|json|sql))`")) {
                if (!MADE.contains(named)) {
                    assertThat(all).as(named).anyMatch(file -> file.endsWith("/" + named));
                }
            }
        }
    }

    @Test
    void noRegistryHostAndNoPathOfAMachineIsInTheRepository() throws IOException {
        try (var files = Files.walk(Path.of("."))) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(each -> !each.startsWith("./target") && !each.startsWith("./.git")).toList()) {
                assertThat(Files.readString(file)).as(file.toString())
                        .doesNotContainPattern("https?://([a-z0-9-]+\\.)*(repo1?|registry)\\.");
            }
        }
    }

    private static Set<String> found(String text, String pattern) {
        var found = new TreeSet<String>();
        var matcher = Pattern.compile(pattern).matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
