package dev.nxtsync;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noConstructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.quarkus.runtime.annotations.QuarkusMain;
import io.smallrye.config.ConfigSourceInterceptor;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import dev.nxtsync.config.Settings;
import dev.nxtsync.graphql.Question;

class ArchitectureTest {
    private static final Path MAIN = Path.of("src/main/java/dev/nxtsync");
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.nxtsync");
    private static final JavaClasses WITH_TESTS = new ClassFileImporter().importPackages("dev.nxtsync");
    private static final int MOST_PARAMETERS = 6;
    private static final int LONGEST_FILE = 400;
    private static final int LONGEST_NESTED = 60;
    private static final Pattern CHANGING = Pattern
            .compile("\\bstatic final [^=;(\\n]* (\\w+)\\s*=\\s*(?:new \\w+<>\\(\\)|\\w+\\.newKeySet\\(\\))");
    private static final Pattern IMPORT = Pattern.compile("(?m)^import (?:static )?(dev\\.nxtsync[.a-z]*\\.[A-Z]\\w*)");
    private static final Pattern NESTED_TYPE = Pattern
            .compile("^ {4,}[a-z -]*\\b(?:class|record|interface|enum) ([A-Z]\\w*)\\b[^;]*$");

    /** Which packages of ours each package may use. */
    private static final Map<String, String> MAY_USE = Map.ofEntries(entry("error", ""), entry("tenant", ""),
            entry("config", ""), entry("process", "error"), entry("transport", "process"),
            entry("http.server", "config error process"), entry("trace", "config error process transport"),
            entry("token", "config error process trace transport"),
            entry("graphql", "tenant config error process token trace transport"),
            entry("graphql.schema", "tenant error graphql"), entry("database", "config error process"),
            entry("schedule", "tenant config error process database trace"),
            entry("inbox", "tenant config database schedule"),
            entry("webhook", "tenant config error database inbox process schedule"),
            entry("jobs", "tenant config error process database graphql schedule signin token"),
            entry("pull.target", "config error process database inbox schedule trace"),
            entry("pull.state", "tenant config error database inbox schedule pull.target"),
            entry("pull.plan",
                    "tenant config error process database graphql graphql.schema jobs schedule pull.key pull.state "
                            + "pull.target"),
            entry("pull.key", "tenant config error database graphql graphql.schema inbox"),
            entry("pull.words", "config database graphql graphql.schema process schedule pull.plan pull.target"),
            entry("pull.proof",
                    "tenant config database graphql graphql.schema schedule pull.key pull.plan pull.state pull.target"),
            entry("pull",
                    "tenant config error process database graphql graphql.schema inbox jobs schedule trace pull.key "
                            + "pull.plan pull.proof pull.state pull.target"),
            entry("pull.preview",
                    "tenant config database error graphql graphql.schema pull pull.key pull.plan pull.target"),
            entry("push.outbox", "error tenant database schedule"),
            entry("push.plan", "tenant config error process database graphql graphql.schema jobs schedule push.outbox"),
            entry("push",
                    "tenant config error process database graphql graphql.schema jobs schedule signin trace push.outbox "
                            + "push.plan"),
            entry("signin", "config error process database graphql graphql.schema schedule token http.server"),
            entry("status",
                    "config error process database graphql inbox schedule signin token transport http.server "
                            + "pull.plan pull.proof pull.state pull.target push.outbox push.plan"),
            entry("health",
                    "config error process database graphql inbox schedule status token pull.state pull.target "
                            + "push.outbox"),
            entry("http",
                    "config error process database inbox pull.state push push.outbox signin status token webhook "
                            + "http.server"),
            entry("cli",
                    "tenant config error process database graphql graphql.schema inbox schedule signin status token "
                            + "http.server pull pull.key pull.plan pull.preview pull.state pull.target push push.outbox push.plan"));

    @Test
    void packagesDependInOneDirectionOnly() throws IOException {
        try (var directories = Files.walk(MAIN)) {
            assertThat(directories.filter(each -> Files.exists(each.resolve("package-info.java")))
                    .map(each -> MAIN.relativize(each).toString().replace('/', '.')))
                    .containsExactlyInAnyOrderElementsOf(MAY_USE.keySet());
        }
        MAY_USE.forEach((each, others) -> {
            var usable = Stream.concat(Stream.of(each), Stream.of(others.split(" "))).map(ArchitectureTest::named)
                    .collect(toSet());
            noClasses().that().resideInAPackage(named(each)).should().dependOnClassesThat(
                    resideInAPackage("dev.nxtsync..").and(not(resideInAnyPackage(usable.toArray(String[]::new)))))
                    .check(CLASSES);
        });
        slices().matching("dev.nxtsync.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    private static String named(String each) {
        return "dev.nxtsync." + each;
    }

    /** Such classes could only be understood all at once. */
    @Test
    void noClassesOfAPackageNeedEachOther() {
        assertThat(CLASSES.stream().map(ArchitectureTest::topLevel).distinct().filter(ArchitectureTest::needsItself)
                .map(ArchitectureTest::name)).isEmpty();
    }

    /** Whether what a class needs, and what that needs, in its own package, comes back to it. */
    private static boolean needsItself(JavaClass start) {
        var reached = new HashSet<JavaClass>();
        var next = new ArrayDeque<>(neighbours(start).toList());
        while (!next.isEmpty()) {
            var each = next.remove();
            if (reached.add(each)) {
                neighbours(each).forEach(next::add);
            }
        }
        return reached.contains(start);
    }

    private static Stream<JavaClass> neighbours(JavaClass topLevel) {
        return CLASSES.stream().filter(each -> topLevel(each).equals(topLevel))
                .flatMap(each -> each.getDirectDependenciesFromSelf().stream())
                .map(each -> topLevel(each.getTargetClass().getBaseComponentType()))
                .filter(each -> each.getPackageName().equals(topLevel.getPackageName()) && !each.equals(topLevel))
                .distinct();
    }

    /** More parameters are more than one idea, or belong to each other and are a record. */
    @Test
    void whatIsMadeNeedsFewThings() {
        assertThat(CLASSES.stream().filter(each -> !each.isRecord() && !each.isAnonymousClass())
                .filter(each -> each.getConstructors().stream()
                        .anyMatch(made -> made.getRawParameterTypes().size() > MOST_PARAMETERS))
                .map(ArchitectureTest::name)).isEmpty();
    }

    /** Who takes all the settings may use any of them. What begins a command, and what checks the settings, looks at all. */
    @Test
    void aFeatureGetsItsOwnSettings() {
        noConstructors().that().areDeclaredInClassesThat()
                .resideOutsideOfPackages("..config..", "..cli..", "..pull..", "..push..").should()
                .haveRawParameterTypes(containing(Settings.class)).check(CLASSES);
    }

    private static DescribedPredicate<List<JavaClass>> containing(Class<?> type) {
        return DescribedPredicate.describe("containing " + type.getSimpleName(),
                each -> each.stream().anyMatch(parameter -> parameter.isEquivalentTo(type)));
    }

    @Test
    void filesAndNestedTypesAreShort() throws IOException {
        var longFiles = new ArrayList<String>();
        var longTypes = new ArrayList<String>();
        try (var files = Files.walk(MAIN)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
                var lines = Files.readAllLines(file);
                String name = MAIN.relativize(file).toString().replace('/', '.').replace(".java", "");
                if (lines.size() > LONGEST_FILE) {
                    longFiles.add(name);
                }
                for (int i = 0; i < lines.size(); i++) {
                    var nested = NESTED_TYPE.matcher(lines.get(i));
                    if (nested.find() && nested(lines.subList(i, lines.size())) > LONGEST_NESTED) {
                        longTypes.add(name + "." + nested.group(1));
                    }
                }
            }
        }
        assertThat(longFiles).as("a file that is short enough is taken off this list").isEmpty();
        assertThat(longTypes).as("a type that is short enough is taken off this list").isEmpty();
    }

    @Test
    void noTwoTypesShareAName() {
        var names = CLASSES.stream().filter(each -> !each.isAnonymousClass() && !each.getSimpleName().isEmpty())
                .filter(each -> !each.getSimpleName().equals("package-info"))
                .collect(groupingBy(JavaClass::getSimpleName, mapping(ArchitectureTest::name, toSet())));
        names.values().removeIf(all -> all.size() == 1);
        assertThat(names).isEmpty();
    }

    /** So that {@code -Dgroups} runs the stories of one feature alone. */
    @Test
    void storiesStandByFeatureAndAreTagged() {
        assertThat(WITH_TESTS.stream().filter(each -> each.getPackageName().startsWith("dev.nxtsync.story."))
                .filter(each -> each.getSimpleName().endsWith("IT"))).isNotEmpty()
                .allSatisfy(each -> assertThat(each.getAnnotationOfType(Tag.class).value()).as(each.getName())
                        .isEqualTo(each.getPackageName().substring("dev.nxtsync.story.".length())));
    }

    /** How many of these lines, of which the first begins a nested type, are its own: the formatter indents them all. */
    private static int nested(List<String> lines) {
        String indent = lines.get(0).substring(0, lines.get(0).indexOf(lines.get(0).strip()));
        int length = 1;
        while (lines.get(length).isEmpty() || lines.get(length).startsWith(indent + " ")) {
            length++;
        }
        return lines.get(length).equals(indent + "}") ? length + 1 : length;
    }

    /** What is public asks to be relied on. Tests of other packages count, and frameworks find some by their names. */
    @Test
    void whatIsPublicIsUsedByOtherPackages() throws IOException {
        var used = WITH_TESTS.stream().flatMap(each -> each.getDirectDependenciesFromSelf().stream())
                .filter(each -> !each.getOriginClass().getPackageName()
                        .equals(each.getTargetClass().getBaseComponentType().getPackageName()))
                .map(each -> topLevel(each.getTargetClass().getBaseComponentType()).getName()).collect(toSet());
        // of a type whose constants alone are used there is nothing in the classes that use it
        try (var files = Files.walk(Path.of("src"))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
                IMPORT.matcher(Files.readString(file)).results().forEach(each -> used.add(each.group(1)));
            }
        }
        assertThat(CLASSES.stream()
                .filter(each -> each.isTopLevelClass() && each.getModifiers().contains(JavaModifier.PUBLIC))
                .filter(each -> !used.contains(each.getName()) && !each.isAnnotatedWith(QuarkusMain.class)
                        && !each.isAssignableTo(ConfigSourceInterceptor.class))
                .map(ArchitectureTest::name)).as("a type that is used, or is public no more, is taken off this list")
                .containsExactlyInAnyOrder("pull.target.UnstorableValue");
    }

    private static JavaClass topLevel(JavaClass each) {
        return each.getEnclosingClass().map(ArchitectureTest::topLevel).orElse(each);
    }

    private static String name(JavaClass each) {
        return each.getName().substring("dev.nxtsync.".length());
    }

    @Test
    void onlyWhoOwnsTablesWritesSqlAndRequestsGoOutInOneWay() {
        noClasses().that()
                .resideOutsideOfPackages("..database..", "..schedule..", "..inbox..", "..pull.target..",
                        "..pull.state..", "..pull.plan..", "..push.outbox..", "..signin..", "..status..")
                .should().dependOnClassesThat().haveFullyQualifiedName("java.sql.Connection").check(CLASSES);
        noClasses().that().resideOutsideOfPackage("dev.nxtsync.transport..").should().dependOnClassesThat()
                .haveFullyQualifiedName("io.vertx.core.http.HttpClient").check(CLASSES);
    }

    /** Of names that are checked, with all values beside it. */
    @Test
    void documentsAreWrittenInOnePlace() {
        noClasses().that().areNotAssignableTo(Question.class).should()
                .callConstructorWhere(target(owner(type(Question.class)))).check(CLASSES);
    }

    @Test
    void onlyOnePackageKnowsOpenTelemetry() {
        noClasses().that().resideOutsideOfPackage("..trace..").should().dependOnClassesThat()
                .resideInAPackage("io.opentelemetry..").check(CLASSES);
    }

    /** What else happens is a value for whoever has asked, or goes to the log. */
    @Test
    void onlyCommandsPrint() throws IOException {
        noClasses().that().resideOutsideOfPackage("..cli..").should().accessField(System.class, "out").orShould()
                .accessField(System.class, "err").check(CLASSES);
        assertThat(filesWith("PROBLEM")).isNotEmpty().allMatch(file -> file.startsWith("cli/"));
    }

    @Test
    void neverIsOneTime() throws IOException {
        assertThat(filesWith("9999-", "9000-")).containsExactly("database/Timestamps.java");
    }

    /** The files of which a text has one of these. */
    private static List<String> filesWith(String... words) throws IOException {
        return Literals.ofMain().entrySet().stream()
                .filter(each -> each.getValue().stream().anyMatch(text -> Stream.of(words).anyMatch(text::contains)))
                .map(Map.Entry::getKey).toList();
    }

    /** Text becomes a number in one place, which bounds it; what has gone through there may be calculated with. */
    @Test
    void noTextBecomesALargeNumberButInOnePlace() {
        for (Class<?> number : List.of(BigDecimal.class, BigInteger.class)) {
            noClasses().that().doNotHaveFullyQualifiedName("dev.nxtsync.database.Numeral").should()
                    .callConstructorWhere(target(owner(type(number)))).check(CLASSES);
        }
        noClasses().should()
                .callMethodWhere(target(
                        nameMatching("decimalValue|bigIntegerValue|getDecimalValue|getBigIntegerValue|getBigDecimal")))
                .check(CLASSES);
    }

    @Test
    void nothingIsInjectedIntoFieldsAndNothingSleeps() {
        noFields().should().beAnnotatedWith(jakarta.inject.Inject.class).check(CLASSES);
        noClasses().should().callMethod(Thread.class, "sleep", long.class).check(CLASSES);
        noClasses().should().callMethod(System.class, "currentTimeMillis").check(CLASSES);
        noClasses().should().callMethod(java.time.Instant.class, "now").check(CLASSES);
    }

    /** What changes has an owner, which is made and handed on. */
    @Test
    void nothingThatChangesBelongsToTheWholeProcess() throws IOException {
        noFields().that().areStatic().should().notBeFinal().orShould()
                .haveRawType(resideInAPackage("java.util.concurrent.atomic..")).check(CLASSES);
        var changing = new ArrayList<String>();
        try (var files = Files.walk(MAIN)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
                CHANGING.matcher(Files.readString(file)).results()
                        .forEach(each -> changing.add(file.getFileName() + " " + each.group(1)));
            }
        }
        assertThat(changing).as("what belongs to threads, and what is known of encodings, which never changes")
                .containsExactlyInAnyOrder("Encoding.java KNOWN", "ExternalWait.java WAITING",
                        "WatchedThread.java OF_THREAD");
    }

    @Test
    void threadsAreMadeWhereTheyAreWatched() {
        noClasses().that().resideOutsideOfPackage("..process..").should()
                .callConstructorWhere(target(owner(assignableTo(Thread.class)))).orShould()
                .callMethodWhere(target(owner(assignableTo(Executors.class)))).orShould().dependOnClassesThat()
                .areAssignableTo(ThreadPoolExecutor.class).orShould().dependOnClassesThat()
                .resideInAPackage("io.quarkus.scheduler..").check(CLASSES);
    }

    @Test
    void everyPackageSaysWhatItIs() throws IOException {
        try (var directories = Files.walk(MAIN)) {
            assertThat(directories.filter(Files::isDirectory).filter(each -> !each.endsWith("nxtsync")))
                    .allMatch(each -> Files.exists(each.resolve("package-info.java")));
        }
    }
}
