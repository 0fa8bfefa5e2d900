package dev.nxtsync.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.tenant.Scope;
import dev.nxtsync.tenant.Tenant;

class WorkUnitTest {
    private static final Tenant COMPANY = Tenant.company(5_280_001);

    private final TestDatabase database = TestDatabase.create();

    @Test
    void aUnitIsNamedByWhatItDoesForWhom() {
        assertThat(WorkUnit.ofPull(UnitKind.POLL, "main", COMPANY, "orders")).hasToString("poll main company 5280001");
        assertThat(WorkUnit.ofPull(UnitKind.FETCH, "main", COMPANY, "orders"))
                .hasToString("fetch main company 5280001");
        assertThat(WorkUnit.ofPull(UnitKind.LOAD, "main", COMPANY, "orders"))
                .hasToString("load of orders main company 5280001");
        assertThat(WorkUnit.ofPull(UnitKind.RECONCILIATION, "main", new Tenant(Scope.CUSTOMER, 7), "users"))
                .hasToString("reconciliation of users main customer 7");
        assertThat(WorkUnit.ofLane("main", COMPANY, "orders", 3))
                .hasToString("push of orders, lane 3, main company 5280001");
        assertThat(WorkUnit.ofToken("main")).hasToString("token main connection 0");
    }

    @Test
    void oneUnitPollsAllPullsOfACompanyAndEachIsLoadedByItsOwn() {
        assertThat(WorkUnit.ofPull(UnitKind.POLL, "main", COMPANY, "orders"))
                .isEqualTo(WorkUnit.ofPull(UnitKind.POLL, "main", COMPANY, "lines"));
        assertThat(WorkUnit.ofPull(UnitKind.LOAD, "main", COMPANY, "orders"))
                .isNotEqualTo(WorkUnit.ofPull(UnitKind.LOAD, "main", COMPANY, "lines"));
    }

    @Test
    void noTwoUnitsAreNamedAlike() {
        assertThat(some()).doesNotHaveDuplicates();
        assertThat(some().stream().map(WorkUnit::toString)).doesNotHaveDuplicates();
    }

    /** The table refuses a second unit of a name. */
    @Test
    void whatTheTableKeepsOfANameIsReadAsThatName() throws SQLException {
        var kept = new ArrayList<WorkUnit>();
        ScheduleFixture.migrated(database).inTransaction(transaction -> {
            for (WorkUnit each : some()) {
                kept.add(each.bind(transaction.createQuery("""
                        insert into nxt_sync.job (kind, connection, scope, company, pull, lane)
                        values (:kind, :connection, :scope, :company, :entry, :lane)
                        returning kind, connection, scope, company, pull, lane""")).map(WorkUnit::of).one());
            }
            return kept;
        });
        assertThat(kept).isEqualTo(some());
    }

    @Test
    void whatIsWrittenOfAKindIsReadAsThatKind() {
        assertThat(UnitKind.values()).allSatisfy(each -> {
            assertThat(UnitKind.of(each.text())).isEqualTo(each);
            assertThat(each).hasToString(each.text());
        });
        assertThat(Arrays.stream(UnitKind.values()).map(UnitKind::text)).containsExactly("poll", "fetch", "load",
                "reconciliation", "proof", "push", "token");
    }

    private static List<WorkUnit> some() {
        var names = new ArrayList<WorkUnit>();
        for (String connection : List.of("main", "other")) {
            names.add(WorkUnit.ofToken(connection));
            for (Tenant tenant : List.of(COMPANY, Tenant.company(7), new Tenant(Scope.CUSTOMER, 7))) {
                names.add(WorkUnit.ofPull(UnitKind.POLL, connection, tenant, ""));
                names.add(WorkUnit.ofPull(UnitKind.FETCH, connection, tenant, ""));
                for (String entry : List.of("orders", "orders1", "main")) {
                    names.add(WorkUnit.ofPull(UnitKind.LOAD, connection, tenant, entry));
                    names.add(WorkUnit.ofPull(UnitKind.RECONCILIATION, connection, tenant, entry));
                    for (int lane : List.of(0, 1, 15)) {
                        names.add(WorkUnit.ofLane(connection, tenant, entry, lane));
                    }
                }
            }
        }
        return names;
    }
}
