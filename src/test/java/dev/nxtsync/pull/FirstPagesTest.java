package dev.nxtsync.pull;

import static dev.nxtsync.pull.PullsFixture.COMPANY;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.nxtsync.database.Timestamps;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.pull.ClaimedLoad.WantedLoad;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.pull.state.TableScan.ScanKind;
import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.StaleClaim;
import dev.nxtsync.schedule.UnitKind;

/** One run of loads that begin together, of four tables. */
class FirstPagesTest {
    private static final List<String> TABLES = List.of("associate", "order", "product", "timeless");
    private static PullsFixture pulls;

    @BeforeAll
    static void begin() throws SQLException {
        var environment = new HashMap<String, String>();
        for (String table : TABLES) {
            environment.put("NXT_PULLS_" + table.toUpperCase(Locale.ROOT) + "_TABLE", table);
            environment.put("NXT_PULLS_" + table.toUpperCase(Locale.ROOT) + "_PAGE_SIZE", "28");
            environment.put("NXT_PULLS_" + table.toUpperCase(Locale.ROOT) + "_PAGE_SIZE_MAX", "28");
        }
        environment.put("NXT_PULLS_TIMELESS_KEY", "timelessNo");
        environment.put("NXT_PULLS_TIMELESS_EVERY", "2h");
        pulls = new PullsFixture(Map.of("associate", 3, "order", 30, "product", 0, "timeless", 7), environment);
    }

    @AfterAll
    static void end() {
        pulls.close();
    }

    @BeforeEach
    void nothingIsLoaded() {
        pulls.length = new DocumentLength();
        pulls.restart();
        pulls.sandbox.spoilAnswers("", "");
        pulls.instead = question -> Optional.empty();
        pulls.asked.clear();
        pulls.thrown.clear();
        pulls.passed = 0;
        pulls.store.database().execute("delete from nxt_sync.run; delete from nxt_sync.pass; truncate nxt.\"order\", "
                + "nxt.associate, nxt.product, nxt.timeless; update nxt_sync.pull_state set loaded_at = null, "
                + "state = 'ok', code = null, reason = null, failures = 0, retry_at = null, rows = 0, due_at = now(); "
                + "update nxt_sync.job set due_at = now(), retry_at = null, wanted = 0, served = 0 where kind = 'load'; "
                + "update nxt_sync.job set due_at = '9999-01-01' where kind = 'reconciliation'");
    }

    @Test
    void oneDocumentLoadsAllTablesThatHaveNoMoreRowsAndBeginsTheOthers() throws SQLException {
        var ends = pulls.loadTogether();
        assertThat(pulls.asked).hasSize(1);
        assertThat(history()).containsExactlyInAnyOrder("associate ok 3", "order goes on 7", "product ok 0",
                "timeless ok 7");
        assertThat(due(ends, "associate")).isEqualTo(Timestamps.NEVER);
        assertThat(due(ends, "order")).as("at once").isBefore(pulls.store.states().now().plusSeconds(1));
        assertThat(due(ends, "timeless")).isBetween(pulls.store.states().now(),
                pulls.store.states().now().plus(Duration.ofHours(2)));
        assertThat(pulls.state("associate").mark()).isPresent();
        assertThat(pulls.state("associate").dueAt()).as("the load stands in for a poll")
                .isAfter(pulls.store.states().now());
        TableScan order = scan("order").orElseThrow();
        assertThat(order.cursor()).contains("{\"orderNo\":7}");
        assertThat(order.expected()).contains(30L);
        assertThat(order.mark()).isPresent();
        assertThat(order.direct()).isTrue();
        // the rest goes on by itself, where the first page ended
        pulls.asked.clear();
        ends = pulls.loadTogether();
        assertThat(due(ends, "order")).isEqualTo(Timestamps.NEVER);
        assertThat(pulls.asked).singleElement().extracting(Question::document).asString().contains("load_order");
        assertThat(pulls.store.database().number("select sum(rows_read) from nxt_sync.run where job = 'order'"))
                .as("no row is read twice").isEqualTo(30);
        areEqual(List.of("associate", "order", "timeless"));
    }

    @Test
    void whatOneDocumentDoesNotHoldTakesAnother() throws SQLException {
        pulls.length = new DocumentLength(300);
        pulls.restart();
        pulls.loadTogether();
        assertThat(pulls.asked).hasSize(2).extracting(FirstPagesTest::operation).containsOnly("first_pages");
        assertThat(pulls.asked).extracting(Question::document)
                .allMatch(document -> DocumentLengthTest.length(document) <= 300);
        pulls.loadAll();
        areEqual(TABLES);
    }

    @Test
    void theFirstPagesTogetherAreOnePageAtMost() throws SQLException {
        pulls.loadTogether();
        assertThat(pulls.asked.get(0).variables().entrySet().stream().filter(each -> each.getKey().matches("n\\d+"))
                .mapToInt(each -> (Integer) each.getValue()).filter(rows -> rows > 1).sum()).isEqualTo(28);
    }

    @Test
    void aTableThatAnErrorNamesIsReadByItselfAndTheOthersAreAskedForOnceMore() throws SQLException {
        pulls.instead = question -> of(question, "associate")
                ? Optional.of(rejected(question, List.of("associate")))
                : Optional.empty();
        var ends = pulls.loadAll();
        // all, without the one, that by itself, and the rest of another
        assertThat(pulls.asked).hasSize(4);
        assertThat(history()).containsExactlyInAnyOrder("associate rejected 0", "order goes on 7", "order ok 23",
                "product ok 0", "timeless ok 7");
        assertThat(ends.get("associate")).isInstanceOf(Outcome.Again.class);
    }

    @Test
    void tablesThatErrorsNameAllAreEachReadByItself() throws SQLException {
        pulls.instead = question -> question.document().contains("first_pages")
                ? Optional.of(rejected(question, TABLES))
                : Optional.empty();
        pulls.loadAll();
        assertThat(pulls.asked).as("one document, and one for each, of which one has two pages").hasSize(6);
        areEqual(TABLES);
    }

    @Test
    void aTableThatGoesAloneDoesSoUntilItHasGotOn() throws SQLException {
        pulls.instead = question -> of(question, "associate")
                ? Optional.of(new Failure.InvalidRequest("no", "", Set.of(alias(question, "associate")), true))
                : Optional.empty();
        pulls.loadAll();
        // another table begins when that is due again
        dueAgain("associate", "timeless");
        pulls.asked.clear();
        pulls.loadAll();
        assertThat(pulls.asked).extracting(FirstPagesTest::operation).containsExactlyInAnyOrder("load_associate",
                "load_timeless");
        pulls.instead = question -> Optional.empty();
        dueAgain("associate");
        pulls.loadAll();
        dueAgain("associate", "timeless");
        pulls.asked.clear();
        pulls.loadAll();
        assertThat(pulls.asked).extracting(FirstPagesTest::operation).containsExactly("first_pages");
        areEqual(TABLES);
    }

    @Test
    void aDocumentThatIsTooLargeIsSentInHalvesDownToTheTableThatIsTheMatter() throws SQLException {
        pulls.instead = question -> of(question, "order")
                ? Optional.of(new Failure.InDoubt("slow", "", false, true))
                : Optional.empty();
        pulls.loadAll();
        // all, two halves, one of which has the order: by itself, and the other table of that half
        assertThat(pulls.asked).hasSize(5);
        assertThat(history()).containsExactlyInAnyOrder("associate ok 3", "order in_doubt 0", "product ok 0",
                "timeless ok 7");
    }

    @Test
    void aDocumentWhoseAnswerIsLostIsNotSentInParts() throws SQLException {
        pulls.instead = question -> of(question, "order")
                ? Optional.of(new Failure.InDoubt("too slow", "", true, true))
                : Optional.empty();
        pulls.loadAll();
        assertThat(pulls.asked).extracting(FirstPagesTest::operation).containsExactlyInAnyOrder("first_pages",
                "load_associate", "load_order", "load_product", "load_timeless");
        assertThat(history()).containsExactlyInAnyOrder("associate ok 3", "order in_doubt 0", "product ok 0",
                "timeless ok 7");
    }

    @Test
    void eachRequestIsCountedInTheHistoryOnceWhateverGoesAlone() throws SQLException {
        pulls.instead = question -> question.document().contains("first_pages")
                ? Optional.of(new Failure.InDoubt("too slow", "", true, true))
                : Optional.empty();
        pulls.loadAll();
        assertThat(pulls.store.database().number("select sum(requests) from nxt_sync.run where kind = 'load'"))
                .isEqualTo(pulls.asked.size());
    }

    @Test
    void aTableWhoseAnswerIsAGatewaysErrorHoldsUpTheOthersOnceOnly() throws SQLException {
        pulls.instead = question -> of(question, "order")
                ? Optional.of(new Failure.InDoubt("HTTP 500", "", false, false))
                : Optional.empty();
        pulls.loadAll();
        assertThat(pulls.asked).hasSize(1);
        assertThat(history()).hasSize(4).allMatch(run -> run.contains("in_doubt"));
        dueAgain(TABLES.toArray(String[]::new));
        pulls.loadAll();
        areEqual(List.of("associate", "product", "timeless"));
        assertThat(history()).contains("associate ok 3", "product ok 0", "timeless ok 7");
    }

    @Test
    void whatIsInTheWayOfAllIsAskedOnceAndTriedAgainAtOneTimeWhichIsThatOfTheLeastTroubled() throws SQLException {
        var first = pulls.store.database()
                .value("select pull from nxt_sync.job where kind = 'load' order by id limit 1");
        pulls.store.database()
                .execute("update nxt_sync.job set due_at = now() - interval '1 min' where pull = '" + first
                        + "' and kind = 'load'; update nxt_sync.pull_state set failures = 9 where pull = '" + first
                        + "'");
        pulls.instead = question -> Optional.of(new Failure.Unreachable(ErrorCode.UNREACHABLE, "gone"));
        pulls.loadTogether();
        assertThat(pulls.asked).hasSize(1);
        assertThat(history()).hasSize(4).allMatch(run -> run.contains("unreachable"));
        for (String waiting : List.of("job where kind = 'load' and", "pull_state where")) {
            assertThat(
                    pulls.store.database()
                            .number("select count(*) from nxt_sync." + waiting
                                    + " retry_at between now() - interval '5 s' and now() + interval '5 s'"))
                    .isEqualTo(4);
        }
    }

    @Test
    void whatIsThrownForOneTableConcernsThatOneOnly() throws SQLException {
        pulls.instead = question -> {
            // as a pause does
            pulls.store.database().execute("update nxt_sync.job set holder = null, fence = nextval('nxt_sync.fence') "
                    + "where kind = 'load' and pull = 'product'");
            pulls.store.database().execute("update nxt_sync.job set holder = null, fence = nextval('nxt_sync.fence') "
                    + "where kind = 'load' and pull = 'associate'");
            return Optional.empty();
        };
        pulls.loadTogether();
        assertThat(pulls.thrown).hasSize(2).allMatch(StaleClaim.class::isInstance);
        assertThat(history()).containsExactlyInAnyOrder("order goes on 7", "timeless ok 7");
    }

    @Test
    void whatIsUnderWayIsGivenBackByARunThatHasTakenItAlong() throws SQLException {
        pulls.loadTogether();
        dueAgain("associate", "order", "product", "timeless");
        pulls.store.database().execute("update nxt_sync.job set wanted = 3, failures = 2, "
                + "due_at = case pull when 'order' then now() else now() - interval '1 min' end where kind = 'load'");
        pulls.asked.clear();
        pulls.loadTogether();
        assertThat(pulls.asked).noneMatch(question -> of(question, "order"));
        assertThat(pulls.store.database()
                .number("select count(*) from nxt_sync.job where kind = 'load' "
                        + "and pull = 'order' and failures = 2 and served = 0 and holder is null and due_at <= now()"))
                .isEqualTo(1);
    }

    @Test
    void whatHasTakenLongLeavesTheRestToRunsOfTheirOwn() throws SQLException {
        pulls.instead = question -> {
            pulls.passed += Duration.ofSeconds(11).toNanos();
            return question.document().contains("first_pages")
                    ? Optional.of(new Failure.InDoubt("slow", "", false, true))
                    : Optional.empty();
        };
        var loads = new ArrayList<WantedLoad>();
        for (String pull : TABLES) {
            var turn = pulls.turn(UnitKind.LOAD, pull);
            loads.add(new WantedLoad(turn, TableScan.wanted(pull, COMPANY, ScanKind.LOAD),
                    new LoadRun(turn, pulls.source, pulls.sink, pulls.runs, pulls.store.scans(), new WalkMemory())));
        }
        var lone = new HashSet<Long>();
        assertThat(new FirstPages(pulls.source, pulls.runs, loads, lone).read()).isInstanceOf(Outcome.NotBegun.class);
        assertThat(pulls.asked).hasSize(1);
        assertThat(lone).hasSize(4);
        for (WantedLoad load : loads) {
            pulls.free(load.turn().claim());
        }
    }

    @Test
    void aKeyThatSeemsToStandForSeveralRowsIsLookedAtWhereTheTableIsReadByItself() throws SQLException {
        pulls.sandbox.spoilAnswers("\"associateNo\":2", "\"associateNo\":1");
        pulls.loadAll();
        assertThat(pulls.asked).anyMatch(question -> question.document().contains("load_associate"));
        assertThat(history()).contains("product ok 0", "timeless ok 7").doesNotContain("associate ok 3");
    }

    @Test
    void aRowThatCannotBeStoredIsSetAsideWhereItsTableIsReadByItself() throws SQLException {
        pulls.sandbox.put(COMPANY, "associate", Map.of("associateNo", 2, "name", "a\0b"));
        pulls.loadAll();
        assertThat(pulls.asked).hasSize(3).anyMatch(question -> question.document().contains("load_associate"));
        assertThat(pulls.store.database().value("select key from nxt_sync.row_fault where job = 'associate'"))
                .isEqualTo("{\"associateNo\":2}");
        pulls.sandbox.put(COMPANY, "associate", Map.of("associateNo", 2, "name", "mended"));
        nothingIsLoaded();
        pulls.loadTogether();
        assertThat(pulls.asked).hasSize(1);
        assertThat(pulls.store.database().count("nxt_sync.row_fault")).isZero();
        areEqual(List.of("associate"));
    }

    @Test
    void whatATargetRefusesStopsItsOwnPullOnly() throws SQLException {
        pulls.store.database().execute("alter table nxt.associate rename to elsewhere");
        try {
            var ends = pulls.loadTogether();
            assertThat(ends.get("associate")).isInstanceOf(Outcome.Again.class);
            assertThat(history()).contains("product ok 0", "timeless ok 7")
                    .anyMatch(run -> run.startsWith("associate t"));
        } finally {
            pulls.store.database().execute("alter table nxt.elsewhere rename to associate");
        }
    }

    private static Instant due(Map<String, Outcome> ends, String pull) {
        return ((Outcome.Done) ends.get(pull)).nextDue();
    }

    private static void areEqual(List<String> tables) {
        for (String table : tables) {
            assertThat(Mirror.differences(pulls.sandbox, pulls.store.database(), COMPANY, table)).as(table).isEmpty();
        }
    }

    private static boolean of(Question question, String table) {
        return question.document().contains(": " + table + "(");
    }

    private static String operation(Question question) {
        return question.document().replaceAll("(?s)query (\\w+).*", "$1");
    }

    private static Failure rejected(Question question, List<String> tables) {
        return new Failure.Rejected("no", "",
                tables.stream()
                        .map(table -> new Failure.Fault("no", Optional.of(alias(question, table)), OptionalInt.empty()))
                        .toList());
    }

    private static String alias(Question question, String table) {
        return question.document().replaceAll("(?s).*\\b(t\\d+): " + table + "\\(.*", "$1");
    }

    private static void dueAgain(String... tables) {
        for (String table : tables) {
            pulls.store.database()
                    .execute("update nxt_sync.job set due_at = now(), retry_at = null where kind = 'load' "
                            + "and pull = '" + table
                            + "'; update nxt_sync.pull_state set retry_at = null, due_at = now(), "
                            + "loaded_at = null where pull = '" + table + "'");
        }
    }

    private static Optional<TableScan> scan(String pull) throws SQLException {
        return pulls.store.scans().of(pull, COMPANY, ScanKind.LOAD);
    }

    private static List<String> history() {
        return pulls.store.database().rows(
                "select job || ' ' || outcome || ' ' || rows_read as run from nxt_sync.run where kind = 'load' order by id")
                .stream().map(run -> run.get("run")).toList();
    }
}
