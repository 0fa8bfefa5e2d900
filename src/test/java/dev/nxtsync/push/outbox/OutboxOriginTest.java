package dev.nxtsync.push.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.database.Database;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.support.TestDatabase;

/** A server that does not say where it is, such as a managed one that refuses WAL functions. */
class OutboxOriginTest {
    private static final String PUSH = "select nxt_sync.push('sales', 'a', '{}', 1)";

    private final TestDatabase database = TestDatabase.create();

    /** Whatever SQLSTATE the server gives it, and wherever it refuses. */
    @ParameterizedTest
    @CsvSource({"0A000", "42501", "42883", "55000", "XX000", "58000", "P0001", "22023", "42P01", "2F003", "53400"})
    void theSchemaIsMadeAllTheSameAndWhatIsPushedWaitsUntilItIsAdopted(String state) throws SQLException {
        database.refuseWalFunctions(state);
        var origin = new OutboxOrigin(ScheduleFixture.migrated(database));
        assertThat(database.count("nxt_sync.outbox_home")).isZero();
        database.execute(PUSH);
        assertThat(origin.held()).get().satisfies(held -> {
            assertThat(held.errorCode()).isEqualTo(ErrorCode.WAL_REFUSED);
            assertThat(held.message())
                    .contains("WAL control functions cannot be executed here (SQLSTATE " + state + ")")
                    .contains("rds.logical_replication");
        });
        assertThat(origin.untold()).as("it cannot be adopted").isEqualTo(origin.held());
        database.allowWalFunctions();
        assertThat(origin.untold()).as("a person may adopt it").isEmpty();
        assertThat(origin.held()).get()
                .satisfies(
                        held -> assertThat(held.message()).contains("run: java -jar").contains("did not say until now"))
                .extracting(Problem::errorCode).isEqualTo(ErrorCode.OUTBOX_HELD);
        assertThat(origin.adopt()).isEqualTo(1);
        assertThat(origin.held()).isEmpty();
    }

    @Test
    void anOutboxThatHoldsNothingFindsItsHomeByItselfOnceTheServerSaysWhereItIs() throws SQLException {
        database.refuseWalFunctions("0A000");
        var origin = new OutboxOrigin(ScheduleFixture.migrated(database));
        database.execute(PUSH);
        database.execute("update nxt_sync.outbox set state = 'discarded'");
        assertThat(origin.held()).get().extracting(Problem::errorCode).isEqualTo(ErrorCode.WAL_REFUSED);
        database.allowWalFunctions();
        assertThat(origin.held()).isEmpty();
        database.execute(PUSH.replace("'a'", "'b'"));
        assertThat(origin.held()).isEmpty();
        database.refuseWalFunctions("0A000");
        assertThat(origin.held()).get().extracting(Problem::errorCode).isEqualTo(ErrorCode.WAL_REFUSED);
        database.allowWalFunctions();
        assertThat(origin.held()).as("what it was at home in is known").isEmpty();
    }

    /** In another cluster, after a fail-over, in another database of the same server, or as a table that was made anew. */
    @ParameterizedTest
    @CsvSource({"system_identifier, 7", "timeline, 00000009", "database_oid, 7", "outbox_oid, 7"})
    void anOutboxThatIsElsewhereStaysHeldAlsoWhereItHoldsNothing(String what, String other) throws SQLException {
        var origin = new OutboxOrigin(ScheduleFixture.migrated(database));
        assertThat(origin.held()).isEmpty();
        database.execute("update nxt_sync.outbox_home set " + what + " = '" + other + "'");
        assertThat(origin.held()).contains(OutboxOrigin.HELD);
        assertThat(origin.held()).contains(OutboxOrigin.HELD);
        assertThat(origin.adopt()).isZero();
        assertThat(origin.held()).isEmpty();
    }

    @Test
    void aRoleThatMayNotExecuteTheFunctionsIsToldWhichAndGoesOnOnceItMay() throws SQLException {
        String name = database.value("select current_database()");
        database.execute(
                "revoke execute on function pg_catalog.pg_current_wal_insert_lsn() from public; create role wal_less login; "
                        + "grant create on database " + name + " to wal_less");
        try (Connection login = role(); Statement statement = login.createStatement()) {
            statement.execute("create schema nxt_sync");
            for (var migration : ScheduleFixture.migrations()) {
                statement.execute(ScheduleFixture.text(migration));
            }
        }
        var source = ScheduleFixture.source(database);
        source.setUser("wal_less");
        var origin = new OutboxOrigin(new Database(source));
        assertThat(origin.held()).get()
                .satisfies(held -> assertThat(held.message()).contains("grant execute on the function")
                        .contains("permission denied for function pg_current_wal_insert_lsn (SQLSTATE 42501)"));
        database.execute("grant execute on function pg_catalog.pg_current_wal_insert_lsn() to wal_less");
        assertThat(origin.held()).isEqualTo(Optional.empty());
    }

    private Connection role() throws SQLException {
        var source = ScheduleFixture.source(database);
        source.setUser("wal_less");
        return source.getConnection();
    }
}
