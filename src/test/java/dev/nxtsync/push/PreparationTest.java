package dev.nxtsync.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.nxtsync.config.Settings.Operation;
import dev.nxtsync.push.outbox.MutationKind;
import dev.nxtsync.push.outbox.OutboxRow.RowState;

/** From rows that wait to rows that are sent, with a look at what is there in between. */
class PreparationTest {
    private final PushedLane pushed = new PushedLane();
    private int looks;
    private LaneContext lane;
    private Preparation preparation;

    @Test
    void aRowIsLookedForOnceAndThenSentAsWhatItTurnedOutToBe() throws SQLException {
        pushed.create(3);
        begin();
        assertThat(prepare(100)).as("looked for instead").isEmpty();
        assertThat(looks).as("all together").isEqualTo(1);
        assertThat(prepare(100)).extracting(row -> row.row().act().orElseThrow()).hasSize(3)
                .containsOnly(MutationKind.CREATE);
        assertThat(prepare(100)).hasSize(3);
        assertThat(looks).isEqualTo(1);
    }

    @Test
    void whatGoesIntoTheNextRequestIsLookedForAndWhatCanBeSentDoesNotWaitForTheOthers() throws SQLException {
        pushed.create(2);
        begin();
        prepare(100);
        for (int i = 2; i < 4; i++) {
            pushed.take("k" + i, "{\"customerNo\": " + i + "}", PushedLane.GROUPS.get(i));
        }
        assertThat(prepare(2)).as("enough for a request").hasSize(2);
        assertThat(looks).isEqualTo(1);
        assertThat(prepare(3)).isEmpty();
        assertThat(looks).isEqualTo(2);
        assertThat(prepare(3)).hasSize(4);
    }

    @Test
    void aRowWhoseRecordIsThereIsSettledAndTheOthersAreSent() throws SQLException {
        pushed.create(3);
        pushed.erp.put("k1", "somebody");
        begin();
        assertThat(prepare(100)).isEmpty();
        assertThat(pushed.of("k1", "error")).contains("(record_exists)");
        assertThat(prepare(100)).extracting(row -> row.row().key()).containsExactly("k0", "k2");
        assertThat(looks).isEqualTo(1);
    }

    @Test
    void aPayloadThatCannotBeSentIsSettledBeforeAnythingIsAsked() throws SQLException {
        pushed.create(1);
        pushed.take("flawed", "{\"nosuch\": 1}", PushedLane.GROUPS.get(1));
        begin();
        assertThat(prepare(100)).isEmpty();
        assertThat(looks).isZero();
        assertThat(pushed.of("flawed", "error")).contains("nosuch").contains("(payload_invalid)");
        assertThat(pushed.of("k0", "state")).isEqualTo("waiting");
        prepare(100);
        assertThat(prepare(100)).hasSize(1);
    }

    @Test
    void aRowThatIsNotPreparedYetHoldsBackTheLaterOnesOfItsGroup() throws SQLException {
        pushed.plan(Operation.CREATE, "yourReference");
        for (String key : List.of("a", "b", "c")) {
            pushed.take(key, "{\"customerNo\": 1}", PushedLane.GROUPS.get(key.equals("b") ? 1 : 0));
        }
        begin();
        prepare(100);
        var rows = LaneContextFixture.rows(pushed);
        // of the first nothing is known any more, since it was sent about that record
        preparation.forget(List.of(preparation.prepare(rows, 100).get(0).row()));
        assertThat(preparation.prepare(rows.subList(1, 2), 100)).as("about another record").hasSize(1);
        assertThat(preparation.prepare(rows, 100)).as("looked for again").isEmpty();
        assertThat(looks).isEqualTo(2);
        assertThat(preparation.prepare(rows, 100)).hasSize(3);
    }

    private void begin() throws SQLException {
        lane = LaneContextFixture.lane(pushed, question -> {
            looks++;
            return pushed.erp.answer(question);
        });
        preparation = new Preparation(lane, new LookBeforeSend(lane, LaneContextFixture.lookup(lane)));
    }

    /** @param most how many go into the next request */
    private List<Preparation.PreparedRow> prepare(int most) throws SQLException {
        return preparation.prepare(
                LaneContextFixture.rows(pushed).stream().filter(row -> row.state() == RowState.WAITING).toList(), most);
    }
}
