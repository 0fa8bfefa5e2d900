package dev.nxtsync;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import dev.nxtsync.config.SettingsCatalogue;

class DocsTest {
    private static final String README = read("README.md");
    private static final String K8S = read("k8s/nxt-sync.yaml");

    @Test
    void theReadmeNamesEverySettingAndNoOther() {
        var named = found(README, "`(NXT_[A-Z_<>]+[A-Z>])`");
        Stream.of("CLIENT_ID", "CLIENT_SECRET", "SCOPE", "CUSTOMER", "TENANT_ID", "TOKEN_PARAMETERS", "TOKEN_AUTH",
                "KIND", "ISSUER", "API_URL")
                .forEach(key -> {
                    assertThat(README).contains("`" + key + "`");
                    named.add("NXT_CONNECTIONS_<NAME>_" + key);
                    named.remove("NXT_" + key);
                });
        named.add("NXT_ISSUER");
        named.add("NXT_API_URL");
        assertThat(named).isEqualTo(new TreeSet<>(SettingsCatalogue.names()));
    }

    @Test
    void theManifestUsesSettingsPortsAndPathsThatExist() {
        for (String variable : found(K8S, "name: (NXT_[A-Z_]+)")) {
            String name = variable.replaceFirst("_FILE$", "").replaceFirst("NXT_PULLS_[A-Z0-9]+_", "NXT_PULLS_<NAME>_")
                    .replaceFirst("NXT_(CLIENT_.*)", "NXT_CONNECTIONS_<NAME>_$1");
            assertThat(SettingsCatalogue.names()).contains(name);
        }
        assertThat(found(K8S, "path: (/q/\\S+)")).isSubsetOf(found(README, "`(/q/[a-z/]+)`"));
        assertThat(K8S).contains("containerPort: 8080").contains("containerPort: 9000");
    }

    @Test
    void everyFileThatIsNamedExists() throws IOException {
        String docs = README + read("CONTRIBUTING.md");
        try (var files = Files.walk(Path.of("."))) {
            var all = files.filter(file -> !file.startsWith("./target") && !file.startsWith("./.git/"))
                    .map(Path::toString).collect(Collectors.toSet());
            for (String named : found(docs, "`([A-Za-z0-9_./-]+\\.(?:java|md|yaml))`")) {
                if (!named.equals("config/application.yaml")) {
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
