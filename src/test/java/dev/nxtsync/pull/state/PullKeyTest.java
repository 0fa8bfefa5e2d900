package dev.nxtsync.pull.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.nxtsync.database.Database;
import dev.nxtsync.pull.state.PullKey.KeyDecision;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.support.TestDatabase;

/** Of two processes, of which one was started after the other, and their keys of one pull. */
class PullKeyTest {
    private static final UUID OLD = new UUID(0, 1);
    private static final UUID YOUNG = new UUID(0, 2);
    private static final PullKey BY_ID = new PullKey("things", List.of("id"));
    private static final PullKey BY_ID_AND_LINE = new PullKey("things", List.of("id", "line"));
    private static final PullKey BY_LINE_AND_ID = new PullKey("things", List.of("line", "id"));
    private static final KeyDecision SAME = new KeyDecision.Same();
    private static TestDatabase database;
    private static Database store;

    @BeforeAll
    static void migrate() {
        database = TestDatabase.create();
        store = ScheduleFixture.migrated(database);
    }

    @BeforeEach
    void begin() {
        database.execute("insert into nxt_sync.replica (id, host, started_at) values ('" + OLD
                + "', 'a', clock_timestamp() - interval '2 h'), ('" + YOUNG
                + "', 'b', clock_timestamp() - interval '1 h')");
    }

    @AfterEach
    void forget() {
        database.execute("delete from nxt_sync.pull_key; delete from nxt_sync.replica");
    }

    @Test
    void theFirstKeyIsTakenWhoeverHasItAndTheSameIsNoNews() throws SQLException {
        assertThat(decide(BY_ID, OLD)).isEqualTo(new KeyDecision.Changed(Optional.empty()));
        assertThat(decide(BY_ID, OLD)).isEqualTo(SAME);
        assertThat(decide(BY_ID, YOUNG)).isEqualTo(SAME);
        assertThat(decide(new PullKey("others", List.of("id")), OLD)).as("of another pull")
                .isEqualTo(new KeyDecision.Changed(Optional.empty()));
    }

    @Test
    void theProcessThatWasStartedLastDecidesAndTheOtherDoesNotUndoIt() throws SQLException {
        decide(BY_ID, OLD);
        assertThat(decide(BY_ID_AND_LINE, YOUNG)).isEqualTo(new KeyDecision.Changed(Optional.of(List.of("id"))));
        for (int i = 0; i < 3; i++) {
            assertThat(decide(BY_ID, OLD)).isEqualTo(new KeyDecision.Overruled(List.of("id", "line")));
            assertThat(decide(BY_ID_AND_LINE, YOUNG)).isEqualTo(SAME);
        }
        assertThat(disputed(BY_ID, OLD)).contains(List.of("id", "line"));
        assertThat(disputed(BY_ID_AND_LINE, YOUNG)).isEmpty();
        assertThat(isStored(BY_ID)).isFalse();
        assertThat(isStored(BY_ID_AND_LINE)).isTrue();
    }

    @Test
    void theOrderOfTheColumnsIsPartOfTheKey() throws SQLException {
        decide(BY_ID_AND_LINE, OLD);
        assertThat(isStored(BY_LINE_AND_ID)).isFalse();
        assertThat(decide(BY_LINE_AND_ID, YOUNG))
                .isEqualTo(new KeyDecision.Changed(Optional.of(List.of("id", "line"))));
    }

    @Test
    void onceTheProcessThatDecidedIsGoneAnyOtherMay() throws SQLException {
        decide(BY_ID_AND_LINE, YOUNG);
        assertThat(isAgreed(BY_ID, OLD)).isFalse();
        die(YOUNG);
        assertThat(disputed(BY_ID, OLD)).isEmpty();
        assertThat(isAgreed(BY_ID_AND_LINE, OLD)).as("nobody stands for it").isFalse();
        assertThat(decide(BY_ID, OLD)).isEqualTo(new KeyDecision.Changed(Optional.of(List.of("id", "line"))));
        assertThat(isAgreed(BY_ID, OLD)).isTrue();
    }

    @Test
    void whoeverHasTheSameKeyStandsForItOnceTheOneThatDecidedIsGone() throws SQLException {
        decide(BY_ID, YOUNG);
        die(YOUNG);
        assertThat(decide(BY_ID, OLD)).isEqualTo(SAME);
        assertThat(isAgreed(BY_ID, OLD)).isTrue();
        assertThat(isAgreed(BY_ID_AND_LINE, OLD)).isFalse();
        // a younger one stands for it although the old one is alive
        database.execute("update nxt_sync.replica set beat_at = clock_timestamp() where id = '" + YOUNG + "'");
        assertThat(decide(BY_ID, YOUNG)).isEqualTo(SAME);
        assertThat(decide(BY_ID_AND_LINE, OLD)).isEqualTo(new KeyDecision.Overruled(List.of("id")));
    }

    @Test
    void beforeThereIsAKeyEachIsAgreed() throws SQLException {
        assertThat(isAgreed(BY_ID, OLD)).isTrue();
        assertThat(isStored(BY_ID)).isTrue();
        assertThat(disputed(BY_ID, OLD)).isEmpty();
    }

    private static KeyDecision decide(PullKey key, UUID replica) throws SQLException {
        return store.inTransaction(transaction -> key.decide(transaction, replica));
    }

    private static Optional<List<String>> disputed(PullKey key, UUID replica) throws SQLException {
        return store.inTransaction(transaction -> key.disputedBy(transaction, replica));
    }

    private static boolean isAgreed(PullKey key, UUID replica) throws SQLException {
        return store.inTransaction(transaction -> key.isAgreed(transaction, replica));
    }

    private static boolean isStored(PullKey key) throws SQLException {
        return store.inTransaction(key::isStored);
    }

    private static void die(UUID replica) {
        database.execute(
                "update nxt_sync.replica set beat_at = beat_at - interval '17 s' where id = '" + replica + "'");
    }
}
