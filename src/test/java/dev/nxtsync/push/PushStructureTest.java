package dev.nxtsync.push;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;

/** The classes of pushes depend on each other in one direction, and each is small. */
class PushStructureTest {
    private static final Path MAIN = Path.of("src/main/java/dev/nxtsync/push");
    private static final int MOST_PARAMETERS = 6;
    private static final int MOST_LINES = 300;
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.nxtsync.push");

    @Test
    void noClassDependsOnItselfByWayOfOthers() {
        slices().assignedFrom(new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass each) {
                return SliceIdentifier.of(each.getName().replaceFirst("\\$.*", ""));
            }

            @Override
            public String getDescription() { return "top-level classes"; }
        }).should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void noConstructorButOfRecordsHasManyParameters() {
        constructors().that().areDeclaredInClassesThat().areNotRecords()
                .should(new ArchCondition<JavaConstructor>("have at most " + MOST_PARAMETERS + " parameters") {
                    @Override
                    public void check(JavaConstructor each, ConditionEvents events) {
                        int parameters = each.getRawParameterTypes().size();
                        events.add(new SimpleConditionEvent(each, parameters <= MOST_PARAMETERS,
                                each.getFullName() + " has " + parameters));
                    }
                }).check(CLASSES);
    }

    @Test
    void noFileIsLong() throws IOException {
        try (var files = Files.walk(MAIN)) {
            assertThat(files.filter(Files::isRegularFile)).allSatisfy(
                    file -> assertThat(Files.readAllLines(file)).as("%s", file).hasSizeLessThan(MOST_LINES));
        }
    }
}
