package dev.nxtsync;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import dev.nxtsync.config.SettingsCatalogue;
import dev.nxtsync.error.ErrorCode;

/** What a document names is there. Command lines are tried by {@code CommandsTest}, links by {@link LinksTest}. */
class DocsTest {
    private static final List<MarkdownPage> PAGES = MarkdownPage.all();
    /** Files that a user or the build makes. */
    private static final Set<String> MADE = Set.of("config/application.yaml", "bom.json");
    /** Words in capitals that are no settings. */
    private static final Set<String> NO_SETTINGS = Set.of("COPY", "DOWN", "GET", "POST", "WAL", "UTC", "TZ", "NAME",
            "UTF8", "CI", "FREE", "HEAD", "LISTEN", "OPTIONS", "NO_COLOR", "COMMIT", "TERM");
    /** Columns, roles and schemas of ours, and names of users. */
    private static final Set<String> NO_METRICS = Set.of("nxt_company", "nxt_customer", "nxt_read_at", "nxt_deleted_at",
            "nxt_pusher", "nxt_reader", "nxt_warehouse", "nxt_history");
    /** A code that is a state of the outbox too. */
    private static final String STATE = "in_doubt";
    /** Names of PostgreSQL, of OAuth and of Linux. */
    private static final Set<String> OF_OTHERS = Set.of("synchronous_commit", "session_replication_role",
            "idle_session_timeout", "wal_level", "max_slot_wal_keep_size", "pg_replication_slots", "pg_dump",
            "session_user", "form_post", "invalid_grant", "tenant_id", "expires_in", "trace_id", "offline_access");

    @Test
    void everySettingThatADocumentNamesExists() {
        var unknown = new TreeSet<String>();
        var known = new TreeSet<>(SettingsCatalogue.names());
        SettingsCatalogue.entries().stream().filter(SettingsCatalogue.Entry::isSecret)
                .forEach(each -> known.add(each.name() + "_FILE"));
        for (MarkdownPage page : PAGES) {
            for (String named : found(page.text(), "(?<![A-Z_])(NXT_[A-Z0-9_<>]+[A-Z>])(?![A-Z0-9_<>…])")) {
                String name = named.replaceFirst("^NXT_(PULLS|PUSHES|CONNECTIONS)_[A-Z0-9]+_", "NXT_$1_<NAME>_")
                        .replaceFirst(
                                "^NXT_(CLIENT_ID|CLIENT_SECRET(?:_FILE)?|SCOPE|CUSTOMER|TENANT_ID|TOKEN_PARAMETERS|TOKEN_AUTH)$",
                                "NXT_CONNECTIONS_<NAME>_$1");
                if (!known.contains(name)) {
                    unknown.add(named + " in " + page.path());
                }
            }
            for (String key : found(page.text(), "`([A-Z][A-Z_]+)(?:=[^`]*)?`")) {
                if (!key.startsWith("NXT_") && !key.startsWith("QUARKUS_") && !key.startsWith("OTEL_")
                        && !NO_SETTINGS.contains(key) && known.stream().noneMatch(name -> name.endsWith("_" + key))) {
                    unknown.add(key + " in " + page.path());
                }
            }
        }
        assertThat(unknown).isEmpty();
    }

    /** MonitoringIT compares the table with what a daemon exports. */
    @Test
    void everyMetricThatADocumentNamesIsInTheTableOfMetrics() {
        var metrics = found(MarkdownPage.of("docs/operating.md").section("Metrics"), "`(nxt_[a-z_]+)`");
        assertThat(metrics).hasSizeGreaterThan(20);
        for (MarkdownPage page : PAGES) {
            var named = found(page.text(), "\\b(nxt_(?!sync\\b)[a-z_]+)");
            named.removeAll(NO_METRICS);
            assertThat(named).as(page.path().toString())
                    .allMatch(name -> metrics.contains(name.replaceFirst("_(bucket|count|sum)$", "")));
        }
    }

    @Test
    void everyAlertIsInTheTableOfAlertsAndNoOther() {
        assertThat(found(MarkdownPage.of("docs/operating.md").section("Alerts"), "(?m)^\\| (NxtSync\\w+)"))
                .isEqualTo(found(read("k8s/components/monitoring/prometheus-rule.yaml"), "alert: (\\w+)"));
    }

    /** So that what it means is one click away; {@link LinksTest} follows them. */
    @Test
    void everyCodeThatADocumentNamesIsALinkToTheCatalogue() {
        var codes = Stream.of(ErrorCode.values()).map(ErrorCode::code)
                .filter(code -> code.contains("_") && !code.equals(STATE)).collect(toSet());
        var plain = new TreeSet<String>();
        for (MarkdownPage page : PAGES) {
            if (!page.path().endsWith("errors.md") && !page.path().startsWith("docs/facts")) {
                found(page.text(), "(?<!\\[)`([a-z]+(?:_[a-z]+)+)`").stream().filter(codes::contains)
                        .forEach(code -> plain.add(code + " in " + page.path()));
            }
            assertThat(found(page.text(), "(\\[`[a-z_]+`\\]\\(errors\\.md#[a-z_]+\\))"))
                    .allMatch(link -> link.matches("\\[`([a-z_]+)`\\]\\(errors\\.md#\\1\\)"));
        }
        assertThat(plain).isEmpty();
    }

    /** Columns, functions, roles, members of answers. */
    @Test
    void everyOtherNameOfADocumentIsOneThatTheCodeHas() {
        String sources = sources("src/main") + sources("sql") + sources("src/test/java/dev/nxtsync/sandbox")
                + read("docs/openapi.yaml");
        var unknown = new TreeSet<String>();
        for (MarkdownPage page : PAGES) {
            if (!page.path().startsWith("docs/facts")) {
                page.code().stream().filter(name -> name.matches("[a-z]+(_[a-z]+)+"))
                        .filter(name -> !name.startsWith("nxt_") && !OF_OTHERS.contains(name))
                        .filter(name -> !Pattern.compile("(?i)\\b" + name + "\\b").matcher(sources).find())
                        .forEach(name -> unknown.add(name + " in " + page.path()));
            }
        }
        assertThat(unknown).isEmpty();
    }

    @Test
    void everyAddressThatADocumentNamesIsThere() {
        String described = read("docs/openapi.yaml");
        String ofSandbox = read("src/test/java/dev/nxtsync/sandbox/Controls.java");
        var addresses = new TreeSet<String>();
        for (MarkdownPage page : PAGES) {
            addresses.addAll(found(page.text(),
                    "(?<![a-z/])((?:GET |POST |PUT |DELETE )?/(?:api|webhooks|sandbox|q)/[a-zA-Z0-9{}/-]+)"));
        }
        assertThat(addresses).hasSizeGreaterThan(20).allSatisfy(address -> {
            String path = address.replaceFirst("^[A-Z]+ ", "");
            if (path.startsWith("/sandbox/")) {
                assertThat(ofSandbox).contains(address.replaceFirst("^((?:[A-Z]+ )?)/sandbox/([a-z]+).*", "$1$2\""));
            } else if (path.startsWith("/q/")) {
                assertThat(path).matches("/q/(health/(started|live|ready|well)|metrics|openapi)");
            } else if (!path.startsWith("/api/graphql")) {
                assertThat(found(described, "(?m)^  (/[^:]+):")).anyMatch(
                        known -> path.matches(known.replaceAll("\\{[a-z]+\\}", "(\\\\{[a-z]+\\\\}|[A-Za-z0-9-]+)")));
            }
        });
    }

    @Test
    void everyFileThatIsNamedExists() throws IOException {
        try (var files = Files.walk(Path.of("."))) {
            var all = files.filter(file -> !file.startsWith("./target") && !file.startsWith("./.git/"))
                    .map(Path::toString).collect(toSet());
            for (MarkdownPage page : PAGES) {
                for (String named : found(page.text(), "`([A-Za-z0-9_./-]+\\.(?:java|md|yaml|json|sql|svg))`")) {
                    if (!MADE.contains(named)) {
                        assertThat(all).as(named + " in " + page.path()).anyMatch(file -> file.endsWith("/" + named));
                    }
                }
                for (String named : found(page.text(), "(?<![\\w/])@?((?:sql|image|k8s)/[\\w./-]*\\w)")) {
                    assertThat(Path.of(named)).as(page.path().toString()).exists();
                }
            }
        }
    }

    @Test
    void everyProfileAndPropertyOfMavenThatADocumentNamesIsThere() {
        String pom = read("pom.xml");
        String tests = sources("src/test/java");
        for (MarkdownPage page : PAGES) {
            assertThat(found(page.text(), "\\./mvnw (?:-q )?-P([a-z]+)")).as(page.path().toString())
                    .allMatch(profile -> pom.contains("<id>" + profile + "</id>"));
            assertThat(found(page.text(), "-D((?:nxt|bench|sandbox|demo|quarkus)\\.[a-z.]+)="))
                    .as(page.path().toString())
                    .allMatch(property -> pom.contains("<" + property) || tests.contains("\"" + property + "\""));
        }
    }

    @Test
    void theCommandThatRunsTheTestsIsInTheReadmeAndIsWhatTheContinuousIntegrationRuns() {
        assertThat(MarkdownPage.of("README.md").blocks("sh")).contains("./mvnw verify\n");
        assertThat(read(".ci/run")).endsWith("exec ./mvnw verify\n");
    }

    @Test
    void noRegistryHostAndNoPathOfAMachineIsInTheRepository() throws IOException {
        try (var files = Files.walk(Path.of("."))) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(each -> !each.startsWith("./target") && !each.startsWith("./.git")).toList()) {
                assertThat(Files.readString(file)).as(file.toString())
                        .doesNotContainPattern("https?://([a-z0-9-]+\\.)*(repo1?|registry)\\.");
            }
        }
    }

    private static Set<String> found(String text, String pattern) {
        return Pattern.compile(pattern).matcher(text).results().map(found -> found.group(1))
                .collect(toCollection(TreeSet::new));
    }

    private static String sources(String directory) {
        try (Stream<Path> files = Files.walk(Path.of(directory))) {
            return files.filter(file -> file.toString().matches(".*\\.(java|sql|properties)")).map(Path::toString)
                    .map(DocsTest::read).collect(joining());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
