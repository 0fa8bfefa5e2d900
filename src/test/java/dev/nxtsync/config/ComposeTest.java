package dev.nxtsync.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** What the file of Docker Compose says is what the daemon, its database and the sandbox understand. */
class ComposeTest {
    private static final Path FILE = Path.of("compose.yaml");

    private final JsonNode services;
    private final JsonNode database;
    private final Map<String, String> environment = new TreeMap<>();
    private final SettingsReader.SettingsRead reading;

    ComposeTest() throws IOException {
        JsonNode file = new ObjectMapper().valueToTree(new Yaml().load(Files.readString(FILE)));
        services = file.path("services");
        database = services.at("/database/environment");
        services.at("/daemon/environment").properties()
                .forEach(each -> environment.put(each.getKey(), each.getValue().asText()));
        reading = SettingsReader.read(environment, new Properties(), Path.of("none"));
        assertThat(file.path("volumes").fieldNames()).toIterable()
                .containsExactly(services.at("/database/volumes/0").asText().split(":", 2)[0]);
    }

    @Test
    void theDaemonAcceptsItsSettingsWithoutAWarning() {
        assertThat(reading.problems()).isEmpty();
        assertThat(reading.warnings()).isEmpty();
        assertThat(reading.settings().pulls()).isNotEmpty();
        // what Compose would take for a variable of its own
        assertThat(environment.values()).noneMatch(value -> value.contains("$"));
    }

    @Test
    void everyHostThatTheDaemonCallsIsAServiceThatItWaitsFor() {
        var hosts = new TreeSet<String>();
        for (String name : new String[]{"NXT_ISSUER", "NXT_API_URL", "NXT_DATABASE_URL"}) {
            hosts.add(URI.create(environment.get(name).replaceFirst("^jdbc:", "")).getHost());
        }
        var awaited = new TreeSet<String>();
        services.at("/daemon/depends_on").forEach(each -> awaited.add(each.asText()));
        assertThat(awaited).isEqualTo(hosts);
        assertThat(services.fieldNames()).toIterable().containsAll(hosts);
    }

    @Test
    void theDatabaseIsTheOneThatTheDaemonLogsInTo() {
        assertThat(environment).containsEntry("NXT_DATABASE_USER", database.path("POSTGRES_USER").asText())
                .containsEntry("NXT_DATABASE_PASSWORD", database.path("POSTGRES_PASSWORD").asText());
        assertThat(environment.get("NXT_DATABASE_URL")).endsWith("/" + database.path("POSTGRES_DB").asText());
    }

    @Test
    void theSandboxIsWhereTheDaemonLooksForIt() {
        assertThat(services.at("/sandbox/command").toString())
                .contains("\"--url\",\"" + environment.get("NXT_ISSUER") + "\"").contains("\"--host\",\"0.0.0.0\"")
                .contains("\"--port\",\"" + URI.create(environment.get("NXT_ISSUER")).getPort() + "\"");
        assertThat(environment).containsEntry("NXT_API_URL", environment.get("NXT_ISSUER"));
    }

    @Test
    void portsAreThoseOfTheContainersAndOnlyThisMachineReachesThem() {
        var settings = reading.settings();
        var ports = new TreeSet<String>();
        services.forEach(service -> service.path("ports").forEach(each -> ports.add(each.asText())));
        var expected = new TreeSet<String>();
        for (int port : new int[]{settings.http().port(), settings.management().port(),
                URI.create(settings.issuer()).getPort()}) {
            expected.add("127.0.0.1:" + port + ":" + port);
        }
        assertThat(ports).isEqualTo(expected);
    }

    @Test
    void whatIsBuiltHasItsDockerfileAndTheDaemonHasTheTimeToFinishWhatIsUnderWay() {
        assertThat(services.at("/daemon/build").asText()).isEqualTo(".");
        assertThat(services.at("/sandbox/build/context").asText()).isEqualTo(".");
        assertThat(services.at("/sandbox/build/dockerfile").asText()).isEqualTo("Dockerfile.sandbox");
        assertThat(services.at("/daemon/stop_grace_period").asText()).isEqualTo("90s");
    }

    @Test
    void theSandboxIsBuiltByTheLinesThatBuildTheDaemonButWithTheClassesOfTheTests() throws IOException {
        var daemon = buildStage("Dockerfile").stream().map(line -> line.replace("src/main/ src/main/", "src/ src/")
                .replace("-Dmaven.test.skip=true", "-DskipTests")).toList();
        assertThat(buildStage("Dockerfile.sandbox")).hasSizeGreaterThan(5).isEqualTo(daemon);
        String java = Files.readAllLines(Path.of("Dockerfile")).stream().filter(line -> line.endsWith(" AS run-time"))
                .findFirst().orElseThrow();
        assertThat(Files.readAllLines(Path.of("Dockerfile.sandbox"))).contains(java.replace(" AS run-time", ""));
    }

    private static List<String> buildStage(String dockerfile) throws IOException {
        return Files.readAllLines(Path.of(dockerfile)).stream().dropWhile(line -> !line.endsWith(" AS build"))
                .takeWhile(line -> !line.isBlank()).toList();
    }
}
