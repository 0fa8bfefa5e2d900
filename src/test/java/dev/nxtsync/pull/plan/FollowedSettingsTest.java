package dev.nxtsync.pull.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;

class FollowedSettingsTest {
    @Test
    void whatAProcessWithOtherSettingsHasPutOffIsSeenEachMinuteAndWhatFailsIsTriedAtOnce() throws SQLException {
        try (var pulls = new PlannedFixture(
                Map.of("NXT_PULLS_ORDERS_TABLE", "order", "NXT_PULLS_ORDERS_EVERY", "5m"))) {
            pulls.followed.follow("main");
            pulls.plan();
            pulls.database.execute("update nxt_sync.pull_state set loaded_at = now()");
            pulls.followed.follow("main");
            putOff(pulls);
            pulls.followed.follow("main");
            assertThat(isPutOff(pulls)).as("it is not looked at all the time").isTrue();
            pulls.passed += Duration.ofMinutes(1).toNanos();
            pulls.database.execute("alter table nxt_sync.pull_state rename to elsewhere");
            pulls.followed.follow("main");
            pulls.database.execute("alter table nxt_sync.elsewhere rename to pull_state");
            assertThat(isPutOff(pulls)).isTrue();
            pulls.followed.follow("main");
            assertThat(isPutOff(pulls)).isFalse();
            putOff(pulls);
            pulls.passed += Duration.ofMinutes(1).toNanos();
            pulls.followed.follow("other");
            assertThat(isPutOff(pulls)).as("of another connection").isTrue();
        }
    }

    private static void putOff(PlannedFixture pulls) {
        pulls.database.execute("update nxt_sync.pull_state set due_at = now() + interval '1 d'");
    }

    private static boolean isPutOff(PlannedFixture pulls) {
        return pulls.database
                .number("select count(*) from nxt_sync.pull_state where due_at > now() + interval '1 h'") > 0;
    }
}
