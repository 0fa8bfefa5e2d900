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

    private static volatile Map<String, String> given = Map.of();

    /** Before the framework starts. */
    static void give(String databaseUrl, int managementPort) {
        given = Map.of("quarkus.datasource.jdbc.url", databaseUrl, "quarkus.http.port",
                Integer.toString(managementPort));
    }

    @Override
    public @Nullable ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
        var value = given.get(name);
        return value == null
                ? context.proceed(name)
                : ConfigValue.builder().withName(name).withValue(value).withRawValue(value)
                        .withConfigSourceName("nxt-sync").build();
    }
}
