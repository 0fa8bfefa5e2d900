package dev.nxtsync.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

import org.junit.jupiter.api.Test;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.http.server.CallerKeysFixture;
import dev.nxtsync.http.server.Endpoint;

class WebhookRouteTest {

    @Test
    void onlyWithKeysIsThereAnAddressForWebhooks() {
        assertThat(route(Map.of()).addresses()).isEmpty();
        assertThat(route(Map.of("NXT_WEBHOOK_KEYS", "a key")).addresses()).extracting(Endpoint::path)
                .containsExactly("/webhooks/visma-connect");
    }

    private static WebhookRoute route(Map<String, String> environment) {
        return new WebhookRoute(null, CallerKeysFixture.of(environment), new SimpleMeterRegistry());
    }
}
