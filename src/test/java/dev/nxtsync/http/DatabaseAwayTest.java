package dev.nxtsync.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseAwayTest {
    @ParameterizedTest
    @CsvSource({"08001, database_away", ", database_away", "57P01, database_away", "25006, database_read_only",
            "42501, database_rights", "XX000, database_error"})
    void withoutADatabaseACallIsToldByWhatCodeAndToTryAgainAndNothingOfTheServersText(String state, String code)
            throws Exception {
        var answer = DatabaseAway.unlessAway(call -> {
            throw new SQLException("FATAL: row (secret)", state);
        }).of(null);
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.headers()).containsEntry("Retry-After", "5");
        assertThat(answer.headers().get("Content-Type")).startsWith("application/problem+json");
        assertThat(answer.body()).contains("\"code\":\"" + code + "\"", "\"status\":503", "Try again:")
                .doesNotContain("secret");
    }
}
