package dev.nxtsync.push.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.database.Database;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.support.TestDatabase;

/** Rows of transactions that began before their push was known, and are committed after it. */
class RowsBeforeSettingsTest {
    private final TestDatabase database = TestDatabase.create();
    private final Database store = ScheduleFixture.migrated(database);
    private final PushSettingsTable settings = new PushSettingsTable(store);
    private final PushLanes lanes = new PushLanes(store);

    @ParameterizedTest
    @CsvSource(nullValues = "none", value = {"7, none, waiting, 7, none", "7, 7, waiting, 7, none",
            "7, 8, dead, 8, 'its push sends to 7 only'", "7, 6, dead, 6, 'its push sends to 7 only'",
            "none, 8, waiting, 8, none", "none, none, dead, none, 'The row names no company, and its push has none'"})
    void areCompletedAsTheFunctionWouldHaveOrRefusedWithAnError(Integer configured, Integer named, String state,
            String company, String error) throws Exception {
        try (var early = push("orders", named)) {
            settings.configure(Map.of("orders", Optional.ofNullable(configured)));
            settings.complete(List.of("orders"));
            early.commit();
        }
        settings.complete(List.of("orders"));
        var row = database.rows("select state, company, error from nxt_sync.outbox").get(0);
        assertThat(row).containsEntry("state", state).containsEntry("company", company);
        if (error == null) {
            assertThat(row.get("error")).isNull();
        } else {
            assertThat(row.get("error")).contains(error).contains("(company_refused)");
        }
        lanes.announce(Map.of("orders", "main"));
        assertThat(lanes.dueLanes("orders", "main")).hasSize(state.equals("waiting") ? 1 : 0);
    }

    @Test
    void ofAPushThatIsNotConfiguredStayAsTheyAre() throws Exception {
        try (var early = push("others", null)) {
            early.commit();
        }
        settings.configure(Map.of("orders", Optional.of(7)));
        settings.complete(List.of("orders"));
        assertThat(database.value("select state from nxt_sync.outbox where company is null")).isEqualTo("waiting");
        // as the finding push_missing says
        database.execute("update nxt_sync.outbox set state = 'discarded' where push = 'others' and state = 'waiting'");
        assertThat(database.value("select state from nxt_sync.outbox where company is null")).isEqualTo("discarded");
    }

    private Connection push(String push, Integer company) throws SQLException {
        Connection transaction = database.connect();
        transaction.setAutoCommit(false);
        try (Statement statement = transaction.createStatement()) {
            statement.execute("select nxt_sync.push('" + push + "', 'k', '{}', " + company + ", 'g')");
        }
        return transaction;
    }
}
