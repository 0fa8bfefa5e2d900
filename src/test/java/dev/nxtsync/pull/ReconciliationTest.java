package dev.nxtsync.pull;

import static dev.nxtsync.pull.PullsFixture.COMPANY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.nxtsync.schedule.UnitKind;

/** What is done about what the server lists, when something is in the way. */
class ReconciliationTest {
    private static final Map<String, String> PEOPLE = Map.of("NXT_PULLS_PEOPLE_TABLE", "associate");

    @Test
    void aComparisonThatIsCutOffAgainAndAgainIsToldAndItsDeletionsArriveOnceItIsNot() throws Exception {
        try (var pulls = new PullsFixture(Map.of("associate", 40), PEOPLE)) {
            var database = pulls.store.database();
            database.execute("""
                    create function public.cut_off() returns event_trigger language plpgsql as $$ begin
                      if exists (select from pg_event_trigger_ddl_commands()
                                 where object_identity like 'nxt_sync.difference_%') then
                        perform pg_terminate_backend(pg_backend_pid());
                      end if;
                    end $$;
                    create event trigger cut_off on ddl_command_end when tag in ('CREATE TABLE')
                      execute function public.cut_off()""");
            pulls.sandbox.delete(COMPANY, "associate", Map.of("associateNo", 7));
            pulls.sandbox.put(COMPANY, "associate", Map.of("associateNo", 8, "name", "changed"));
            for (int times = 1; times <= 3; times++) {
                assertThatThrownBy(() -> pulls.run(UnitKind.RECONCILIATION, "people")).isInstanceOf(SQLException.class);
                assertThat(database.number("select count(*) from nxt_sync.pull_state where code is not null"))
                        .as("told after %d times", times).isEqualTo(times > 2 ? 1 : 0);
            }
            assertThat(database.value("select code || ': ' || reason from nxt_sync.pull_state"))
                    .startsWith("target_unusable: ").contains("was cut off several times");
            pulls.poll();
            assertThat(database.value("select name from nxt.associate where associate_no = 8"))
                    .as("changes arrive all the same").isEqualTo("changed");
            assertThat(live(pulls)).isEqualTo(40);
            database.execute("drop event trigger cut_off");
            pulls.run(UnitKind.RECONCILIATION, "people");
            assertThat(live(pulls)).isEqualTo(39);
            assertThat(database.value("select state from nxt_sync.freshness")).isEqualTo("ok");
        }
    }

    @Test
    void aListingThatIsCutShortOrFailsDeletesNothing() throws Exception {
        var pages = new HashMap<>(PEOPLE);
        pages.put("NXT_PULLS_PEOPLE_PAGE_SIZE", "50");
        pages.put("NXT_PULLS_PEOPLE_PAGE_SIZE_MAX", "50");
        pages.put("NXT_PULLS_PEOPLE_MAX_DELETE_SHARE", "1");
        try (var pulls = new PullsFixture(Map.of("associate", 400), pages)) {
            pulls.sandbox.truncateListings(true);
            reconcile(pulls, 2);
            assertThat(live(pulls)).isEqualTo(400);
            pulls.sandbox.truncateListings(false);
            pulls.sandbox.faults(Map.of("cut-body", 0.1, "5xx", 0.05, "busy", 0.05));
            reconcile(pulls, 5);
            assertThat(live(pulls)).isEqualTo(400);
            assertThat(pulls.store.database().number("select count(*) from nxt_sync.run where error is not null"))
                    .as("some failed").isPositive();
            assertThat(pulls.store.database().number("select coalesce(sum(rows_deleted), 0) from nxt_sync.run"))
                    .isZero();
        }
    }

    /** Until so many have come to their end. */
    private static void reconcile(PullsFixture pulls, int times) throws SQLException {
        String ends = "select count(*) from nxt_sync.run where kind = 'reconciliation' and outcome = 'ok'";
        long before = pulls.store.database().number(ends);
        for (int turn = 0; turn < 200 && pulls.store.database().number(ends) < before + times; turn++) {
            pulls.run(UnitKind.RECONCILIATION, "people");
        }
        assertThat(pulls.store.database().number(ends)).isEqualTo(before + times);
    }

    private static long live(PullsFixture pulls) {
        return pulls.store.database().number("select count(*) from nxt.associate where nxt_deleted_at is null");
    }
}
