package dev.nxtsync.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;

class DatabaseFaultTest {
    @ParameterizedTest
    @CsvSource({"08001, The connection attempt failed., DATABASE_AWAY",
            "28P01, password authentication failed, DATABASE_AWAY", "57P01, terminating connection, DATABASE_AWAY",
            "3D000, database does not exist, DATABASE_AWAY", "42501, permission denied for schema nxt, DATABASE_RIGHTS",
            "26000, prepared statement S_1 does not exist, DATABASE_POOLER",
            "08P01, unsupported startup parameter: search_path, DATABASE_POOLER",
            "55P03, canceling statement due to lock timeout, DATABASE_LOCKED",
            "53100, could not extend file, DATABASE_ERROR"})
    void eachFaultOfTheDatabaseHasItsCodeAndWhatToDo(String state, String message, ErrorCode errorCode) {
        var reason = DatabaseFault.of(new SQLException(message, state));
        assertThat(reason.errorCode()).isEqualTo(errorCode);
        assertThat(reason.message()).contains(message).contains(errorCode.nextStep()).doesNotContain("..");
    }

    @Test
    void aFaultIsFoundBelowWhatAPoolOrAMigrationSays() {
        var below = new IllegalStateException("migration failed", new SQLException("permission denied", "42501"));
        assertThat(DatabaseFault.of(below).errorCode()).isEqualTo(ErrorCode.DATABASE_RIGHTS);
    }

    @Test
    void aPostgresqlThatIsTooOldIsNamed() {
        assertThat(DatabaseCheck.age(14, "14.2").orElseThrow().errorCode()).isEqualTo(ErrorCode.DATABASE_OLD);
        assertThat(DatabaseCheck.age(15, "15.0")).isEmpty();
    }

    @Test
    void aCodeOfALaterVersionIsShownAsItsText() {
        assertThat(Problem.kept("of_a_later_version", "text").errorCode()).isEqualTo(ErrorCode.UNEXPECTED);
        assertThat(Problem.kept("of_a_later_version", "text").message()).isEqualTo("text");
    }
}
