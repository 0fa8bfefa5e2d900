package dev.nxtsync.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import org.junit.jupiter.api.Test;

import dev.nxtsync.config.Settings.Operation;

/** Rows that were sent together a while ago, whose answer is not known. */
class LookAfterSendTest {
    private final PushedLane pushed = new PushedLane();
    private int looks;
    private LaneContext lane;

    @Test
    void eachRowIsSettledByWhatIsFoundOfItWithOneRequest() throws SQLException {
        pushed.create(3);
        pushed.erp.put("k1", "isv_x");
        pushed.erp.put("k2", "somebody");
        assertThat(lookFor("30 min")).isFalse();
        assertThat(looks).isEqualTo(1);
        assertThat(states("k0", "k1", "k2")).containsExactly("in_doubt", "done", "dead");
        assertThat(pushed.of("k0", "next_at is not null and next_at > now()")).as("looked for again").isEqualTo("t");
    }

    @Test
    void onceNothingIsExpectedAnyMoreWhatIsNotThereIsSentAgain() throws SQLException {
        pushed.create(2);
        pushed.erp.put("k1", "isv_x");
        lookFor("32 min");
        assertThat(states("k0", "k1")).containsExactly("waiting", "done");
    }

    /** This server goes on after a record that it has refused. */
    @Test
    void aRowThatLaterOnesOfItsGroupHavePassedIsAPersonsMatterAndGroupsShareNoRequestAnyMore() throws SQLException {
        pushed.plan(Operation.CREATE, "yourReference");
        for (String key : List.of("a", "b", "c")) {
            pushed.take(key, "{\"customerNo\": 1}", PushedLane.GROUPS.get(key.equals("c") ? 1 : 0));
        }
        pushed.erp.put("b", "isv_x");
        assertThat(lookFor("32 min")).isTrue();
        assertThat(states("a", "b", "c")).as("c is of another group").containsExactly("dead", "done", "waiting");
        assertThat(pushed.of("a", "error")).contains("later rows of its group").contains("(record_refused)");
        assertThat(PushedLane.STORE.database()
                .value("select one_per_group from nxt_sync.push_state where push = '" + pushed.push + "'"))
                .isEqualTo("t");
    }

    @Test
    void aRowWhosePayloadTellsNoKeyStaysInDoubtAsLongAsItMayBeCarriedOutAndStopsNoOther() throws SQLException {
        pushed.plan(Operation.UPDATE, "orderNo");
        pushed.take("keyless", "{\"customerNo\": 1}", PushedLane.GROUPS.get(0));
        pushed.take("sound", "{\"orderNo\": 9, \"customerNo\": 1}", PushedLane.GROUPS.get(1));
        lookFor("2 min");
        assertThat(pushed.of("keyless", "state")).isEqualTo("in_doubt");
        assertThat(looks).isEqualTo(1);
        lookFor("32 min");
        assertThat(pushed.of("keyless", "state")).isEqualTo("dead");
        assertThat(pushed.of("keyless", "error")).contains("cannot be looked for");
    }

    /** Says whether rows were passed over. */
    private boolean lookFor(String sentBefore) throws SQLException {
        var act = pushed.plans.ready(pushed.push).orElseThrow().fields().keySet().iterator().next();
        PushedLane.STORE.database().execute("update nxt_sync.outbox set state = 'in_doubt', attempts = 1, act = '"
                + act.name().toLowerCase(Locale.ROOT) + "', record = key, sent_at = statement_timestamp() - interval '"
                + sentBefore + "', next_at = now() where push = '" + pushed.push + "'");
        if (lane == null) {
            lane = LaneContextFixture.lane(pushed, question -> {
                looks++;
                return pushed.erp.answer(question);
            });
        }
        return new LookAfterSend(lane, LaneContextFixture.lookup(lane)).lookFor(LaneContextFixture.rows(pushed));
    }

    private List<String> states(String... keys) {
        return Arrays.stream(keys).map(key -> pushed.of(key, "state")).toList();
    }
}
