package dev.nxtsync.pull;

import static dev.nxtsync.pull.PullsFixture.COMPANY;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.RunHistory.RunRecord;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.tenant.Tenant;

/** One run of a poll over four tables. */
class PollRunTest {
    private static final List<String> TABLES = List.of("associate", "order", "orderLine", "product");
    private static PullsFixture pulls;
    private final WalkMemory memory = new WalkMemory();
    private Optional<Outcome> inTheWay = Optional.empty();

    @BeforeAll
    static void begin() throws SQLException {
        var environment = new HashMap<String, String>();
        for (String table : TABLES) {
            environment.put("NXT_PULLS_" + table.toUpperCase(java.util.Locale.ROOT) + "_TABLE", table);
        }
        environment.put("NXT_PULLS_ORDER_PAGE_SIZE", "8");
        environment.put("NXT_PULLS_ORDER_PAGE_SIZE_MAX", "8");
        pulls = new PullsFixture(Map.of("associate", 3, "product", 3, "order", 30, "orderLine", 3), environment);
    }

    @AfterAll
    static void end() {
        pulls.close();
    }

    @BeforeEach
    void nothingIsInTheWay() {
        pulls.instead = question -> Optional.empty();
        pulls.store.database().execute("update nxt_sync.pull_state set state = 'ok', code = null, reason = null, "
                + "failures = 0, retry_at = null");
    }

    @Test
    void aTableThatAnErrorNamesFailsAloneAndTheOthersAreAskedForOnceMore() throws SQLException {
        pulls.instead = question -> of(question, "order") ? Optional.of(rejected(question, "order")) : Optional.empty();
        assertThat(poll()).containsExactlyInAnyOrder("associate ok", "order rejected", "orderline ok", "product ok");
        assertThat(pulls.asked).hasSize(2);
        assertThat(inTheWay).isEmpty();
    }

    @Test
    void aDocumentThatIsTooLargeIsSentInHalvesAndATableThatIsTooLargeByItselfAsksForFewerRowsNextTime()
            throws SQLException {
        pulls.instead = question -> of(question, "product")
                ? Optional.of(new Failure.InDoubt("slow", "", false, true))
                : Optional.empty();
        assertThat(poll()).contains("product in_doubt").filteredOn(run -> run.endsWith(" ok")).hasSize(3);
        assertThat(inTheWay).isEmpty();
        assertThat(memory.size(pulls.plan("product"), Tenant.company(COMPANY)).rows()).isEqualTo(500);
        assertThat(memory.size(pulls.plan("associate"), Tenant.company(COMPANY)).rows()).isEqualTo(1000);
    }

    @Test
    void whatIsInTheWayOfAllIsAskedOnceAndLoggedOnce() throws SQLException {
        pulls.instead = question -> Optional.of(new Failure.Throttled("slowly", "", Duration.ofMinutes(3)));
        assertThat(poll()).hasSize(4).allMatch(run -> run.endsWith(" throttled"));
        assertThat(pulls.asked).hasSize(1);
        assertThat(inTheWay).contains(new Outcome.Again(Duration.ofMinutes(3)));
    }

    @Test
    void aPullWhoseTargetIsInTroubleIsPolledAfterTheOthers() throws SQLException {
        pulls.store.database().execute("update nxt_sync.pull_state set state = 'failing', code = 'target_unusable', "
                + "reason = 'locked' where pull = 'associate'");
        assertThat(poll()).hasSize(4).allMatch(run -> run.endsWith(" ok"));
        assertThat(pulls.asked).extracting(question -> of(question, "associate")).containsOnlyOnce(true).endsWith(true);
    }

    @Test
    void aTableWithoutChangesIsToldWithTheEndThatKeepsItsState() throws SQLException {
        pulls.poll();
        pulls.poll();
        // of that, which has several pages, something else would be kept before
        pulls.store.database().execute(
                "delete from nxt_sync.run; update nxt_sync.pull_state set due_at = now() where pull <> 'order'");
        pulls.sandbox.put(COMPANY, "product", Map.of("productNo", "P1", "description", "changed"));
        var turn = pulls.turn(UnitKind.POLL);
        var outcome = new Poll(pulls.source, pulls.sink, pulls.runs, pulls.store.states(), pulls.settings)
                .run(turn.claim(), turn.progress());
        assertThat(history()).containsExactly("product ok");
        pulls.store.claims().keep(turn.claim(), ((Outcome.Ending) outcome).last());
        assertThat(history()).containsExactlyInAnyOrder("associate ok", "orderline ok", "product ok");
        pulls.free(turn.claim());
    }

    private static List<String> history() {
        return pulls.store.database().rows("select job || ' ' || outcome as run from nxt_sync.run").stream()
                .map(run -> run.get("run")).toList();
    }

    @Test
    void changesOfManyPagesGiveWayAfterTenSecondsAndGoOnInTheNextTurn() throws SQLException {
        change("changed");
        pulls.instead = question -> {
            pulls.passed += Duration.ofSeconds(4).toNanos();
            return Optional.empty();
        };
        assertThat(poll()).contains("order goes on").filteredOn(run -> run.endsWith(" ok")).hasSize(3);
        assertThat(pulls.state("order").walk()).isPresent();
        pulls.instead = question -> Optional.empty();
        assertThat(poll()).contains("order ok");
        assertThat(pulls.state("order").walk()).isEmpty();
        assertThat(Mirror.differences(pulls.sandbox, pulls.store.database(), COMPANY, "order")).isEmpty();
    }

    @Test
    void thePageThatIsReadWhileAnotherIsBeingWrittenHasMemoryThatIsCounted() throws SQLException {
        int free = free();
        change("beside a write");
        var asked = new AtomicInteger();
        var seen = new AtomicInteger();
        try (var other = pulls.store.database().connect(); var lock = other.createStatement()) {
            other.setAutoCommit(false);
            pulls.instead = question -> {
                int number = asked.incrementAndGet();
                try {
                    if (number == 2) {
                        lock.execute("lock table nxt.\"order\" in exclusive mode");
                    } else if (number == 3) {
                        seen.set(free());
                        other.commit();
                    }
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
                return Optional.empty();
            };
            assertThat(poll()).contains("order ok");
        }
        assertThat(seen).hasValue(free - 1);
        assertThat(free()).isEqualTo(free);
    }

    @Test
    void whereMemoryIsShortAPageIsReadOnceTheOneBeforeIsWritten() throws SQLException {
        change("one by one");
        int free = 0;
        while (pulls.sink.memory().take()) {
            free++;
        }
        try {
            assertThat(poll()).contains("order ok");
            assertThat(Mirror.differences(pulls.sandbox, pulls.store.database(), COMPANY, "order")).isEmpty();
        } finally {
            for (; free > 0; free--) {
                pulls.sink.memory().giveBack();
            }
        }
    }

    @Test
    void aChangeStampThatIsNoDateAndTimeStopsOnlyItsPull() throws SQLException {
        String mark = pulls.store.database().value("select mark from nxt_sync.pull_state where pull = 'product'");
        pulls.store.database().execute("update nxt_sync.pull_state set mark = 'yesterday' where pull = 'product'");
        assertThat(poll()).contains("product invalid_request").filteredOn(run -> run.endsWith(" ok")).hasSize(3);
        assertThat(pulls.state("product").reason().message()).contains("\"yesterday\"");
        pulls.store.database().execute("update nxt_sync.pull_state set mark = '" + mark + "' where pull = 'product'");
    }

    private static void change(String text) {
        for (int order = 1; order <= 30; order++) {
            pulls.sandbox.put(COMPANY, "order", Map.of("orderNo", order, "information1", text));
        }
    }

    /** For how many pages there is memory. */
    private static int free() {
        int free = 0;
        while (pulls.sink.memory().take()) {
            free++;
        }
        for (int i = 0; i < free; i++) {
            pulls.sink.memory().giveBack();
        }
        return free;
    }

    private static boolean of(Question question, String table) {
        return question.document().contains(": " + table + "(");
    }

    private static Failure rejected(Question question, String table) {
        String alias = question.document().replaceAll("(?s).*(t\\d+): " + table + "\\(.*", "$1");
        return new Failure.Rejected("no", "",
                List.of(new Failure.Fault("no", Optional.of(alias), OptionalInt.empty())));
    }

    /** Each pull with what became of it. */
    private List<String> poll() throws SQLException {
        pulls.asked.clear();
        var turn = pulls.turn(UnitKind.POLL);
        var known = pulls.store.states().known(COMPANY, pulls.settings.pulls().keySet());
        try (var run = new PollRun(turn, pulls.source, pulls.sink, pulls.runs, pulls.store.states(), memory)) {
            var windows = new ArrayList<ChangeWindow>();
            for (var state : known.states()) {
                windows.add(new ChangeWindow(pulls.plan(state.pull()), state, ZoneOffset.UTC));
            }
            windows.sort(Comparator.comparing(window -> window.plan().name()));
            inTheWay = run.all(windows, known.faults());
            pulls.store.states().quiet(turn.claim(), run.quiet());
        } finally {
            pulls.free(turn.claim());
        }
        return turn.done().stream().map(PollRunTest::told).toList();
    }

    private static String told(RunRecord run) {
        return run.job() + " " + run.outcome();
    }
}
