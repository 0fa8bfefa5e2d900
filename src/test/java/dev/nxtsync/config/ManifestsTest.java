package dev.nxtsync.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.nxtsync.support.Tree;

/** What the manifests say is what the daemon understands. */
class ManifestsTest {
    private static final Path K8S = Path.of("k8s");
    private static final Path PUBLIC = K8S.resolve("base/service.yaml");
    private static final Path MANAGEMENT = K8S.resolve("base/service-management.yaml");
    private static final Path POLICY = K8S.resolve("components/network-policy/network-policy.yaml");
    private static final String LABEL = "app.kubernetes.io/name";
    private static final List<String> LISTS = List.of("resources", "components", "patches", "configMapGenerator");

    private final JsonNode deployment = document(K8S.resolve("base/deployment.yaml"));
    private final JsonNode pod = deployment.at("/spec/template/spec");
    private final JsonNode container = pod.at("/containers/0");
    private final Settings defaults = SettingsReader.read(Map.of(), new Properties(), Path.of("none")).settings();

    @Test
    void everyFileIsNamedByAKustomizationAndEveryNameIsAFile() throws IOException {
        var named = new TreeSet<Path>();
        for (Path kustomization : files("kustomization.yaml")) {
            JsonNode list = document(kustomization);
            Path directory = kustomization.getParent();
            list.path("resources").forEach(each -> named.add(directory.resolve(each.asText()).normalize()));
            list.path("components").forEach(each -> named.add(directory.resolve(each.asText()).normalize()));
            list.path("patches").forEach(each -> named.add(directory.resolve(each.path("path").asText()).normalize()));
            list.path("configMapGenerator").forEach(
                    map -> map.path("files").forEach(each -> named.add(directory.resolve(each.asText()).normalize())));
            list.fieldNames().forEachRemaining(key -> assertThat(key).matches(
                    each -> LISTS.contains(each) || List.of("apiVersion", "kind", "namespace").contains(each)));
        }
        assertThat(named)
                .allMatch(each -> Files.isRegularFile(each) || Files.isRegularFile(each.resolve("kustomization.yaml")));
        for (Path file : files(".yaml")) {
            assertThat(named).as("a kustomization names " + file)
                    .anyMatch(each -> each.equals(file) || file.endsWith("kustomization.yaml"));
        }
    }

    @Test
    void everythingHasTheNameAndTheLabelThatSelectorsLookFor() throws IOException {
        for (Path file : files(".yaml")) {
            JsonNode document = document(file);
            if (document.has("metadata")) {
                assertThat(document.at("/metadata/name").asText()).as(file.toString())
                        .isEqualTo(file.equals(MANAGEMENT) ? "nxt-sync-management" : "nxt-sync");
                assertThat(document.findValues("matchLabels").stream().flatMap(ManifestsTest::values))
                        .as(file.toString())
                        .allMatch(each -> List.of("nxt-sync", "monitoring", "management", "postgresql").contains(each));
            }
        }
        assertThat(deployment.at("/spec/template/metadata/labels").path(LABEL).asText()).isEqualTo("nxt-sync");
        for (Path service : List.of(PUBLIC, MANAGEMENT)) {
            assertThat(document(service).at("/spec/selector").path(LABEL).asText()).isEqualTo("nxt-sync");
        }
    }

    @Test
    void portsAndProbesAreThoseOfTheDaemon() {
        var ports = new TreeMap<String, Integer>();
        container.path("ports")
                .forEach(each -> ports.put(each.path("name").asText(), each.path("containerPort").asInt()));
        assertThat(ports).isEqualTo(Map.of("http", defaults.http().port(), "management", defaults.management().port()));

        assertThat(portsOf(PUBLIC)).as("all that an Ingress can lead to")
                .isEqualTo(Map.of("http", defaults.http().port()));
        assertThat(portsOf(MANAGEMENT)).isEqualTo(Map.of("management", defaults.management().port()));
        var monitor = document(K8S.resolve("components/monitoring/service-monitor.yaml"));
        assertThat(monitor.at("/spec/endpoints/0/port").asText()).isEqualTo("management");
        assertThat(monitor.at("/spec/endpoints/0/path").asText()).isEqualTo("/q/metrics");
        JsonNode wanted = monitor.at("/spec/selector/matchLabels");
        assertThat(document(MANAGEMENT).at("/metadata/labels")).as("what the monitor looks for").isEqualTo(wanted);
        assertThat(document(PUBLIC).at("/metadata/labels")).isNotEqualTo(wanted);
        var policy = document(POLICY);
        policy.at("/spec/ingress").forEach(
                rule -> rule.path("ports").forEach(each -> assertThat(ports).containsKey(each.path("port").asText())));

        var probes = Map.of("startupProbe", "/q/health/started", "livenessProbe", "/q/health/live", "readinessProbe",
                "/q/health/ready");
        probes.forEach((probe, path) -> {
            assertThat(container.path(probe).at("/httpGet/path").asText()).isEqualTo(path);
            assertThat(container.path(probe).at("/httpGet/port").asText()).isEqualTo("management");
        });
    }

    @Test
    void outGoesOnlyWhatIsNeededAndTheHostsAreNamed() throws IOException {
        var everywhere = new TreeSet<Integer>();
        var database = new ArrayList<JsonNode>();
        for (JsonNode rule : document(POLICY).at("/spec/egress")) {
            var ports = new TreeSet<Integer>();
            rule.path("ports").forEach(each -> ports.add(each.path("port").asInt()));
            if (ports.contains(5432)) {
                assertThat(ports).hasSize(1);
                database.add(rule);
            } else {
                everywhere.addAll(ports);
            }
        }
        assertThat(everywhere).containsExactly(53, 443);
        assertThat(database).hasSize(1);
        assertThat(database.get(0).at("/to/0/podSelector/matchLabels").isEmpty()).as("only a database").isFalse();
        for (String address : List.of(defaults.issuer(), defaults.api().url())) {
            assertThat(Files.readString(POLICY)).contains(URI.create(address).getHost());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/replicated", "overlays/external-secrets",
            "overlays/external-secrets,components/ingress", "overlays/replicated,components/ingress"})
    void theDaemonAcceptsTheVariablesAndTheConfiguration(String kustomizations, @TempDir Path secrets)
            throws IOException {
        List<JsonNode> deployments = Stream.of(kustomizations.split(",", -1)).map(K8S::resolve)
                .flatMap(ManifestsTest::deployments).toList();
        var environment = new HashMap<String, String>();
        int replicas = 0;
        for (JsonNode each : deployments) {
            replicas = each.at("/spec/replicas").asInt(replicas);
            // by these names kustomize knows what a patch is for
            assertThat(each.at("/metadata/name")).isEqualTo(deployment.at("/metadata/name"));
            assertThat(each.at("/spec/template/spec/containers/0/name")).isEqualTo(container.path("name"));
            each.at("/spec/template/spec/containers/0/env").forEach(
                    variable -> environment.put(variable.path("name").asText(), variable.path("value").asText()));
        }
        for (var each : environment.entrySet()) {
            if (each.getValue().startsWith("/secrets/")) {
                Path file = secrets.resolve(each.getValue().substring("/secrets/".length()));
                each.setValue(Files.writeString(file, "secret").toString());
            }
        }
        var reading = SettingsReader.read(environment, new Properties(), K8S.resolve("base/application.yaml"));
        assertThat(reading.problems()).isEmpty();
        assertThat(reading.warnings()).isEmpty();
        assertThat(reading.settings().pulls()).isNotEmpty();
        assertThat(reading.settings().budget().share()).isEqualTo(replicas);
        assertThat(reading.settings().publicUrl().isPresent()).isEqualTo(kustomizations.contains("ingress"));
    }

    /** The Deployment of a kustomization, and the patches of it, in the order in which they count. */
    private static Stream<JsonNode> deployments(Path kustomization) {
        JsonNode list = document(kustomization.resolve("kustomization.yaml"));
        Stream<String> others = Stream.of("resources", "components").flatMap(each -> values(list.path(each)));
        Stream<String> patches = StreamSupport.stream(list.path("patches").spliterator(), false)
                .map(each -> each.path("path").asText());
        return Stream.concat(others, patches).map(kustomization::resolve).map(Path::normalize).flatMap(each -> {
            if (Files.isDirectory(each)) {
                return deployments(each);
            }
            return each.endsWith("deployment.yaml") ? Stream.of(document(each)) : Stream.empty();
        });
    }

    @Test
    void whatIsToBePastedNamesWhatThereIsAndTheNamespaceComesBeforeTheStoreOfItsSecrets() throws IOException {
        List<Path> pages = new ArrayList<>(files("kustomization.yaml"));
        pages.add(Path.of("docs/kubernetes.md"));
        var applied = new ArrayList<String>();
        for (Path page : pages) {
            Pattern.compile("kubectl apply -[fk] (k8s/\\S+)").matcher(Files.readString(page)).results()
                    .forEach(each -> applied.add(each.group(1)));
        }
        assertThat(applied).allSatisfy(each -> assertThat(Path.of(each)).exists());
        for (String page : List.of("k8s/overlays/external-secrets/kustomization.yaml", "docs/kubernetes.md")) {
            assertThat(Files.readString(Path.of(page))).containsSubsequence(
                    "kubectl apply -f k8s/overlays/external-secrets/namespace.yaml",
                    "kubectl apply -n nxt-sync -f secret-store.yaml", "kubectl apply -k k8s/overlays/external-secrets");
        }
    }

    @Test
    void anIngressLeadsWebhooksAndPersonsToTheDaemonAndNobodyToTheOperatorsApi() throws IOException {
        var ingress = document(K8S.resolve("components/ingress/ingress.yaml"));
        var host = ingress.at("/spec/rules/0/host");
        assertThat(ingress.at("/spec/tls/0/hosts/0")).isEqualTo(host);
        var variable = document(K8S.resolve("components/ingress/deployment.yaml"))
                .at("/spec/template/spec/containers/0/env/0");
        assertThat(variable.path("name").asText()).isEqualTo("NXT_PUBLIC_URL");
        assertThat(variable.path("value").asText()).isEqualTo("https://" + host.asText());
        var paths = new TreeSet<String>();
        ingress.at("/spec/rules/0/http/paths").forEach(each -> {
            paths.add(each.path("path").asText());
            assertThat(each.at("/backend/service/name")).isEqualTo(document(PUBLIC).at("/metadata/name"));
            assertThat(portsOf(PUBLIC)).containsKey(each.at("/backend/service/port/name").asText());
        });
        assertThat(paths).containsExactly("/connections", "/webhooks/visma-connect");
        assertThat(Files.readString(Path.of("docs/openapi.yaml"))).contains("  /webhooks/visma-connect:",
                "  /connections/{name}/callback:");
    }

    @Test
    void theSecretsThatAVaultGivesAreThoseThatTheDaemonReads() {
        var secret = document(K8S.resolve("overlays/external-secrets/external-secret.yaml"));
        assertThat(secret.at("/spec/target/name")).isEqualTo(pod.at("/volumes/0/secret/secretName"));
        var given = new TreeSet<String>();
        secret.at("/spec/data").forEach(each -> given.add("/secrets/" + each.path("secretKey").asText()));
        var read = new TreeSet<String>();
        container.path("env").forEach(each -> read.add(each.path("value").asText()));
        read.removeIf(value -> !value.startsWith("/secrets/"));
        assertThat(given).isEqualTo(read);
        assertThat(document(K8S.resolve("overlays/external-secrets/namespace.yaml")).at("/metadata/name"))
                .isEqualTo(document(K8S.resolve("overlays/external-secrets/kustomization.yaml")).path("namespace"));
    }

    @Test
    void secretsAndConfigurationAreMountedWhereTheyAreLookedFor() throws IOException {
        var mounts = new TreeMap<String, JsonNode>();
        container.path("volumeMounts").forEach(each -> {
            mounts.put(each.path("name").asText(), each);
            // a file that is mounted alone never changes
            assertThat(each.has("subPath")).isFalse();
            assertThat(each.path("readOnly").asBoolean()).isTrue();
        });
        var volumes = new TreeSet<String>();
        pod.path("volumes").forEach(each -> volumes.add(each.path("name").asText()));
        assertThat(mounts.keySet()).isEqualTo(volumes);
        String directory = Files.readAllLines(Path.of("Dockerfile")).stream()
                .filter(line -> line.startsWith("WORKDIR ")).map(line -> line.substring("WORKDIR ".length()))
                .reduce((build, run) -> run).orElseThrow();
        assertThat(mounts.get("configuration").path("mountPath").asText()).isEqualTo(directory + "/config");
        assertThat(mounts.get("secrets").path("mountPath").asText()).isEqualTo("/secrets");
        // whose name is the generator's, which changes it with its content
        assertThat(pod.path("volumes").findValues("configMap").get(0).path("name").asText())
                .isEqualTo(document(K8S.resolve("base/kustomization.yaml")).at("/configMapGenerator/0/name").asText());
    }

    @Test
    void aPodMayDoNoMoreThanItNeedsAndHasTheTimeToFinishWhatIsUnderWay() {
        assertThat(pod.path("enableServiceLinks").asBoolean(true)).isFalse();
        assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
        assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
        assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean()).isTrue();
        assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true)).isFalse();
        assertThat(container.at("/securityContext/capabilities/drop/0").asText()).isEqualTo("ALL");
        assertThat(pod.path("terminationGracePeriodSeconds").asLong())
                .isGreaterThan(defaults.api().timeLimit().toSeconds() + 15);
        assertThat(container.path("resources").path("limits").path("memory").asText()).isNotEmpty();
        assertThat(deployment.at("/spec/strategy/rollingUpdate/maxSurge").asInt(1)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/replicated", "overlays/replicated,network-policy,monitoring",
            "overlays/external-secrets,ingress"})
    void kubectlPutsItTogether(String what, @TempDir Path directory) throws Exception {
        assumeTrue(isThere("kubectl"), "kubectl is not here, so that the kustomizations are only read by this test");
        List<String> parts = List.of(what.split(",", -1));
        Path root = Files.createDirectories(directory.resolve("all"));
        Tree.copy(K8S, directory);
        String components = parts.stream().skip(1).map(each -> "../components/" + each)
                .collect(Collectors.joining(", ", "[", "]"));
        Files.writeString(root.resolve("kustomization.yaml"),
                "resources: [../" + parts.get(0) + "]\ncomponents: " + components + "\n");
        var process = new ProcessBuilder("kubectl", "kustomize", root.toString()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        var kinds = new TreeSet<String>();
        for (Object each : new Yaml().loadAll(output)) {
            kinds.add(new ObjectMapper().valueToTree(each).path("kind").asText());
        }
        var expected = new TreeSet<>(List.of("ConfigMap", "Deployment", "Service"));
        if (what.contains("replicated")) {
            expected.add("PodDisruptionBudget");
        }
        if (what.contains("monitoring")) {
            expected.addAll(List.of("NetworkPolicy", "ServiceMonitor", "PrometheusRule"));
        }
        if (what.contains("external-secrets")) {
            expected.addAll(List.of("Namespace", "ExternalSecret", "Ingress"));
            assertThat(output).contains("name: NXT_PUBLIC_URL");
        }
        assertThat(kinds).isEqualTo(expected);
    }

    private static Map<String, Integer> portsOf(Path service) {
        var ports = new TreeMap<String, Integer>();
        document(service).at("/spec/ports").forEach(each -> {
            assertThat(each.path("name").asText()).isEqualTo(each.path("targetPort").asText());
            ports.put(each.path("name").asText(), each.path("port").asInt());
        });
        return ports;
    }

    private static boolean isThere(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    private static Stream<String> values(JsonNode labels) {
        return StreamSupport.stream(labels.spliterator(), false).map(JsonNode::asText);
    }

    private static List<Path> files(String end) throws IOException {
        try (Stream<Path> files = Files.walk(K8S)) {
            return files.filter(each -> each.toString().endsWith(end)).toList();
        }
    }

    private static JsonNode document(Path file) {
        try {
            return new ObjectMapper().valueToTree(new Yaml().load(Files.readString(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
