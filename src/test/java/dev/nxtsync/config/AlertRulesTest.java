package dev.nxtsync.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

import dev.nxtsync.support.Promtool;

/** The cases of the alert rules, which {@code MonitoringIT} has evaluated. */
class AlertRulesTest {
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
        Map<String, Object> cases = new Yaml().load(Files.readString(Promtool.CASES));
        assertThat((List<Map<String, Object>>) cases.get("tests")).extracting(each -> each.get("name"))
                .containsExactlyInAnyOrderElementsOf(wanted);
    }
}
