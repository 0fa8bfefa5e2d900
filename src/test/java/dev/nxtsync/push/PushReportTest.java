package dev.nxtsync.push;

import static dev.nxtsync.push.PushFixture.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import org.junit.jupiter.api.Test;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.PushStore;
import dev.nxtsync.push.outbox.RowTransition;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.support.Listening;
import dev.nxtsync.tenant.Tenant;

/** What a run of a lane leaves in the history. */
class PushReportTest {
    private static final PushStore STORE = PushedLane.STORE;
    private static int number;

    private final String push = "report" + ++number;
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final PushReport report = new PushReport(
            new Claim(1, WorkUnit.ofLane("main", Tenant.company(7), push, 3), 1, new UUID(0, 0), 0, 0), NOON);
    private final OutboxRow row = PushFixture.row(1, "a", "{}", null);

    @Test
    void aRunThatDidNothingIsNotKept() throws Exception {
        report.sent(0);
        assertThat(told(Optional.empty())).isEmpty();
    }

    @Test
    void rowsAreCountedByTheStateThatTheyCameTo() throws Exception {
        OutboxRow done = row.done("{}", Optional.empty(), Optional.empty());
        OutboxRow dead = row.dead(ErrorCode.RECORD_REFUSED, "no", Optional.empty());
        report.request();
        report.request();
        report.settled(List.of(new RowTransition(row, done), new RowTransition(row, dead),
                new RowTransition(row, row.waiting())));
        report.settled(List.of(new RowTransition(done, done.settled(Optional.empty())),
                new RowTransition(dead, dead.settled(Optional.of("x")))));
        report.settled(List.of(new RowTransition(dead, done)));
        assertThat(told(Optional.empty())).singleElement()
                .satisfies(run -> assertThat(run).containsEntry("outcome", "ok").containsEntry("requests", "2")
                        .containsEntry("rows_written", "2").containsEntry("rows_set_aside", "1"));
    }

    @Test
    void aRowThatWasRefusedIsNotToldAsOneInDoubt() throws Exception {
        OutboxRow refused = row.answered("no such customer", true, 1, NOON);
        OutboxRow doubtful = row.inDoubt(NOON);
        report.request();
        report.sent(3);
        report.settled(List.of(new RowTransition(row, refused), new RowTransition(row, doubtful),
                new RowTransition(row, refused)));
        try (var heard = Listening.to(PushReport.class)) {
            told(Optional.empty());
            assertThat(heard.heard()).singleElement().asString().contains("2 not accepted and looked for")
                    .contains("1 in doubt and looked for");
        }
    }

    @Test
    void aFailureIsKeptWithItsCodeAlsoOfARunThatSettledNothing() throws Exception {
        report.request();
        assertThat(told(Optional.of(new Failure.Rejected("internal error", "t-1", List.of())))).singleElement()
                .satisfies(run -> assertThat(run).containsEntry("outcome", "rejected").containsEntry("requests", "1"));
        assertThat(metrics.counter("nxt_runs", "job", push, "kind", "push", "outcome", "rejected").count())
                .isEqualTo(1);
    }

    private List<Map<String, String>> told(Optional<Failure> failure) throws SQLException {
        report.tell(STORE.runs(), metrics, NOON.plusSeconds(2), failure);
        return STORE.database().rows("select * from nxt_sync.run where job = '" + push + "'");
    }
}
