package dev.nxtsync.push.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;

import org.junit.jupiter.api.Test;

import dev.nxtsync.jobs.OutageLog;
import dev.nxtsync.push.outbox.PushStore;
import dev.nxtsync.support.TestDatabase;

class LaneAnnouncementTest {
    private final PushStore store = PushStore.migrated();
    private final TestDatabase database = store.database();
    private final PushPlans plans = new PushPlans();
    private final LaneAnnouncement announcement = new LaneAnnouncement(plans, store.tables().lanes(),
            store.tables().origin(), new OutageLog());

    LaneAnnouncementTest() {
        database.execute("select nxt_sync.push('orders', 'a', '{}', 1)");
    }

    @Test
    void onlyLanesOfPushesThatAreReadyAreAnnouncedAndNoneOfAnOutboxThatIsACopy() throws SQLException {
        announcement.announce();
        assertThat(database.count("nxt_sync.job")).as("nothing is planned").isZero();
        plans.put("orders", PushPlansTest.ready("orders", "main"));
        database.execute("update nxt_sync.outbox_home set timeline = '00000009'");
        announcement.announce();
        assertThat(database.count("nxt_sync.job")).as("it may have been sent from the original").isZero();
        store.tables().origin().adopt();
        database.execute("update nxt_sync.outbox set state = 'waiting', sent_at = null, next_at = null");
        announcement.announce();
        assertThat(database.rows("select connection, company, pull from nxt_sync.job").toString())
                .isEqualTo("[{connection=main, company=1, pull=orders}]");
    }

    @Test
    void whatMayHaveBeenSentFollowsTheSettingsOnceInTheLifeOfAProcess() throws SQLException {
        announcement.follow(Duration.ofHours(1));
        database.execute(
                "update nxt_sync.outbox set state = 'in_doubt', sent_at = now(), next_at = now() + interval '9 h'");
        announcement.follow(Duration.ofHours(1));
        assertThat(isLater()).as("only the start may bring other settings").isTrue();
        var next = new LaneAnnouncement(plans, store.tables().lanes(), store.tables().origin(), new OutageLog());
        next.follow(Duration.ofHours(1));
        assertThat(isLater()).isFalse();
    }

    private boolean isLater() {
        return database.number("select count(*) from nxt_sync.outbox where next_at > now() + interval '2 h'") == 1;
    }
}
