package dev.nxtsync;

import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/** The documents for whoever works on this repository say what the code says. */
class ArchitectureDocTest {
    private static final Path MAIN = Path.of("src/main/java/dev/nxtsync");
    private static final Path TEST = Path.of("src/test/java/dev/nxtsync");
    private static final Path MAP = Path.of("docs/architecture.md");
    /** Where names of Business NXT stand. */
    private static final Path FACTS = Path.of("docs/facts");
    /** Time zones, and files that a user or the build makes. */
    private static final Set<String> NO_FILES = Set.of("Europe/Oslo", "Europe/Stockholm", "config/application.yaml",
            "quarkus/generated-bytecode.jar");
    private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
    private static final Pattern LOGGER = Pattern.compile("`(dev\\.nxtsync\\.[\\w.]+)`");
    private static final Pattern SECTION = Pattern.compile("docs/facts/([a-z-]+\\.md), \"([^\"]+)\"");

    @Test
    void theMapNamesEveryPackageAndNoOther() {
        var packages = javaFiles(MAIN).map(file -> MAIN.relativize(file.getParent()).toString().replace('/', '.'))
                .collect(toCollection(TreeSet::new));
        assertThat(mapped()).containsExactlyInAnyOrderElementsOf(packages);
    }

    @Test
    void everyPackageUsesOnlyThoseThatStandBelowItInTheMap() {
        List<String> mapped = mapped();
        var classes = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.nxtsync");
        assertThat(classes).isNotEmpty();
        for (JavaClass each : classes) {
            int own = mapped.indexOf(packageOf(each));
            each.getDirectDependenciesFromSelf().stream().filter(use -> isOurs(use.getTargetClass()))
                    .forEach(use -> assertThat(mapped.indexOf(packageOf(use.getTargetClass()))).as(use.getDescription())
                            .isGreaterThanOrEqualTo(own));
        }
    }

    @Test
    void everyFileClassMethodAndTableThatADocumentNamesIsThere() {
        var classes = Stream.of(MAIN, TEST).flatMap(ArchitectureDocTest::javaFiles)
                .map(file -> file.getFileName().toString().replace(".java", "")).collect(toSet());
        String tables = migrations();
        for (Path document : documents()) {
            for (String named : found(document, CODE)) {
                String what = named + " in " + document;
                if (NO_FILES.contains(named)) {
                    continue;
                }
                if (named.matches("[\\w.-]+(/[\\w.-]+)+|[\\w-]+\\.(java|md|sql|yaml|yml)")) {
                    assertThat(Stream.of(Path.of(""), MAIN, document.toAbsolutePath().getParent())).as(what)
                            .anyMatch(from -> Files.exists(from.resolve(named)));
                } else if (named.matches("nxt_sync\\.\\w+")) {
                    assertThat(tables).as(what).containsPattern("(table|view|sequence|function) " + named + "\\b");
                } else if (!document.startsWith(FACTS)
                        && named.matches("[A-Z][a-z]\\w*[A-Z]\\w*(\\.[a-z]\\w*)?|[A-Z][a-z]+\\.[a-z]\\w*")) {
                    String[] parts = named.split("\\.", -1);
                    assertThat(classes).as(what).contains(parts[0]);
                    if (parts.length == 2) {
                        assertThat(source(parts[0])).as(what).contains(" " + parts[1] + "(");
                    }
                }
            }
        }
    }

    /** What an operator is told to set the level of, or to look for. */
    @Test
    void everyLoggerThatADocumentNamesIsThere() {
        for (Path document : Stream
                .concat(documents().stream(), Stream.of(Path.of("CHANGELOG.md"), Path.of("README.md"))).toList()) {
            for (String named : found(document, LOGGER)) {
                assertThat(Path.of("src", "main", "java").resolve(named.replace('.', '/') + ".java")).as(named)
                        .exists();
            }
        }
    }

    @Test
    void whereTheCodeRefersToAFactThatFactIsThere() {
        var referred = new ArrayList<String>();
        Stream.of(MAIN, TEST, Path.of("docs")).flatMap(ArchitectureDocTest::files).forEach(file -> SECTION
                .matcher(read(file).replaceAll("\\s*\n\\s*(\\*|//)?\\s*", " ")).results().forEach(reference -> {
                    referred.add(reference.group());
                    assertThat(read(FACTS.resolve(reference.group(1))).lines()).as(reference.group() + " in " + file)
                            .contains("## " + reference.group(2));
                }));
        assertThat(referred).isNotEmpty();
    }

    @Test
    void theLicenceIsTheOneThatThePomNamesAndGoesWithTheJarAndTheImage() {
        String licence = read(Path.of("LICENSE"));
        assertThat(licence).contains("Apache License", "Version 2.0, January 2004", "END OF TERMS AND CONDITIONS");
        assertThat(read(Path.of("pom.xml"))).containsPattern("<license>\\s*<name>Apache-2.0</name>");
        assertThat(Path.of("target/classes/META-INF/LICENSE")).hasContent(licence);
        assertThat(read(Path.of("Dockerfile"))).containsPattern("(?m)^COPY (.* )?LICENSE .*\\./$");
        assertThat(read(Path.of(".dockerignore"))).contains("!LICENSE");
    }

    /** The packages of the map's table, in its order. */
    private static List<String> mapped() {
        String table = read(MAP).split("## Packages\n", 2)[1].split("\n## ", 2)[0];
        return Pattern.compile("(?m)^\\| `([a-z.]+)` \\|").matcher(table).results().map(row -> row.group(1)).toList();
    }

    private static boolean isOurs(JavaClass each) {
        return each.getPackageName().startsWith("dev.nxtsync.");
    }

    private static String packageOf(JavaClass each) {
        return each.getPackageName().replaceFirst("^dev\\.nxtsync\\.", "");
    }

    private static List<Path> documents() {
        return Stream.concat(files(Path.of("docs")), Stream.of(Path.of("SECURITY.md")))
                .filter(file -> file.toString().endsWith(".md")).sorted().toList();
    }

    private static Set<String> found(Path document, Pattern pattern) {
        return pattern.matcher(read(document)).results().map(match -> match.group(1))
                .collect(toCollection(TreeSet::new));
    }

    private static String source(String type) {
        return Stream.of(MAIN, TEST).flatMap(ArchitectureDocTest::javaFiles)
                .filter(file -> file.getFileName().toString().equals(type + ".java")).map(ArchitectureDocTest::read)
                .reduce("", String::concat);
    }

    private static String migrations() {
        return files(Path.of("src/main/resources/db/migration")).map(ArchitectureDocTest::read).reduce("",
                String::concat);
    }

    private static Stream<Path> javaFiles(Path directory) {
        return files(directory).filter(file -> file.toString().endsWith(".java"));
    }

    private static Stream<Path> files(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
