package dev.nxtsync.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** A Prometheus that scrapes a daemon each second, where there is one on the path. */
public final class Prometheus implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Process process;
    private final String url;

    /** @param directory for what it keeps */
    public Prometheus(Daemon daemon, Path directory) throws IOException {
        String address = "127.0.0.1:" + Daemon.freePort();
        url = "http://" + address;
        Path config = Files.writeString(directory.resolve("prometheus.yaml"), """
                scrape_configs:
                  - job_name: nxt-sync
                    scrape_interval: 1s
                    scrape_timeout: 1s
                    metrics_path: /q/metrics
                    honor_labels: true
                    static_configs:
                      - targets: ["%s"]
                """.formatted(URI.create(daemon.managementUrl()).getAuthority()));
        process = new ProcessBuilder("prometheus", "--config.file=" + config,
                "--storage.tsdb.path=" + directory.resolve("series"), "--web.listen-address=" + address)
                .redirectErrorStream(true).redirectOutput(directory.resolve("prometheus.log").toFile()).start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        await("Prometheus").atMost(Duration.ofSeconds(60)).ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> !values("nxt_connections").isEmpty());
    }

    /** Says so, too, if it is not. */
    public static boolean isHere() {
        return Promtool.isHere("prometheus", "the dashboard's queries are only read");
    }

    /** What a query answers now, a value for each series. */
    public List<String> values(String query) throws IOException {
        String path = "/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8);
        JsonNode answer;
        try {
            answer = new ObjectMapper().readTree(
                    HTTP.send(HttpRequest.newBuilder(URI.create(url + path)).build(), BodyHandlers.ofString()).body());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        assertThat(answer.path("status").asText()).as(query + ": " + answer).isEqualTo("success");
        var values = new ArrayList<String>();
        answer.path("data").path("result").forEach(each -> values.add(each.path("value").path(1).asText()));
        return values;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
