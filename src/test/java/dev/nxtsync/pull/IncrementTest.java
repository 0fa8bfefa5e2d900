package dev.nxtsync.pull;

import static dev.nxtsync.pull.PullsFixture.COMPANY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.schedule.UnitKind;

/** What is read of a table once it is loaded. */
class IncrementTest {

    /** Whatever a {@code DateTime} looks like, and however answers are packed. */
    @ParameterizedTest
    @CsvSource({"blank, br", "TZ, gzip", "T, none"})
    void afterTheLoadOnlyChangesAreReadAndUnchangedRowsAreNotRewritten(String stamps, String compression)
            throws Exception {
        try (var pulls = new PullsFixture(
                SandboxOptions.defaults().withStamps(stamps).withCompression(compression)
                        .withRows(Map.of("order", 300, "associate", 30)),
                Map.of("NXT_PULLS_ORDERS_TABLE", "order", "NXT_PULLS_PEOPLE_TABLE", "associate"))) {
            var database = pulls.store.database();
            pulls.poll();
            String places = "select ctid::text, order_no from nxt.\"order\" order by order_no";
            var before = database.rows(places);
            database.execute("create table staged (at timestamptz); create function staged() returns event_trigger "
                    + "language plpgsql as $$ begin insert into public.staged values (now()); end $$; "
                    + "create event trigger staging on ddl_command_start when tag in ('CREATE TABLE') "
                    + "execute function public.staged()");
            long requests = pulls.sandbox.counter("requests");
            for (int i = 0; i < 3; i++) {
                pulls.poll();
            }
            assertThat(pulls.sandbox.counter("requests") - requests).as("both tables in one document").isEqualTo(3);
            assertThat(database.rows(places)).as("no row was rewritten").isEqualTo(before);
            assertThat(database.count("staged")).as("nothing was staged for rows that were known").isZero();

            pulls.sandbox.put(COMPANY, "order", Map.of("orderNo", 17, "information1", "changed"));
            pulls.sandbox.put(COMPANY, "order", Map.of("orderNo", 900_001, "information1", "new"));
            pulls.sandbox.put(COMPANY, "associate", Map.of("associateNo", 5, "name", "changed too"));
            pulls.poll();
            equal(pulls, "order");
            equal(pulls, "associate");
            assertThat(database.number("select sum(rows) from nxt_sync.freshness")).isEqualTo(331);
            assertThat(database.number("select sum(rows_written) from nxt_sync.run where kind = 'poll'")).isEqualTo(3);
        }
    }

    @Test
    void equalStampsInBulkAndCommitsBehindTheHighestStampAreReadAndLaterCostNothingMore() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", 100),
                Map.of("NXT_API_TIME_LIMIT", "700ms", "NXT_PULLS_ORDERS_TABLE", "order", "NXT_PULLS_ORDERS_OVERLAP",
                        "1400ms", "NXT_PULLS_ORDERS_PAGE_SIZE", "50", "NXT_PULLS_ORDERS_PAGE_SIZE_MAX", "50"))) {
            for (int i = 1; i <= 1000; i++) {
                pulls.sandbox.put(COMPANY, "order",
                        Map.of("orderNo", 10_000 + i, "changedTimestamp", "2026-11-24 12:00:00.0000001"));
            }
            pulls.poll();
            equal(pulls, "order");
            pulls.sandbox.put(COMPANY, "order", Map.of("orderNo", 20_001, "changedTimestamp", "2026-11-24 11:59:58.9"));
            pulls.poll();
            equal(pulls, "order");
            // what costs twenty pages to read again is left alone once nothing can be committed late in it
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                pulls.poll();
                return pulls.state("orders").floor().isPresent();
            });
            long requests = pulls.sandbox.counter("requests");
            for (int i = 0; i < 3; i++) {
                pulls.poll();
            }
            assertThat(pulls.sandbox.counter("requests") - requests).isEqualTo(3);
            pulls.sandbox.put(COMPANY, "order", Map.of("orderNo", 10_500, "information1", "changed later"));
            pulls.poll();
            equal(pulls, "order");
        }
    }

    @Test
    void whatChangesBehindALoadAndBeforeItIsNotLost() throws Exception {
        try (var pulls = new PullsFixture(Map.of("associate", 900), Map.of("NXT_PULLS_PEOPLE_TABLE", "associate",
                "NXT_PULLS_PEOPLE_PAGE_SIZE", "300", "NXT_PULLS_PEOPLE_PAGE_SIZE_MAX", "300"))) {
            unload(pulls);
            var pages = new AtomicInteger();
            pulls.instead = question -> {
                if (question.document().startsWith("query load_associate") && pages.incrementAndGet() == 2) {
                    pulls.sandbox.put(COMPANY, "associate", Map.of("associateNo", 7, "name", "behind it"));
                    pulls.sandbox.put(COMPANY, "associate", Map.of("associateNo", 800, "name", "before it"));
                }
                return Optional.empty();
            };
            pulls.run(UnitKind.LOAD, "people");
            assertThat(pages.get()).isGreaterThanOrEqualTo(3);
            pulls.poll();
            equal(pulls, "associate");
        }
    }

    @Test
    void aPageTooLargeForTheBufferIsReadAgainInHalves() throws Exception {
        try (var pulls = new PullsFixture(Map.of("associate", 10), Map.of("NXT_PULLS_PEOPLE_TABLE", "associate"))) {
            for (int i = 1; i <= 400; i++) {
                pulls.sandbox.put(COMPANY, "associate", Map.of("associateNo", i, "name", "x".repeat(60_000)));
            }
            unload(pulls);
            pulls.run(UnitKind.LOAD, "people");
            var database = pulls.store.database();
            assertThat(database.number("select count(*) from nxt.associate where length(name) = 60000")).isEqualTo(400);
            assertThat(database.rows("select rows_read, rows_written, requests > 2 as halved from nxt_sync.run "
                    + "order by id desc limit 1"))
                    .containsExactly(Map.of("rows_read", "400", "rows_written", "400", "halved", "t"));
            assertThat(database.number("select rows from nxt_sync.pull_state")).isEqualTo(400);
        }
    }

    /** As if the table had never been read. */
    private static void unload(PullsFixture pulls) {
        pulls.store.database().execute(
                "delete from nxt.associate; update nxt_sync.pull_state set loaded_at = null, mark = null, mark_seen_at = null, rows = 0");
    }

    private static void equal(PullsFixture pulls, String table) throws SQLException {
        assertThat(Mirror.differences(pulls.sandbox, pulls.store.database(), COMPANY, table)).isEmpty();
    }
}
