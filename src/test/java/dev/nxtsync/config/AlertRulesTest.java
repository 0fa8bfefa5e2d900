package dev.nxtsync.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

import dev.nxtsync.support.Promtool;

/** The alert rules, evaluated by Prometheus' own tool where it is on the path. */
class AlertRulesTest {
    private static final Path CASES = Path.of("src", "test", "resources", "prometheus", "rules_test.yaml");

    @TempDir
    private Path directory;

    @Test
    @SuppressWarnings("unchecked")
    void eachAlertHasACaseInWhichItFiresAndOneInWhichItIsSilent() throws IOException {
        var wanted = new ArrayList<String>();
        for (var group : (List<Map<String, Object>>) Promtool.rules().get("groups")) {
            for (var rule : (List<Map<String, Object>>) group.get("rules")) {
                wanted.add(rule.get("alert") + " fires");
                wanted.add(rule.get("alert") + " is silent");
            }
        }
        Map<String, Object> cases = new Yaml().load(Files.readString(CASES));
        assertThat((List<Map<String, Object>>) cases.get("tests")).extracting(each -> each.get("name"))
                .containsExactlyInAnyOrderElementsOf(wanted);
    }

    @Test
    void eachAlertFiresWhereItShouldAndSaysWhatToDo() throws Exception {
        assumeTrue(Promtool.isHere(), "promtool is not here, so that the alert rules are not evaluated");
        Promtool.run(directory, "check", "rules", "rules.yaml");
        Promtool.run(directory, "test", "rules", Files.copy(CASES, directory.resolve("rules_test.yaml")).toString());
    }
}
