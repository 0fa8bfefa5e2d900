package dev.nxtsync.cli;

import java.io.Serial;
import java.util.Map;

import jakarta.annotation.Priority;

import org.jspecify.annotations.Nullable;

import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.Priorities;

/**
 * What the framework must know of our settings. It gets them before it could expand <code>${…}</code> in them, which it does
 * with what stands in any of its sources, and they go before all of those.
 */
@Priority(Priorities.APPLICATION + 1000)
public final class FrameworkSettings implements ConfigSourceInterceptor {
    @Serial
    private static final long serialVersionUID = 1;

    private static final String DATABASE_URL = "nxt-sync.database-url";
    private static final String MANAGEMENT_PORT = "nxt-sync.management-port";
    /** OpenTelemetry's own, which goes before its variable of the environment. */
    private static final String NO_TRACES = "otel.sdk.disabled";
    /** The system property that holds each, since the framework makes this object by itself and hands nothing on. */
    private static final Map<String, String> PROPERTIES = Map.of("quarkus.datasource.jdbc.url", DATABASE_URL,
            "quarkus.http.port", MANAGEMENT_PORT, "quarkus.otel.sdk.disabled", NO_TRACES);

    /** Before the framework starts. */
    static void give(String databaseUrl, int managementPort, boolean traces) {
        System.setProperty(DATABASE_URL, databaseUrl);
        System.setProperty(MANAGEMENT_PORT, Integer.toString(managementPort));
        System.setProperty(NO_TRACES, Boolean.toString(!traces));
    }

    @Override
    public @Nullable ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
        var property = PROPERTIES.get(name);
        var value = property == null ? null : System.getProperty(property);
        return value == null
                ? context.proceed(name)
                : ConfigValue.builder().withName(name).withValue(value).withRawValue(value)
                        .withConfigSourceName("nxt-sync").build();
    }
}
