package dev.nxtsync.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AsWrittenTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"a${b}", "$$", "${PATH}", "\\$", "\\\\$", "\\\\${PATH}", "$", "${", "}", "${x:y}",
            "$${PATH}", "${nxt.log}", "#{x}", "%PATH%", "$(id)", "`id`", "a\\,b", "~"})
    void noValueIsExpandedWhereverItComesFrom(String value) throws IOException {
        Path none = directory.resolve("none");
        Path yaml = Files.writeString(directory.resolve("application.yaml"),
                "nxt:\n  client-secret: '" + value + "'\n  database.user: '" + value + "'\n");
        Path file = Files.writeString(directory.resolve("secret"), value);
        var properties = new Properties();
        properties.setProperty("nxt.client-secret", value);
        properties.setProperty("nxt.database.user", value);

        assertIs(value, SettingsReader.read(Map.of("NXT_CLIENT_SECRET", value, "NXT_DATABASE_USER", value),
                new Properties(), none));
        assertIs(value, SettingsReader.read(Map.of(), properties, none));
        assertIs(value, SettingsReader.read(Map.of(), new Properties(), yaml));
        assertIs(value, SettingsReader.read(
                Map.of("NXT_CLIENT_SECRET_FILE", file.toString(), "NXT_DATABASE_USER", value), new Properties(), none));
    }

    @Test
    void whatIsEmptyIsNotSetAndWhateverIsBehindItHolds() throws IOException {
        Path yaml = Files.writeString(directory.resolve("application.yaml"),
                "nxt:\n  http.port: 1\n  client-secret: of-yaml\n  management.port: ''\n");
        var properties = new Properties();
        properties.setProperty("nxt.http.port", " ");
        properties.setProperty("nxt.connections.main.client-id", "of-properties");
        var settings = SettingsReader.read(Map.of("NXT_HTTP_PORT", "", "NXT_CLIENT_SECRET", "\n", "NXT_CLIENT_ID", "",
                "NXT_CLIENT_SECRET_FILE", ""), properties, yaml).settings();
        assertThat(settings.http().port()).isEqualTo(1);
        assertThat(settings.management().port()).isEqualTo(9000);
        assertThat(settings.connections().get("main").clientSecret().reveal()).isEqualTo("of-yaml");
        assertThat(settings.connections().get("main").clientId()).isEqualTo("of-properties");
    }

    @Test
    void theEnvironmentGoesFirstInWhicheverFormAndIsRefusedInBoth() throws IOException {
        Path yaml = Files.writeString(directory.resolve("application.yaml"), "nxt.client-id: of-yaml\n");
        assertThat(SettingsReader.read(Map.of("NXT_CONNECTIONS_MAIN_CLIENT_ID", "whole"), new Properties(), yaml)
                .settings().connections().get("main").clientId()).isEqualTo("whole");
        assertThat(SettingsReader
                .read(Map.of("NXT_CLIENT_ID", "a", "NXT_CONNECTIONS_MAIN_CLIENT_ID", "b"), new Properties(), yaml)
                .problems().toString())
                .contains("NXT_CLIENT_ID: is set, and NXT_CONNECTIONS_MAIN_CLIENT_ID too, which is the same");
    }

    private static void assertIs(String value, SettingsReader.SettingsRead reading) {
        assertThat(reading.settings().connections().get("main").clientSecret().reveal()).isEqualTo(value);
        assertThat(reading.settings().database().user()).contains(value);
    }
}
