package dev.nxtsync.pull;

import static dev.nxtsync.pull.PullsFixture.COMPANY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.pull.state.PullState.PullHealth;
import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.schedule.UnitKind;

/** Polls of more tables than a document holds with all their columns. */
class StampCheckTest {
    private static final List<String> TABLES = List.of("associate", "customerTransaction", "generalLedgerAccount",
            "order", "orderLine", "product");
    private static final int LONGEST = 300;
    private static PullsFixture pulls;

    @BeforeAll
    static void begin() throws SQLException {
        var environment = new HashMap<String, String>();
        var rows = new HashMap<String, Integer>();
        for (String table : TABLES) {
            environment.put("NXT_PULLS_" + table.toUpperCase(Locale.ROOT) + "_TABLE", table);
            rows.put(table, 12);
        }
        pulls = new PullsFixture(SandboxOptions.defaults().withRate(1_000_000).withRows(rows), environment);
        pulls.length = new DocumentLength(LONGEST);
        pulls.restart();
    }

    @AfterAll
    static void end() {
        pulls.close();
    }

    @BeforeEach
    void allIsQuiet() throws SQLException {
        pulls.instead = question -> Optional.empty();
        pulls.sandbox.faults(Map.of());
        pulls.store.database().execute("update nxt_sync.pull_state set state = 'ok', code = null, reason = null, "
                + "failures = 0, retry_at = null");
        poll();
        poll();
    }

    @Test
    void aPollInWhichNothingIsNewIsOneRequestForKeysAndStamps() throws SQLException {
        var before = pulls.state("order");
        var runs = poll();
        assertThat(runs).hasSize(6).allMatch(run -> run.endsWith(" ok 0"));
        assertThat(pulls.asked).extracting(StampCheckTest::isOfStamps).containsExactly(true);
        String document = pulls.asked.get(0).document();
        assertThat(DocumentLengthTest.length(document)).isLessThanOrEqualTo(LONGEST);
        var after = pulls.state("order");
        assertThat(after.completeAsOf().orElseThrow()).isAfter(before.completeAsOf().orElseThrow());
        assertThat(after.dueAt()).isAfter(pulls.store.states().now());
        assertThat(after.mark()).isEqualTo(before.mark());
        assertThat(after.digest()).isEqualTo(before.digest());
        poll();
        assertThat(pulls.asked).extracting(Question::document).as("the same text each time").containsExactly(document);
    }

    @Test
    void aChangedRowCostsOneRequestMoreAndOnceMoreWhenItIsReadAgain() throws SQLException {
        change("order", "changed");
        assertThat(poll()).contains("order ok 1").filteredOn(run -> run.endsWith(" ok 0")).hasSize(5);
        assertThat(pulls.asked).extracting(StampCheckTest::isOfStamps).containsExactly(true, false);
        areEqual();
        poll();
        assertThat(pulls.asked).extracting(StampCheckTest::tables).containsExactly(5L, 1L);
        poll();
        assertThat(pulls.asked).hasSize(1);
    }

    @Test
    void whereEverythingIsNewNoDocumentIsTooLongAndAllArrives() throws SQLException {
        TABLES.forEach(table -> change(table, "all"));
        assertThat(poll()).hasSize(6).allMatch(run -> run.endsWith(" ok 1"));
        assertThat(pulls.asked).hasSizeGreaterThan(2).extracting(Question::document)
                .allMatch(document -> DocumentLengthTest.length(document) <= LONGEST);
        areEqual();
    }

    @Test
    void whatChangesBetweenTheTwoRequestsIsNotLost() throws SQLException {
        change("order", "first");
        pulls.instead = question -> {
            if (!isOfStamps(question)) {
                change("order", "meanwhile");
                change("product", "meanwhile");
            }
            return Optional.empty();
        };
        assertThat(poll()).contains("order ok 1", "product ok 0");
        pulls.instead = question -> Optional.empty();
        assertThat(poll()).contains("product ok 1");
        areEqual();
    }

    @Test
    void whatChangesUnderTheSameStampWhileItIsReadIsNotLost() throws SQLException {
        change("order", "first");
        poll();
        String stamp = pulls.state("order").mark().orElseThrow().stamp();
        pulls.sandbox.put(COMPANY, "order",
                Map.of("orderNo", 3, "information1", "a moment later", "changedTimestamp", stamp));
        poll();
        areEqual();
    }

    @Test
    void aKillBetweenTheTwoRequestsLosesNothing() throws SQLException {
        change("order", "before the end");
        var before = pulls.state("order");
        pulls.instead = question -> {
            if (!isOfStamps(question)) {
                throw new IllegalStateException("killed");
            }
            return Optional.empty();
        };
        assertThatThrownBy(StampCheckTest::poll).hasMessage("killed");
        assertThat(pulls.state("order")).isEqualTo(before);
        pulls.instead = question -> Optional.empty();
        poll();
        areEqual();
    }

    @Test
    void aTableThatAnErrorNamesFailsAloneAndIsAskedForWithAllColumnsUntilItIsWell() throws SQLException {
        change("product", "sound");
        pulls.instead = question -> tables(question, "order") > 0
                ? Optional.of(rejected(question, "order"))
                : Optional.empty();
        assertThat(poll()).contains("order rejected 0", "product ok 1").filteredOn(run -> run.endsWith(" ok 0"))
                .hasSize(4);
        assertThat(pulls.asked).as("keys and stamps of six and of five, first pages of two and of one")
                .extracting(StampCheckTest::tables).containsExactly(6L, 5L, 2L, 1L);
        assertThat(pulls.state("order").state()).isEqualTo(PullHealth.FAILING);
        pulls.instead = question -> Optional.empty();
        assertThat(poll()).contains("order ok 0");
        assertThat(pulls.asked).extracting(StampCheckTest::tables).containsExactly(4L, 2L);
        assertThat(pulls.state("order").state()).isEqualTo(PullHealth.OK);
    }

    @Test
    void whatTakesTooLongIsAskedForInHalvesAndAtLastInTheOtherWay() throws SQLException {
        pulls.instead = question -> isOfStamps(question) && tables(question, "order") > 0
                ? Optional.of(new Failure.InDoubt("slow", "", false, true))
                : Optional.empty();
        assertThat(poll()).hasSize(6).allMatch(run -> run.endsWith(" ok 0"));
        assertThat(pulls.asked).as("all, three, three, the slow one, two, and its first page")
                .extracting(StampCheckTest::tables).containsExactly(6L, 3L, 3L, 1L, 2L, 1L);
    }

    @Test
    void whatIsInTheWayOfAllIsAskedOnce() throws SQLException {
        pulls.instead = question -> Optional.of(new Failure.Throttled("slowly", "", Duration.ofMinutes(3)));
        assertThat(poll()).hasSize(6).allMatch(run -> run.endsWith(" throttled 0"));
        assertThat(pulls.asked).hasSize(1);
    }

    @Test
    void whatIsInTheWayOfTheSecondRequestLeavesTheQuietOnesWell() throws SQLException {
        change("order", "later");
        var before = pulls.state("product").completeAsOf().orElseThrow();
        pulls.instead = question -> isOfStamps(question)
                ? Optional.empty()
                : Optional.of(new Failure.Throttled("slowly", "", Duration.ofMinutes(3)));
        assertThat(poll()).contains("order throttled 0").filteredOn(run -> run.endsWith(" ok 0")).hasSize(5);
        assertThat(pulls.state("product").completeAsOf().orElseThrow()).isAfter(before);
    }

    @Test
    void answersWithRowsTwiceOfThePastOrBrokenOffLoseNothing() throws SQLException {
        pulls.sandbox.faults(Map.of("repeat-row", 0.3, "cut-body", 0.2, "lagging-read", 0.1, "5xx", 0.1));
        for (int i = 0; i < 20; i++) {
            change(TABLES.get(i % TABLES.size()), "in trouble " + i);
            poll();
        }
        pulls.sandbox.faults(Map.of());
        poll();
        areEqual();
    }

    @Test
    void aRowThatIsSetAsideIsReadWithAllColumnsUntilItIsMended() throws SQLException {
        change("order", "a\0b");
        for (int poll = 0; poll < 3; poll++) {
            poll();
        }
        assertThat(pulls.asked).extracting(StampCheckTest::tables).containsExactly(5L, 1L);
        assertThat(pulls.store.database().count("nxt_sync.row_fault")).isEqualTo(1);
        change("order", "mended");
        poll();
        assertThat(pulls.store.database().count("nxt_sync.row_fault")).isZero();
        areEqual();
    }

    @Test
    void whatAnotherJobHasWrittenIsReadAgain() throws SQLException {
        change("order", "true");
        poll();
        poll();
        pulls.store.database().execute("update nxt.\"order\" set information1 = 'stale' where order_no = 3; "
                + "update nxt_sync.pull_state set digest = null where pull = 'order'");
        assertThat(poll()).contains("order ok 1");
        areEqual();
    }

    private static void change(String table, String text) {
        pulls.sandbox.put(COMPANY, table, switch (table) {
            case "associate" -> Map.of("associateNo", 3, "name", text);
            case "customerTransaction" -> Map.of("voucherJournalNo", 1, "auditNo", 3, "invoiceNo", text);
            case "generalLedgerAccount" -> Map.of("accountNo", 3, "name", text);
            case "order" -> Map.of("orderNo", 3, "information1", text);
            case "orderLine" -> Map.of("orderNo", 1, "lineNo", 3, "description", text);
            default -> Map.of("productNo", "P3", "description", text);
        });
    }

    private static void areEqual() {
        for (String table : TABLES) {
            assertThat(Mirror.differences(pulls.sandbox, pulls.store.database(), COMPANY, table)).as(table).isEmpty();
        }
    }

    private static boolean isOfStamps(Question question) {
        return question.document().lines().filter(line -> line.contains("hasNextPage"))
                .allMatch(line -> line.contains("items { changedTimestamp "));
    }

    private static long tables(Question question) {
        return TABLES.stream().mapToLong(table -> tables(question, table)).sum();
    }

    private static long tables(Question question, String table) {
        return question.document().lines().filter(line -> line.contains(": " + table + "(")).count();
    }

    private static Failure rejected(Question question, String table) {
        String alias = question.document().replaceAll("(?s).*(t\\d+): " + table + "\\(.*", "$1");
        return new Failure.Rejected("no", "",
                List.of(new Failure.Fault("no", Optional.of(alias), OptionalInt.empty())));
    }

    /** Each pull with what became of it, and how many rows were written. */
    private static List<String> poll() throws SQLException {
        pulls.asked.clear();
        var turn = pulls.turn(UnitKind.POLL);
        var known = pulls.store.states().known(COMPANY, pulls.settings.pulls().keySet());
        try (var run = new PollRun(turn, pulls.source, pulls.sink, pulls.runs, pulls.store.states(),
                new WalkMemory())) {
            run.all(known.states().stream()
                    .map(state -> new ChangeWindow(pulls.plan(state.pull()), state, ZoneOffset.UTC)).toList(),
                    known.faults());
            pulls.store.states().quiet(turn.claim(), run.quiet());
        } finally {
            pulls.free(turn.claim());
        }
        return turn.done().stream().map(run -> run.job() + " " + run.outcome() + " " + run.rowsWritten()).toList();
    }
}
