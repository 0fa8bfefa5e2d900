package dev.nxtsync.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.config.SignInSettings;
import dev.nxtsync.http.server.CallerKeysFixture;
import dev.nxtsync.http.server.Endpoint;
import dev.nxtsync.http.server.HttpResource;
import dev.nxtsync.signin.SignInFixture;

/** What {@code docs/openapi.yaml} tells programs of the HTTP API is what the code does. */
class ApiDescriptionTest {
    private static final Path FILE = Path.of("docs/openapi.yaml");
    /** A status that stands in the code of a resource. */
    private static final Pattern STATUS = Pattern.compile("\\(\\s*([2-5]\\d\\d)[,)]|\\? ([2-5]\\d\\d) : ([2-5]\\d\\d)");
    private static final Map<String, List<Integer>> SAID_ELSEWHERE = Map.of("unlessAway(", List.of(503),
            "RefusalReason.UNKNOWN", List.of(404), "page.of(new", List.of(400), "page::of", List.of(200, 400));

    private static List<HttpResource> resources() {
        var keys = CallerKeysFixture
                .of(Map.of("NXT_WEBHOOK_KEYS", "a key", "NXT_OPERATOR_KEY", "a key of at least 24 characters"));
        var operator = new OperatorKey(keys, null);
        var signIn = SignInSettings.of(SettingsFixture.of(Map.of("NXT_CONNECTIONS_SHOP_KIND", "user")));
        return List.of(new PushResource(null, null, null, operator), new PullResource(null, null, null, null, operator),
                new StatusResource(null, null, operator), new ConnectionResource(null, null, null, operator),
                new WebhookRoute(null, keys, new SimpleMeterRegistry()),
                new SignInResource(signIn, SignInFixture.of(signIn), null, null));
    }

    private static List<Endpoint> endpoints() {
        return resources().stream().flatMap(each -> each.addresses().stream()).toList();
    }

    @Test
    void theDescriptionOfTheApiIsMadeFromTheCode() throws IOException {
        String made = ApiDescription.yaml(endpoints());
        if (Boolean.getBoolean("nxt.write")) {
            Files.writeString(FILE, made);
        }
        assertThat(Files.readString(FILE)).as("run this test with -Dnxt.write=true").isEqualTo(made);
    }

    @Test
    void eachResourceIsDescribed() {
        var all = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.nxtsync").stream()
                .filter(each -> each.isAssignableTo(HttpResource.class) && !each.isInterface())
                .map(each -> each.getSimpleName());
        assertThat(resources()).extracting(each -> each.getClass().getSimpleName())
                .containsExactlyInAnyOrderElementsOf(all.toList());
    }

    @Test
    void theStatusesOfEachResourceAreThoseThatStandInItsCode() throws IOException {
        for (HttpResource resource : resources()) {
            if (resource instanceof WebhookRoute) {
                // its results have them
                continue;
            }
            String code = Files.readString(
                    Path.of("src/main/java/dev/nxtsync/http/" + resource.getClass().getSimpleName() + ".java"));
            var found = STATUS.matcher(code).results()
                    .flatMap(each -> Stream.of(1, 2, 3).map(each::group).filter(text -> text != null))
                    .map(Integer::valueOf).collect(Collectors.toSet());
            SAID_ELSEWHERE.forEach((words, statuses) -> {
                if (code.contains(words)) {
                    found.addAll(statuses);
                }
            });
            var said = resource.addresses().stream().flatMap(each -> ApiOperation.of(each).outcomes().stream())
                    .map(ApiOperation.Outcome::status).distinct().toList();
            assertThat(said).as(resource.getClass().getSimpleName()).containsExactlyInAnyOrderElementsOf(found);
        }
    }
}
