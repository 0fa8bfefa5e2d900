package dev.nxtsync.story.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.nxtsync.support.Clone;
import dev.nxtsync.support.Image;
import dev.nxtsync.support.Size;

/** What is shipped is known, free to be shipped, and can be built again. */
@Tag("packaging")
class SupplyChainIT {
    private static final Path APPLICATION = Path.of("target", "quarkus-app");
    private static final Path BILL_OF_MATERIALS = Path.of("target", "bom.json");
    private static final String RECORDED = "quarkus/generated-bytecode.jar";
    /** By group, the version in which what is known to be dangerous in those before was mended. */
    private static final Map<String, String> FLOORS = Map.of(
            // CVE-2026-50020 and CVE-2026-89044 (request smuggling), CVE-2026-50560 (HTTP/2)
            "io.netty", "4.1.138",
            // CVE-2026-42198, CVE-2026-54291
            "org.postgresql", "42.7.13");
    /** Of several licences of a library one may be chosen. */
    private static final Set<String> LICENCES = Set.of("Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0",
            "EPL-1.0", "EPL-2.0", "MIT", "MIT-0", "Public Domain");

    @Test
    void everyLibraryOfTheImageIsInTheBillOfMaterialsWithItsHash() throws Exception {
        var known = new TreeSet<String>();
        for (JsonNode component : components()) {
            component.path("hashes").forEach(hash -> {
                if (hash.path("alg").asText().equals("SHA-256")) {
                    known.add(hash.path("content").asText());
                }
            });
        }
        Map<String, String> libraries = jars(APPLICATION.resolve("lib"));
        assertThat(libraries).hasSizeGreaterThan(100).allSatisfy((jar, hash) -> assertThat(known).contains(hash));
    }

    @Test
    void everyLibraryHasALicenceThatAllowsToPassItOnAndAVersionThatStaysWhatItIs() throws IOException {
        for (JsonNode component : components()) {
            var licences = new ArrayList<String>();
            component.path("licenses")
                    .forEach(each -> licences.add(each.at("/license/id").asText(each.at("/license/name").asText())));
            assertThat(licences).as(component.path("purl").asText()).anyMatch(LICENCES::contains);
            if (!component.path("group").asText().equals("dev.nxtsync")) {
                assertThat(component.path("version").asText()).as(component.path("purl").asText()).isNotEmpty()
                        .doesNotContain("SNAPSHOT", "[", "(", "LATEST", "RELEASE");
            }
        }
    }

    @Test
    void noLibraryIsOlderThanTheVersionThatMendedWhatIsKnownToBeDangerous() throws IOException {
        var seen = new TreeSet<String>();
        for (JsonNode component : components()) {
            var floor = FLOORS.get(component.path("group").asText());
            if (floor != null) {
                seen.add(component.path("group").asText());
                assertThat(version(component.path("version").asText())).as(component.path("purl").asText())
                        .isGreaterThanOrEqualTo(version(floor));
            }
        }
        assertThat(seen).isEqualTo(FLOORS.keySet());
    }

    /** Of versions with numbers between dots, and perhaps a word behind them. */
    private static ModuleDescriptor.Version version(String text) {
        return ModuleDescriptor.Version.parse(text.replaceAll("\\.[A-Za-z]+$", ""));
    }

    /** Those that are not are put before or after the libraries' classes by the path at which this was built. */
    @Test
    void noClassOfOursIsChangedAfterItWasCompiled() {
        assertThat(entries(APPLICATION.resolve("quarkus").resolve("transformed-bytecode.jar"))).isNotEmpty()
                .noneMatch(entry -> entry.startsWith("dev/nxtsync"));
    }

    @Test
    void theStageOfTheImageThatBuildsMakesTheSameJarsFromAPlainClone(@TempDir Path elsewhere) throws Exception {
        assumeTrue(Size.full(), "it builds all of it a second time");
        Path built = Image.build(Clone.into(elsewhere.resolve("clone")), elsewhere.resolve("stages"),
                Path.of(System.getProperty("java.home")), SupplyChainIT::build);
        Map<String, String> first = jars(APPLICATION);
        Map<String, String> second = jars(built.resolve(APPLICATION));
        assertThat(first.remove(RECORDED)).isNotNull();
        assertThat(second.remove(RECORDED)).isNotNull();
        // whoever reads of a failure is told what is not the same in a jar
        first.forEach((jar, hash) -> {
            if (second.containsKey(jar) && !second.get(jar).equals(hash)) {
                assertThat(entries(built.resolve(APPLICATION).resolve(jar))).as(jar)
                        .containsExactlyElementsOf(entries(APPLICATION.resolve(jar)));
            }
        });
        assertThat(second).isEqualTo(first);
    }

    /** Name, size and checksum of each entry of a jar, in its order. */
    private static List<String> entries(Path jar) {
        try (var zip = new ZipFile(jar.toFile())) {
            return zip.stream().map(entry -> entry.getName() + " " + entry.getSize() + " " + entry.getCrc()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With what this build's Maven has fetched already. */
    private static void build(String line, Path directory) throws IOException, InterruptedException {
        Clone.run(directory, "env", "JAVA_HOME=" + System.getProperty("java.home"),
                "MAVEN_ARGS=-o -q -Dmaven.repo.local=" + System.getProperty("nxt.repository"), "sh", "-c", line);
    }

    private static Iterable<JsonNode> components() throws IOException {
        return new ObjectMapper().readTree(BILL_OF_MATERIALS.toFile()).path("components");
    }

    /** Path and SHA-256 of every jar of a directory. */
    private static Map<String, String> jars(Path directory) throws IOException, GeneralSecurityException {
        var jars = new TreeMap<String, String>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".jar")).toList()) {
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
                jars.put(directory.relativize(file).toString(), HexFormat.of().formatHex(hash));
            }
        }
        return jars;
    }
}
