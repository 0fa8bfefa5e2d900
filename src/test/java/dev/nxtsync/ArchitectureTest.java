package dev.nxtsync;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;

import org.junit.jupiter.api.Test;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.nxtsync");

    @Test
    void packagesDependInOneDirectionOnly() {
        layeredArchitecture().consideringOnlyDependenciesInLayers()
                .layer("trouble").definedBy("dev.nxtsync.trouble..").layer("process").definedBy("dev.nxtsync.process..")
                .layer("config")
                .definedBy("dev.nxtsync.config..").layer("http").definedBy("dev.nxtsync.http..").layer("port")
                .definedBy("dev.nxtsync.port..")
                .layer("token").definedBy("dev.nxtsync.token..").layer("graphql").definedBy("dev.nxtsync.graphql..")
                .layer("store").definedBy("dev.nxtsync.store..").layer("schedule").definedBy("dev.nxtsync.schedule..")
                .layer("access").definedBy("dev.nxtsync.access..").layer("pull").definedBy("dev.nxtsync.pull..")
                .layer("push").definedBy("dev.nxtsync.push..").layer("webhook").definedBy("dev.nxtsync.webhook..")
                .layer("signin").definedBy("dev.nxtsync.signin..")
                .layer("status").definedBy("dev.nxtsync.status..").layer("notice").definedBy("dev.nxtsync.notice..")
                .layer("operate").definedBy("dev.nxtsync.operate..")
                .whereLayer("trouble").mayNotAccessAnyLayer()
                .whereLayer("config").mayNotAccessAnyLayer()
                .whereLayer("process").mayOnlyAccessLayers("config", "trouble")
                .whereLayer("http").mayOnlyAccessLayers("process")
                .whereLayer("port").mayOnlyAccessLayers("config", "process", "trouble")
                .whereLayer("token").mayOnlyAccessLayers("config", "http", "process", "trouble")
                .whereLayer("graphql").mayOnlyAccessLayers("config", "http", "process", "trouble", "token")
                .whereLayer("store").mayOnlyAccessLayers("config", "process", "trouble")
                .whereLayer("schedule").mayOnlyAccessLayers("config", "process", "trouble", "store")
                .whereLayer("access").mayOnlyAccessLayers("config", "process", "trouble", "graphql", "store")
                .whereLayer("pull")
                .mayOnlyAccessLayers("config", "process", "trouble", "graphql", "store", "schedule", "access")
                .whereLayer("push")
                .mayOnlyAccessLayers("config", "process", "trouble", "graphql", "store", "schedule", "access")
                .whereLayer("webhook").mayOnlyAccessLayers("config", "process", "port", "store", "schedule")
                .whereLayer("signin").mayOnlyAccessLayers("config", "process", "trouble", "token", "graphql", "store")
                .whereLayer("status")
                .mayOnlyAccessLayers("config", "process", "trouble", "port", "token", "graphql", "store", "pull",
                        "push")
                .whereLayer("notice")
                .mayOnlyAccessLayers("config", "http", "process", "trouble", "store", "schedule", "status")
                .whereLayer("operate").mayNotBeAccessedByAnyLayer()
                .check(CLASSES);
        slices().matching("dev.nxtsync.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void onlyTheStoreWritesSqlAndRequestsGoOutInOneWay() {
        noClasses().that().resideOutsideOfPackage("..store..").should().dependOnClassesThat()
                .haveFullyQualifiedName("java.sql.Connection")
                .check(CLASSES);
        noClasses().that().resideOutsideOfPackage("dev.nxtsync.http..").should()
                .dependOnClassesThat().haveFullyQualifiedName("io.vertx.core.http.HttpClient").check(CLASSES);
    }

    /** Text becomes a number in one place, which bounds it; what has gone through there may be calculated with. */
    @Test
    void noTextBecomesALargeNumberButInOnePlace() {
        for (Class<?> number : List.of(BigDecimal.class, BigInteger.class)) {
            noClasses().that().doNotHaveFullyQualifiedName("dev.nxtsync.database.Numeral").should()
                    .callConstructorWhere(target(owner(type(number)))).check(CLASSES);
        }
        noClasses().should().callMethodWhere(target(nameMatching(
                "decimalValue|bigIntegerValue|getDecimalValue|getBigIntegerValue|getBigDecimal"))).check(CLASSES);
    }

    @Test
    void nothingIsInjectedIntoFieldsAndNothingSleeps() {
        noFields().should().beAnnotatedWith(jakarta.inject.Inject.class).check(CLASSES);
        noClasses().should().callMethod(Thread.class, "sleep", long.class).check(CLASSES);
        noClasses().should().callMethod(System.class, "currentTimeMillis").check(CLASSES);
        noClasses().should().callMethod(java.time.Instant.class, "now").check(CLASSES);
    }

    @Test
    void threadsAreMadeWhereTheyAreWatched() {
        noClasses().that().resideOutsideOfPackage("..process..").should()
                .callConstructorWhere(target(owner(assignableTo(Thread.class))))
                .orShould().callMethodWhere(target(owner(assignableTo(Executors.class))))
                .orShould().dependOnClassesThat().areAssignableTo(ThreadPoolExecutor.class)
                .orShould().dependOnClassesThat().resideInAPackage("io.quarkus.scheduler..").check(CLASSES);
    }

    @Test
    void everyPackageSaysWhatItIs() throws IOException {
        try (var directories = Files.walk(Path.of("src/main/java/dev/nxtsync"))) {
            assertThat(directories.filter(Files::isDirectory).filter(each -> !each.endsWith("nxtsync")))
                    .allMatch(each -> Files.exists(each.resolve("package-info.java")));
        }
    }
}
