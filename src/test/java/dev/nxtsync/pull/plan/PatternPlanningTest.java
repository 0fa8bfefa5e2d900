package dev.nxtsync.pull.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.pull.state.AbsentPull;
import dev.nxtsync.pull.state.PatternTables;
import dev.nxtsync.pull.state.PullControl;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;

/** A pull for each table that a pattern fits to. */
class PatternPlanningTest {
    private static final int TABLES = 18;
    private static final SandboxOptions OPTIONS = SandboxOptions.defaults().withTables(TABLES).withInputs("two");
    private static final Map<String, String> GENERATED = Map.of("NXT_PULLS_ALL_TABLE", "generated*",
            "NXT_PULLS_ALL_RECONCILE", "12h");

    @Test
    void aTableWhoseKeyIsProvenIsTakenAndOneWithoutIsLeftOutAndIsNoTrouble() throws SQLException {
        try (var pulls = new PlannedFixture(OPTIONS, GENERATED)) {
            pulls.plan();
            assertThat(pulls.plans.troubles()).as("what is asked is no trouble").isEmpty();
            pulls.prove();
            assertThat(pulls.plans.troubles()).isEmpty();
            for (int i = 0; i < TABLES; i++) {
                String name = "generated" + i;
                var key = Sandbox.key(name);
                var planned = pulls.plans.of(name).orElseThrow();
                if (planned instanceof PullPlans.Ready ready) {
                    assertThat(ready.plan().key()).as(name).containsExactlyElementsOf(key);
                    assertThat(pulls.pulls.names()).contains(name);
                    assertThat(pulls.database
                            .number("select count(*) from nxt_sync.pull_state where pull = '" + name + "'"))
                            .isEqualTo(3);
                } else {
                    assertThat(planned.obstacle().orElseThrow().code()).as(name).isEqualTo("key_unknown");
                    assertThat(pulls.pulls.names()).doesNotContain(name);
                    assertThat(pulls.database
                            .number("select count(*) from nxt_sync.pull_state where pull = '" + name + "'")).isZero();
                    assertThat(pulls.database.value("select code || ' ' || pull || ' ' || (taken_at is null) from "
                            + "nxt_sync.pattern_table where table_name = '" + name + "'"))
                            .isEqualTo("key_unknown " + name + " true");
                }
            }
            assertThat(pulls.pulls.names()).as("all but those without rows or key").hasSizeGreaterThan(TABLES / 2);
        }
    }

    @Test
    void whatWasTakenIsKnownToTheNextProcessBeforeItHasAskedAnything() throws SQLException {
        try (var pulls = new PlannedFixture(OPTIONS, GENERATED)) {
            pulls.prove();
            var next = new Pulls(pulls.settings);
            new PatternTables(pulls.store).recall(next);
            assertThat(next.all()).isEqualTo(pulls.pulls.all());
            assertThat(next.all().values()).as("tables without change stamps among them")
                    .extracting(Settings.Pull::every).contains(Optional.of(Duration.ofHours(12)), Optional.empty());
            pulls.asked();
            pulls.prove();
            assertThat(pulls.asked()).as("nothing is proven twice").doesNotContain("prove_keys", "keys");
        }
    }

    @Test
    void aTableThatIsNewJoinsByItself() throws SQLException {
        try (var pulls = new PlannedFixture(OPTIONS, GENERATED)) {
            pulls.sandbox.faults(Map.of("hidden-table", 1.0));
            pulls.prove();
            assertThat(pulls.pulls.names()).doesNotContain("generated17").contains("generated16");
            pulls.sandbox.faults(Map.of());
            pulls.passed += Duration.ofDays(1).toNanos();
            pulls.prove();
            assertThat(pulls.plans.of("generated17")).isPresent();
            assertThat(pulls.database
                    .number("select count(*) from nxt_sync.pattern_table where table_name = 'generated17'")).isOne();
        }
    }

    @Test
    void thePullOfATableThatIsLostIsPausedAndGoesOnWhenTheTableIsBack() throws SQLException {
        var options = SandboxOptions.defaults().withTables(16).withInputs("two");
        try (var pulls = new PlannedFixture(options, GENERATED)) {
            pulls.prove();
            assertThat(pulls.plans.of("generated15")).containsInstanceOf(PullPlans.Ready.class);
            pulls.sandbox.faults(Map.of("hidden-table", 1.0));
            pulls.plan(true);
            assertThat(pulls.plans.troubles()).isEmpty();
            assertThat(pulls.plans.of("generated15").flatMap(PullPlans.PlannedPull::obstacle).orElseThrow().message())
                    .startsWith("Business NXT no longer shows the table generated15 to the client id. Its rows stay");
            assertThat(pulls.database.value("select reason from nxt_sync.pull_pause where pull = 'generated15'"))
                    .startsWith("Business NXT no longer shows the table generated15");
            assertThat(pulls.pulls.names()).as("it is still a pull").contains("generated15");
            assertThat(pulls.database.value("select distinct state from nxt_sync.freshness where job = 'generated15'"))
                    .isEqualTo("paused");
            pulls.plan(true);
            assertThat(pulls.database.count("nxt_sync.pull_pause")).isOne();

            pulls.sandbox.faults(Map.of());
            pulls.plan(true);
            assertThat(pulls.plans.of("generated15")).containsInstanceOf(PullPlans.Ready.class);
            assertThat(pulls.database.count("nxt_sync.pull_pause")).isZero();
            assertThat(
                    pulls.database.value("select lost_at is null and taken_at is not null from nxt_sync.pattern_table "
                            + "where table_name = 'generated15'"))
                    .isEqualTo("t");
        }
    }

    @Test
    void whatAPersonPausesWhileItIsLostStaysSoWhenTheTableIsBack() throws SQLException {
        var options = SandboxOptions.defaults().withTables(16).withInputs("two");
        try (var pulls = new PlannedFixture(options, GENERATED)) {
            pulls.prove();
            pulls.sandbox.faults(Map.of("hidden-table", 1.0));
            pulls.plan(true);
            new PullControl(pulls.store).resume("generated15", "main");
            pulls.plan();
            assertThat(pulls.database.count("nxt_sync.pull_pause")).as("nobody can resume what is lost").isOne();
            new PullControl(pulls.store).pause("generated15");
            pulls.sandbox.faults(Map.of());
            pulls.plan();
            assertThat(pulls.plans.of("generated15")).as("it is looked for with each plan")
                    .containsInstanceOf(PullPlans.Ready.class);
            assertThat(pulls.database.count("nxt_sync.pull_pause")).isOne();
        }
    }

    @Test
    void whatAPersonHasPausedStaysSoWhenALostTableIsBack() throws SQLException {
        var options = SandboxOptions.defaults().withTables(16).withInputs("two");
        try (var pulls = new PlannedFixture(options, GENERATED)) {
            pulls.prove();
            pulls.database.execute("insert into nxt_sync.pull_pause (pull) values ('generated15')");
            pulls.sandbox.faults(Map.of("hidden-table", 1.0));
            pulls.plan(true);
            pulls.sandbox.faults(Map.of());
            pulls.plan(true);
            assertThat(pulls.database.count("nxt_sync.pull_pause")).isOne();
        }
    }

    @Test
    void whatAnotherProcessHasSeenSinceIsLookedAtAgainAndNotTakenBack() throws SQLException {
        var options = SandboxOptions.defaults().withTables(16).withInputs("two");
        try (var pulls = new PlannedFixture(options, GENERATED)) {
            pulls.prove();
            String lost = "update nxt_sync.pattern_table set lost_at = now() where table_name = 'generated15'";
            pulls.database.execute(lost);
            pulls.asked();
            pulls.plan();
            assertThat(pulls.asked()).as("it is there all the same").contains("introspect");
            assertThat(pulls.database.number("select count(lost_at) from nxt_sync.pattern_table")).isZero();
            pulls.asked();
            pulls.plan();
            assertThat(pulls.asked()).as("nobody has seen anything else").doesNotContain("introspect");

            pulls.sandbox.faults(Map.of("hidden-table", 1.0));
            pulls.database.execute(lost);
            pulls.plan();
            assertThat(pulls.database.number("select count(lost_at) from nxt_sync.pattern_table")).isOne();
            assertThat(pulls.plans.of("generated15")).containsInstanceOf(PullPlans.LeftOut.class);
        }
    }

    @Test
    void aListingInWhichNothingIsLeftSaysNothing() throws SQLException {
        try (var pulls = new PlannedFixture(OPTIONS, GENERATED)) {
            pulls.prove();
            var names = pulls.pulls.names();
            pulls.instead.put("tables",
                    new Answer.Data(Filters.parse("{\"useCompany\": null, \"useCustomer\": {\"fields\": []}}"), "", 0));
            assertThat(pulls.plan(true)).as("it is looked at again soon").isFalse();
            assertThat(pulls.pulls.names()).isEqualTo(names);
            assertThat(pulls.plans.of("generated1")).containsInstanceOf(PullPlans.Ready.class);
            assertThat(pulls.database.count("nxt_sync.pull_pause")).isZero();
            pulls.instead.clear();
            assertThat(pulls.plan(true)).isTrue();
        }
    }

    @Test
    void whatHasRowsStaysAPullThoughItsKeyIsContradicted() throws SQLException {
        try (var pulls = new PlannedFixture(OPTIONS, GENERATED)) {
            pulls.prove();
            // by a process with other settings, too
            pulls.database.execute("update nxt_sync.pull_state set loaded_at = now() where pull = 'generated1';"
                    + "delete from nxt_sync.pattern_table;"
                    + "update nxt_sync.key_proof set verdict = 'repeated', detail = 'x' where table_name = 'generated1'");
            pulls.plan();
            assertThat(pulls.plans.troubles()).containsOnlyKeys("pull generated1");
            assertThat(pulls.plans.troubles().get("pull generated1").message()).containsOnlyOnce(
                    "Set NXT_PULLS_GENERATED1_TABLE=generated1 beside it, which makes it a pull of its own.");
            assertThat(pulls.pulls.names()).contains("generated1");
            assertThat(pulls.state("generated1")).startsWith("stopped key_");
        }
    }

    @Test
    void aCompanyThatForbidsItIsAskedOneQuestionForAllTables() throws SQLException {
        try (var pulls = new PlannedFixture(OPTIONS, GENERATED)) {
            pulls.instead.put("prove_keys", new Failure.ForbiddenCompany("You may not.", ""));
            pulls.plan();
            pulls.asked();
            for (int steps = 0; steps < 9; steps++) {
                pulls.prover.step();
            }
            assertThat(pulls.asked()).filteredOn("prove_keys"::equals).as("one for each company").hasSize(3);
        }
    }

    @Test
    void aPauseOfALostTableEndsWithItsPattern() throws SQLException {
        try (var pulls = new PlannedFixture(OPTIONS, Map.of("NXT_PULLS_PRODUCT_TABLE", "product"))) {
            pulls.database.execute("insert into nxt_sync.pattern_table (connection, table_name, pattern, pull, "
                    + "tells_changes, taken_at, lost_at) values ('main', 'product', 'all', 'product', true, now(), now());"
                    + "insert into nxt_sync.pull_pause (pull, reason) values ('product', 'lost'), ('other', null)");
            new RecalledPulls(pulls.pulls, new PatternTables(pulls.store)).write();
            assertThat(pulls.database.value("select string_agg(pull, ' ') from nxt_sync.pull_pause"))
                    .isEqualTo("other");
            assertThat(pulls.database.count("nxt_sync.pattern_table")).isZero();
        }
    }

    @Test
    void aPullOfItsOwnTakesOverTheTableUnderItsName() throws SQLException {
        try (var pulls = new PlannedFixture(OPTIONS, GENERATED)) {
            pulls.prove();
            assertThat(pulls.pulls.names()).contains("generated1");
            var own = new HashMap<>(GENERATED);
            own.put("NXT_PULLS_GENERATED1_TABLE", "generated1");
            own.put("NXT_PULLS_GENERATED1_EVERY", "1m");
            var next = new Pulls(SettingsFixture.of(own));
            new PatternTables(pulls.store).recall(next);
            assertThat(next.isOfPattern("generated1")).isFalse();
            assertThat(next.ofTable("generated1")).hasSize(1);
            assertThat(next.names()).isEqualTo(pulls.pulls.names());
        }
    }

    @Test
    void aPatternThatFitsToNothingIsToldUntilItFits() throws SQLException {
        var wrong = Map.of("NXT_PULLS_NONE_TABLE", "generated17*", "NXT_PULLS_ORDERS_TABLE", "order");
        try (var pulls = new PlannedFixture(OPTIONS, wrong)) {
            pulls.sandbox.faults(Map.of("hidden-table", 1.0));
            assertThat(pulls.plan()).isFalse();
            assertThat(pulls.pulls.names()).containsExactly("orders");
            assertThat(pulls.plans.troubles()).containsOnlyKeys("pull none");
            assertThat(pulls.plans.troubles().get("pull none").message())
                    .startsWith("NXT_PULLS_NONE_TABLE=\"generated17*\" fits to no table that the client id can read");
            pulls.sandbox.faults(Map.of());
            pulls.passed += Duration.ofMinutes(5).toNanos();
            pulls.plan();
            assertThat(pulls.plan()).isTrue();
            assertThat(pulls.plans.troubles()).isEmpty();
        }
    }

    @Test
    void whatIsToBeLeftOutAndIsNotThereIsToldAndStopsNothing() throws SQLException {
        var settings = new HashMap<>(GENERATED);
        settings.put("NXT_PULLS_ALL_EXCEPT_TABLES", "generated1,Generated2,generated1*,order,temp*");
        try (var pulls = new PlannedFixture(OPTIONS, settings)) {
            var names = List.of("generated1", "generated10", "generated2", "order");
            assertThat(pulls.pulls.idleExceptions("main", names)).hasSize(3)
                    .allMatch(told -> told.contains("If the client id may not read such a table, all is well."))
                    .anyMatch(told -> told.startsWith("NXT_PULLS_ALL_EXCEPT_TABLES names \"Generated2\", and none of"))
                    .anyMatch(told -> told.contains("names \"order\"")).anyMatch(told -> told.contains("\"temp*\""));
            pulls.prove();
            assertThat(pulls.pulls.names()).contains("generated2").doesNotContain("generated1");
            assertThat(pulls.plans.troubles()).isEmpty();
        }
    }

    @Test
    void whoNamesThePullOfATableThatIsLeftOutIsToldWhy() throws SQLException {
        try (var pulls = new PlannedFixture(OPTIONS, GENERATED)) {
            pulls.prove();
            var absent = new AbsentPull(pulls.pulls, new PatternTables(pulls.store));
            assertThat(absent.reason("generated8"))
                    .startsWith(
                            "There is no pull \"generated8\": pull all leaves out the table generated8. The primary "
                                    + "key of generated8 is not known.")
                    .endsWith("Set NXT_PULLS_GENERATED8_TABLE=generated8 beside it, which makes it a pull of its own.");
            assertThat(absent.reason("all"))
                    .startsWith("\"all\" is a pull of many tables. Name one of those that it makes");
            assertThat(absent.reason("generated")).startsWith("There is no pull \"generated\"; did you mean generated");
        }
    }
}
