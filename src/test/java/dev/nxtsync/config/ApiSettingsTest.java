package dev.nxtsync.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiSettingsTest {

    @ParameterizedTest
    @CsvSource({"540, 1, 540", "540, 3, 180", "600, 7, 85", "1, 1, 1", "2, 3, 1", "1, 540, 1", "600, 540, 1"})
    void replicasShareTheRequestsOfAMinuteAndEachHasOneAtLeast(String perMinute, String share, int own) {
        var settings = SettingsFixture.of(Map.of("NXT_CLIENT_ID", "a", "NXT_CLIENT_SECRET", "b",
                "NXT_BUDGET_REQUESTS_PER_MINUTE", perMinute, "NXT_BUDGET_SHARE", share));
        assertThat(ApiSettings.of(settings).requestsPerMinute()).isEqualTo(own);
    }

    @ParameterizedTest
    @CsvSource({"https://example.com, true", "https://example.com/, true", "http://example.com, false",
            "http://127.0.0.1:1, true", "http://localhost:1/, true"})
    void theAddressIsThatOfGraphqlAndNothingGoesToAForeignHostWithoutTls(String url, boolean allowed) {
        var settings = SettingsFixture.of(Map.of("NXT_CLIENT_ID", "a", "NXT_CLIENT_SECRET", "b", "NXT_API_URL", url));
        var api = ApiSettings.of(settings);
        var connection = api.connections().values().iterator().next();
        assertThat(api.address(connection)).isEqualTo(url.replaceFirst("/$", "") + "/api/graphql-service");
        assertThat(api.allows(connection)).isEqualTo(allowed);
    }

    @Test
    void whoSignsInHasAnotherAddressThanTheApplication() {
        var settings = SettingsFixture.of(Map.of("NXT_CLIENT_ID", "a", "NXT_CLIENT_SECRET", "b",
                "NXT_CONNECTIONS_PERSON_CLIENT_ID", "c", "NXT_CONNECTIONS_PERSON_CLIENT_SECRET", "d",
                "NXT_CONNECTIONS_PERSON_KIND", "user", "NXT_API_URL", "https://example.com"));
        assertThat(ApiSettings.of(settings).addresses())
                .containsEntry("main", "https://example.com/api/graphql-service")
                .containsEntry("person", "https://example.com/api/graphql");
    }
}
