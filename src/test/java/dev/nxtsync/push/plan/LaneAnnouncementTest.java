package dev.nxtsync.push.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.Database;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.jobs.CompanyAccessFixture;
import dev.nxtsync.push.outbox.OutboxOrigin;
import dev.nxtsync.push.outbox.PushLanes;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.support.Listening;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.tenant.Scope;

class LaneAnnouncementTest {
    private static final String LANES = "select count(*) from nxt_sync.job where kind = 'push'";

    private long passed;
    private final TestDatabase database = TestDatabase.create();
    private final Database store = ScheduleFixture.migrated(database);
    private final PushPlans plans = new PushPlans();
    private final Listening told = Listening.to(LaneAnnouncement.class);
    private final LaneAnnouncement announcement;

    LaneAnnouncementTest() {
        announcement = announcementOf(plans);
        database.execute("select nxt_sync.push('sales', 'a', '{}', 1); select nxt_sync.push('others', 'b', '{}', 1)");
    }

    @AfterEach
    void silence() {
        told.close();
    }

    @Test
    void aPushThatIsPlannedHasLanesAndOneThatIsNotHasNone() throws SQLException {
        announcement.announce();
        assertThat(database.number(LANES)).as("nothing is planned").isZero();
        plans.put("others", new PushPlans.StoppedPush(new Problem(ErrorCode.INVALID_REQUEST, "no")));
        announcement.announce();
        assertThat(database.number(LANES)).isZero();
        plans.put("sales", planned());
        announcement.announce();
        announcement.announce();
        assertThat(database.rows("select pull, connection from nxt_sync.job where kind = 'push'"))
                .containsExactly(Map.of("pull", "sales", "connection", "main"));
        assertThat(told.heard()).isEmpty();
    }

    @Test
    void anOutboxThatIsACopyHasNoLanesUntilItIsAdoptedAndThatIsToldOnceEach() throws SQLException {
        plans.put("sales", planned());
        database.execute("update nxt_sync.outbox_home set timeline = '00000009'");
        for (int minute = 0; minute < 5; minute++) {
            announcement.announce();
            passed += Duration.ofMinutes(1).toNanos();
        }
        assertThat(database.number(LANES)).isZero();
        assertThat(told.heard()).hasSize(1).first().asString().contains("quarkus-run.jar adopt");
        database.isItsOutboxesHome();
        announcement.announce();
        announcement.announce();
        assertThat(database.number(LANES)).isEqualTo(1);
        assertThat(told.heard()).hasSize(2).last().asString().contains("no longer held, after");
    }

    @Test
    void whatMayHaveBeenSentFollowsTheSettingsOnceInTheLifeOfAProcess() throws SQLException {
        announcement.follow(Duration.ofHours(1));
        database.execute(
                "update nxt_sync.outbox set state = 'in_doubt', sent_at = now(), next_at = now() + interval '9 h'");
        announcement.follow(Duration.ofHours(1));
        assertThat(later()).as("only the start may bring other settings").isEqualTo(2);
        announcementOf(new PushPlans()).follow(Duration.ofHours(1));
        assertThat(later()).isZero();
    }

    private long later() {
        return database.number("select count(*) from nxt_sync.outbox where next_at > now() + interval '2 h'");
    }

    private LaneAnnouncement announcementOf(PushPlans known) {
        return new LaneAnnouncement(known, new PushLanes(store), new OutboxOrigin(store),
                CompanyAccessFixture.outages(() -> passed));
    }

    private static PushPlans.PlannedPush planned() {
        var push = new Settings.Push("sales", "order", "main", Optional.of(1), Settings.Operation.CREATE,
                List.of("yourReference"), Optional.empty(), Optional.empty(), List.of(), Settings.Mode.LIVE,
                Duration.ofDays(90));
        return new PushPlans.ReadyPush(
                new PushPlan(push, new Table("order", "Order", Scope.COMPANY, Map.of(), List.of(), Map.of(), true),
                        Map.of(), Map.of(), Map.of(), List.of(), List.of(), Optional.empty(), Optional.empty()));
    }
}
