package dev.nxtsync.pull;

import static dev.nxtsync.pull.PullsFixture.COMPANY;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.nxtsync.database.Timestamps;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.pull.state.TableScan.ScanKind;
import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.UnitKind;

/** One turn of a load, of a table of five pages. */
class LoadRunTest {
    private static PullsFixture pulls;
    private int pages;

    @BeforeAll
    static void begin() throws SQLException {
        pulls = new PullsFixture(Map.of("order", 30, "timeless", 12, "product", 0),
                Map.of("NXT_PULLS_ORDERS_TABLE", "order", "NXT_PULLS_ORDERS_PAGE_SIZE", "7",
                        "NXT_PULLS_ORDERS_PAGE_SIZE_MAX", "7", "NXT_PULLS_THINGS_TABLE", "timeless",
                        "NXT_PULLS_THINGS_KEY", "timelessNo", "NXT_PULLS_THINGS_EVERY", "2h",
                        "NXT_PULLS_PRODUCTS_TABLE", "product"));
    }

    @AfterAll
    static void end() {
        pulls.close();
    }

    @BeforeEach
    void nothingIsLoaded() {
        pulls.instead = question -> Optional.empty();
        pulls.asked.clear();
        pulls.store.database().execute("delete from nxt_sync.run; delete from nxt_sync.pass; truncate nxt.\"order\"; "
                + "update nxt_sync.pull_state set loaded_at = null, state = 'ok', code = null, reason = null, rows = 0 "
                + "where pull = 'orders'");
    }

    @Test
    void aTurnEndsAfterTenSecondsAndTheNextGoesOnAfterItsLastRow() throws SQLException {
        atPage(2, () -> pulls.passed += Duration.ofSeconds(11).toNanos());
        var outcome = (Outcome.Done) run("orders");
        assertThat(outcome.nextDue()).as("at once").isBefore(Timestamps.NEVER);
        TableScan kept = scan().orElseThrow();
        assertThat(kept.cursor()).contains("{\"orderNo\":14}");
        assertThat(kept.rows()).isEqualTo(14);
        assertThat(kept.expected()).contains(30L);
        assertThat(kept.direct()).as("nothing was there").isTrue();
        assertThat(history()).containsExactly("goes on 14");
        assertThat(pulls.state("orders").loadedAt()).isEmpty();
        pulls.asked.clear();
        assertThat(((Outcome.Done) run("orders")).nextDue()).as("its changes are polled").isEqualTo(Timestamps.NEVER);
        assertThat(pulls.asked).hasSize(3);
        assertThat(history()).containsExactly("goes on 14", "ok 16");
        assertThat(scan()).isEmpty();
        assertThat(pulls.state("orders").loadedAt()).isPresent();
        assertThat(Mirror.differences(pulls.sandbox, pulls.store.database(), COMPANY, "order")).isEmpty();
    }

    @Test
    void thePagesThatFollowAreAskedForWhileTheFirstIsStillBeingWritten() throws SQLException {
        var released = new CompletableFuture<Boolean>();
        try (var other = pulls.store.database().connect(); var statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("lock table nxt.\"order\" in exclusive mode");
            atPage(3, () -> {
                try {
                    other.commit();
                    released.complete(true);
                } catch (SQLException e) {
                    released.completeExceptionally(e);
                }
            });
            run("orders");
        }
        assertThat(released).isCompletedWithValue(true);
        assertThat(history()).containsExactly("ok 30");
        assertThat(Mirror.differences(pulls.sandbox, pulls.store.database(), COMPANY, "order")).isEmpty();
    }

    @Test
    void rowsAreCountedBesideTheFirstPageAndTheOneThatIsProbablyTheLast() throws SQLException {
        run("orders");
        assertThat(pulls.asked).extracting(question -> question.document().contains("totalCount")).containsExactly(true,
                false, false, false, true);
    }

    /** By what came of it, it is known how many rows do. */
    @Test
    void aPageThatDoesNotFitIsReadAgainOnlyOnce() throws SQLException {
        for (int row = 1; row <= 30; row++) {
            pulls.sandbox.put(COMPANY, "product",
                    Map.of("productNo", "p" + row, "description", "x".repeat(PageReader.BOUND / 20)));
        }
        assertThat(run("products")).isInstanceOf(Outcome.Done.class);
        assertThat(pulls.asked).as("one that does not fit, and two that do").hasSize(3);
        assertThat(Mirror.differences(pulls.sandbox, pulls.store.database(), COMPANY, "product")).isEmpty();
    }

    @Test
    void whatIsRefusedEndsTheTurnAndWhatWasReadBeforeIsKept() throws SQLException {
        pulls.instead = question -> ++pages == 3
                ? Optional.of(new Failure.Throttled("slowly", "", Duration.ofHours(1)))
                : Optional.empty();
        assertThat(run("orders")).isEqualTo(new Outcome.Again(Duration.ofHours(1)));
        assertThat(scan().orElseThrow().cursor()).contains("{\"orderNo\":14}");
        assertThat(pulls.store.database().count("nxt.\"order\"")).isEqualTo(14);
        assertThat(history()).containsExactly("throttled 14");
        run("orders");
        assertThat(Mirror.differences(pulls.sandbox, pulls.store.database(), COMPANY, "order")).isEmpty();
    }

    @Test
    void aLoadOfChangesSinceAStampReadsThoseAndCountsThem() throws SQLException {
        run("orders");
        String stamp = pulls.state("orders").mark().orElseThrow().stamp();
        long top = pulls.store.database().number(
                "select count(*) from nxt.\"order\" where changed_timestamp = (select max(changed_timestamp) from nxt.\"order\")");
        pulls.store.database().execute("delete from nxt_sync.run");
        pulls.asked.clear();
        run("orders", wanted("orders").since(stamp));
        assertThat(pulls.asked).singleElement().extracting(Question::document).asString().contains("totalCount")
                .doesNotContain("all:");
        assertThat(history()).containsExactly("ok " + top);
    }

    @Test
    void aLoadOverRowsThatAreThereMergesThem() throws SQLException {
        run("orders");
        pulls.sandbox.put(COMPANY, "order", Map.of("orderNo", 3, "information1", "changed"));
        atPage(1, () -> pulls.passed += Duration.ofSeconds(11).toNanos());
        run("orders");
        assertThat(scan().orElseThrow().direct()).isFalse();
        run("orders");
        assertThat(Mirror.differences(pulls.sandbox, pulls.store.database(), COMPANY, "order")).isEmpty();
    }

    @Test
    void aTableThatDoesNotTellItsChangesIsLoadedAgainWhenItsTimeComes() throws SQLException {
        var due = ((Outcome.Done) run("things")).nextDue();
        assertThat(Duration.between(pulls.store.states().now(), due)).isBetween(Duration.ZERO, Duration.ofHours(2));
        assertThat(pulls.state("things").dueAt()).isEqualTo(due);
    }

    private void atPage(int page, Runnable then) {
        pages = 0;
        pulls.instead = question -> {
            if (++pages == page) {
                then.run();
            }
            return Optional.empty();
        };
    }

    private static Outcome run(String pull) throws SQLException {
        return run(pull, scan().orElseGet(() -> wanted(pull)));
    }

    private static Outcome run(String pull, TableScan from) throws SQLException {
        var turn = pulls.turn(UnitKind.LOAD, pull);
        try {
            return new LoadRun(turn, pulls.source, pulls.sink, pulls.runs, pulls.store.scans(), new WalkMemory())
                    .from(from);
        } finally {
            pulls.free(turn.claim());
        }
    }

    private static TableScan wanted(String pull) {
        return TableScan.wanted(pull, COMPANY, ScanKind.LOAD);
    }

    private static Optional<TableScan> scan() throws SQLException {
        return pulls.store.scans().of("orders", COMPANY, ScanKind.LOAD);
    }

    private static List<String> history() {
        return pulls.store.database()
                .rows("select outcome || ' ' || rows_read as run from nxt_sync.run order by started_at").stream()
                .map(run -> run.get("run")).toList();
    }
}
