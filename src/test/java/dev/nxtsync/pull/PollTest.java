package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.nxtsync.database.Database;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.process.ConditionLog;
import dev.nxtsync.schedule.HeartbeatFixture;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.support.Listening;

class PollTest {
    private static final List<String> TABLES = List.of("associate", "product", "order", "orderLine",
            "generalLedgerAccount", "generalLedgerTransaction", "customerTransaction");

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 1000})
    void aQuietCompanyCostsOneRequestWhateverPageOneOfItsTablesHas(int size) throws Exception {
        var environment = new HashMap<String, String>();
        for (String table : TABLES) {
            environment.put("NXT_PULLS_" + table.toUpperCase(java.util.Locale.ROOT) + "_TABLE", table);
        }
        environment.put("NXT_PULLS_ASSOCIATE_PAGE_SIZE", Integer.toString(size));
        environment.put("NXT_PULLS_ASSOCIATE_PAGE_SIZE_MAX", Integer.toString(size));
        environment.put("NXT_PULLS_ASSOCIATE_FILTER", "{\"associateNo\": {\"_lte\": 1}}");
        try (var pulls = new PullsFixture(Map.of("associate", 20, "product", 20, "order", 20, "orderLine", 20),
                environment)) {
            pulls.poll();
            long before = pulls.sandbox.counter("requests_poll");
            pulls.poll();
            assertThat(pulls.sandbox.counter("requests_poll")).isEqualTo(before + 1);
        }
    }

    @Test
    void aPollThatFoundNothingComesAgainWhenTheFirstOfItsPullsIsDue() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", 5, "product", 5),
                Map.of("NXT_PULLS_ORDERS_TABLE", "order", "NXT_PULLS_ORDERS_EVERY", "7h", "NXT_PULLS_PRODUCTS_TABLE",
                        "product", "NXT_PULLS_PRODUCTS_EVERY", "3h"))) {
            pulls.poll();
            var outcome = (Outcome.Done) pulls.poll();
            // which of them it is depends on the hour of the day
            assertThat(outcome.nextDue())
                    .isEqualTo(Collections.min(List.of(due(pulls, "products"), due(pulls, "orders"))))
                    .isAfter(pulls.store.states().now());
        }
    }

    private static Instant due(PullsFixture pulls, String pull) throws SQLException {
        return pulls.store.states().of(pull, PullsFixture.COMPANY).orElseThrow().dueAt();
    }

    @Test
    void whatIsInTheWayOfAPullIsToldAtItsBeginningEveryTenMinutesAndAtItsEnd() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", 5), Map.of("NXT_PULLS_ORDERS_TABLE", "order"));
                var failures = Listening.to(PullReport.class);
                var ends = Listening.to(FailurePolicy.class)) {
            pulls.instead = question -> Optional.of(new Failure.Rejected("no", "", List.of()));
            for (int minute = 0; minute < 25; minute++) {
                pulls.poll();
                pulls.passed += Duration.ofMinutes(1).toNanos();
            }
            assertThat(failures.heard()).filteredOn(line -> line.contains("stopped")).hasSize(3);
            assertThat(ends.heard()).isEmpty();
            pulls.instead = question -> Optional.empty();
            pulls.poll();
            pulls.poll();
            assertThat(ends.heard()).filteredOn(line -> line.contains("goes on, after")).hasSize(1);
        }
    }

    @Test
    void rowsSetAsideAreToldOfOnceAndNotByThePollsThatMeetThemAgain() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", 5), Map.of("NXT_PULLS_ORDERS_TABLE", "order"));
                var polls = Listening.to(PullReport.class);
                var told = Listening.to(RowsSetAside.class)) {
            var setAside = new RowsSetAside(new Database(pulls.store.database().pool()), HeartbeatFixture.steady(),
                    pulls.plans, new ConditionLog<>(pulls::now));
            pulls.poll();
            polls.heard().clear();
            put(pulls, 1, "a\0b");
            for (int minute = 0; minute < 25; minute++) {
                // so that the page is another one each time
                put(pulls, 2, "changed " + minute % 2);
                pulls.poll();
                if (minute % 2 == 0) {
                    put(pulls, 1, "a\0b " + minute);
                }
                setAside.look();
                pulls.passed += Duration.ofMinutes(1).toNanos();
            }
            assertThat(told.heard()).filteredOn(line -> line.contains("set aside; nxt_sync.row_fault says why"))
                    .hasSize(3);
            long lines = polls.heard().size();
            put(pulls, 1, "a\0b again");
            pulls.poll();
            assertThat(polls.heard()).as("nothing was written").hasSize((int) lines);
            put(pulls, 1, "mended");
            pulls.poll();
            setAside.look();
            assertThat(told.heard()).last().asString().contains("no row is set aside any more");
        }
    }

    @Test
    void aRunThatChangedNothingIsNotTold() throws Exception {
        try (var pulls = new PullsFixture(Map.of("timeless", 20), Map.of("NXT_PULLS_PEOPLE_TABLE", "timeless",
                "NXT_PULLS_PEOPLE_KEY", "timelessNo", "NXT_PULLS_PEOPLE_EVERY", "2s"));
                var runs = Listening.to(PullReport.class)) {
            for (UnitKind kind : List.of(UnitKind.LOAD, UnitKind.RECONCILIATION, UnitKind.LOAD)) {
                due(pulls);
                pulls.run(kind, "people");
            }
            assertThat(pulls.store.database().number("select count(*) from nxt_sync.run")).isEqualTo(4);
            assertThat(runs.heard()).isEmpty();
            pulls.sandbox.put(PullsFixture.COMPANY, "timeless", Map.of("timelessNo", 3, "name", "changed"));
            due(pulls);
            pulls.run(UnitKind.LOAD, "people");
            assertThat(runs.heard()).hasSize(1).first().asString().contains("load");
        }
    }

    private static void due(PullsFixture pulls) {
        pulls.store.database().execute("update nxt_sync.pull_state set due_at = now()");
    }

    private static void put(PullsFixture pulls, int order, String text) {
        pulls.sandbox.put(PullsFixture.COMPANY, "order", Map.of("orderNo", order, "information1", text));
    }
}
