package dev.nxtsync.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.yaml.snakeyaml.Yaml;

/** Prometheus' tool for rules, which may be on the path. */
public final class Promtool {
    private static final Path RULES = Path.of("k8s", "components", "monitoring", "prometheus-rule.yaml");

    /** Of each alert one in which it fires, and one in which it is silent. */
    public static final Path CASES = Path.of("src", "test", "resources", "prometheus", "rules_test.yaml");

    private Promtool() {}

    /** Says so, too, if it is not. */
    public static boolean isHere() {
        return isHere("promtool", "the alert rules are only read");
    }

    static boolean isHere(String program, String otherwise) {
        boolean here = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(each -> Files.isExecutable(Path.of(each, program)));
        if (!here) {
            System.out.println("[skipped] " + program + " is not here, so that " + otherwise);
        }
        return here;
    }

    /** The alert rules, as a file of rules has them. */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> rules() throws IOException {
        Map<String, Object> resource = new Yaml().load(Files.readString(RULES));
        return (Map<String, Object>) resource.get("spec");
    }

    /** Runs it in a directory, in which {@code rules.yaml} has the alert rules; fails if it is not content. */
    public static void run(Path directory, String... arguments) throws IOException, InterruptedException {
        Files.writeString(directory.resolve("rules.yaml"), new Yaml().dump(rules()));
        var process = new ProcessBuilder(Stream.concat(Stream.of("promtool"), Stream.of(arguments)).toList())
                .directory(directory.toFile()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(List.of(arguments) + " says: " + output).isZero();
    }
}
