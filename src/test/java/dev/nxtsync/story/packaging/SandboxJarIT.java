package dev.nxtsync.story.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Image;

/** The sandbox as a jar of its own, in the image that the lines of its Dockerfile make. */
@Tag("packaging")
class SandboxJarIT {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void itHasTheNameThatItsPageSaysWhateverTheVersion() throws Exception {
        assertThat(Files.readString(Path.of("docs/sandbox.md"))).contains("java -jar target/nxt-sync-sandbox.jar");
        assertThat(Path.of("target/nxt-sync-sandbox.jar")).exists();
    }

    @Test
    void itNeedsNothingBesideItAndAnswersWithATokenAndWithRowsThatAddUp(@TempDir Path directory) throws Exception {
        var image = Image.assemble(Path.of(""), "Dockerfile.sandbox", directory,
                Path.of(System.getProperty("java.home")));
        assertThat(image.labels()).containsEntry("org.opencontainers.image.revision", "unknown");
        assertThat(Files.readString(Path.of("pom.xml"))).contains(
                "<version>" + image.labels().get("org.opencontainers.image.version") + "</version>\n  <name>nxt-sync");
        int port = Daemon.freePort();
        var line = new ArrayList<>(image.entrypoint());
        line.addAll(List.of("--port", Integer.toString(port), "--url", "http://localhost:" + port, "--data",
                "wholesaler", "--still"));
        Path log = directory.resolve("log");
        var process = new ProcessBuilder(line).directory(image.directory().toFile()).redirectErrorStream(true)
                .redirectOutput(log.toFile()).start();
        try {
            await().atMost(Duration.ofSeconds(60)).until(() -> Files.readString(log).contains("ready"));
            assertThat(Files.readString(log)).endsWith("sandbox ready http://localhost:" + port + "\n");
            var token = answer(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/connect/token"))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .header("Authorization", "Basic " + credentials()).POST(HttpRequest.BodyPublishers.ofString(
                            "grant_type=client_credentials&scope=business-graphql-service-api%3Aaccess-group-based")));
            var rows = answer(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/graphql-service"))
                    .header("Content-Type", "application/json").header("Accept-Encoding", "br, gzip")
                    .header("Authorization", "Bearer " + token.path("access_token").asText())
                    .POST(HttpRequest.BodyPublishers.ofString(
                            """
                                    {"query": "{ useCompany(no: 5280001) { order(first: 1) { items { orderAmountDomestic joindown_OrderLine_via_Order { items { amountDomestic } } } } } }"}""")));
            var order = rows.at("/data/useCompany/order/items/0");
            double sum = 0;
            for (JsonNode each : order.at("/joindown_OrderLine_via_Order/items")) {
                sum += each.path("amountDomestic").asDouble();
            }
            assertThat(sum).as(rows.toString()).isPositive().isEqualTo(order.path("orderAmountDomestic").asDouble(),
                    org.assertj.core.data.Offset.offset(0.001));
        } finally {
            process.destroy();
        }
        assertThat(process.waitFor()).isEqualTo(143);
    }

    private static JsonNode answer(HttpRequest.Builder request) throws Exception {
        var answer = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        byte[] body = answer.body();
        if (answer.headers().firstValue("Content-Encoding").orElse("").equals("br")) {
            body = new org.brotli.dec.BrotliInputStream(new java.io.ByteArrayInputStream(body)).readAllBytes();
        }
        assertThat(answer.statusCode()).as(new String(body, StandardCharsets.UTF_8)).isEqualTo(200);
        return JSON.readTree(body);
    }

    private static String credentials() {
        return Base64.getEncoder()
                .encodeToString(("isv_demo:" + URLEncoder.encode("demo+secret%/:1", StandardCharsets.UTF_8))
                        .getBytes(StandardCharsets.UTF_8));
    }
}
