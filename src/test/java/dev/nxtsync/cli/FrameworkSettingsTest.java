package dev.nxtsync.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;

class FrameworkSettingsTest {
    @AfterEach
    void leaveNothingToOtherTests() {
        System.clearProperty("nxt-sync.database-url");
        System.clearProperty("nxt-sync.management-port");
        System.clearProperty("otel.sdk.disabled");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a${b}", "$$", "${PATH}", "\\$", "\\\\$", "\\\\${PATH}", "$", "${", "}", "${x:y}",
            "$${PATH}", "${other}", "a,b", "\\,", "${sys:x}", "${aes::x}"})
    void theFrameworkGetsOurValuesAsTheyAreWritten(String value) {
        FrameworkSettings.give(value, 9001, false);
        SmallRyeConfig config = new SmallRyeConfigBuilder().addDefaultInterceptors().addDiscoveredInterceptors()
                .withSources(new PropertiesConfigSource(
                        Map.of("other", "o", "of.others", "<${other}>", "quarkus.http.port", "1"), "test", 1_000))
                .build();
        assertThat(config.getConfigValue("quarkus.datasource.jdbc.url").getValue()).isEqualTo(value);
        assertThat(config.getValue("quarkus.http.port", int.class)).as("ours go first").isEqualTo(9001);
        assertThat(config.getValue("of.others", String.class)).as("its own are its own").isEqualTo("<o>");
    }
}
