package dev.nxtsync.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** Shows the description of the HTTP API, {@code docs/openapi.yaml}, on the port of health. */
@Singleton
class ApiDescriptionRoute {
    private static final String FILE = "/META-INF/openapi.yaml";

    void serve(@Observes Router router) {
        router.get("/q/openapi").blockingHandler(ApiDescriptionRoute::show);
    }

    private static void show(RoutingContext call) {
        try (InputStream file = Objects.requireNonNull(ApiDescriptionRoute.class.getResourceAsStream(FILE))) {
            call.response().putHeader("Content-Type", "application/yaml").end(Buffer.buffer(file.readAllBytes()));
        } catch (IOException e) {
            call.fail(e);
        }
    }
}
