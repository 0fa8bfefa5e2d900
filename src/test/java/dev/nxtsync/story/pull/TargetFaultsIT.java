package dev.nxtsync.story.pull;

import static dev.nxtsync.story.Pulls.loaded;
import static dev.nxtsync.story.Pulls.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.Hooks;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/** What users do to target tables: each such table has a pull of its own, and all are of one company. */
@Tag("pull")
@Execution(ExecutionMode.CONCURRENT)
class TargetFaultsIT {
    private static final int COMPANY = 5_280_001;
    private static final Duration A_MINUTE = Duration.ofSeconds(60);

    /** What is done to a table, and what undoes it; {@code %1$s} stands for the table, {@code %2$s} for the daemon's role. */
    private enum Fault {
        DROPPED("drop table nxt.%1$s", ""), COLUMN("alter table nxt.%1$s drop column name", ""), RETYPED(
                "alter table nxt.%1$s alter column name type integer using 0",
                "alter table nxt.%1$s alter column name type text"), RAISES(raise("P0001"), UNRAISE), OUTAGE(
                        raise("57P01"), UNRAISE), SERIAL(raise("40001"), UNRAISE), FULL(raise("53100"), UNRAISE), LATE(
                                "create function public.%1$s() returns trigger language plpgsql as $$ begin raise 'at the end'; end $$; "
                                        + "create constraint trigger t after insert or update on nxt.%1$s deferrable initially deferred "
                                        + "for each row execute function public.%1$s()",
                                UNRAISE), STRANGER("alter table nxt.%1$s owner to postgres",
                                        "alter table nxt.%1$s owner to %2$s"), VIEW(
                                                "alter table nxt.%1$s rename to %1$s_moved; create view nxt.%1$s as select * from nxt.%1$s_moved",
                                                "drop view nxt.%1$s; alter table nxt.%1$s_moved rename to %1$s"), CHECKED(
                                                        "alter table nxt.%1$s add constraint c check (left(name, 7) <> 'changed') not valid",
                                                        "alter table nxt.%1$s drop constraint c"), KEYLESS(
                                                                "alter table nxt.%1$s drop constraint %1$s_pkey",
                                                                "alter table nxt.%1$s add primary key (nxt_company, associate_no)");

        private final String change;
        private final String mend;

        Fault(String change, String mend) {
            this.change = change;
            this.mend = mend;
        }

        String table() {
            return name().toLowerCase(Locale.ROOT);
        }

        boolean healsByItself() {
            return mend.isEmpty();
        }
    }

    private static final String UNRAISE = "drop trigger t on nxt.%1$s; drop function public.%1$s()";

    private static String raise(String state) {
        return "create function public.%1$s() returns trigger language plpgsql as $$ begin raise 'no more' using errcode = '"
                + state
                + "', detail = new.name; end $$; create trigger t before insert or update on nxt.%1$s for each row "
                + "execute function public.%1$s()";
    }

    private final TestDatabase database = TestDatabase.create();
    private final String role = "daemon_" + UUID.randomUUID().toString().substring(0, 8);
    private int changes;

    /** In full, each fault by itself too. */
    @Test
    void aTargetThatPostgresRefusesStopsItsOwnPullAndHealsByItself() throws Exception {
        database.execute("create role " + role + " login; create schema nxt_sync authorization " + role
                + "; create schema nxt authorization " + role + "; create view nxt.early as select 1 as one");
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(1)
                .withRows(Map.of("associate", 40)))) {
            var builder = Daemon.on(sandbox.url(), database).with("NXT_DATABASE_USER", role).with("NXT_WEBHOOK_KEYS",
                    Hooks.KEY);
            pull(builder, "healthy", "associate");
            pull(builder, "early", "early");
            for (Fault fault : Fault.values()) {
                pull(builder, fault.table(), fault.table());
            }
            try (var daemon = builder.start()) {
                plannedAround(daemon);
                loaded(daemon, database, Fault.values().length + 2);
                for (List<Fault> group : groups(List.of(Fault.values()))) {
                    each(group, sandbox, daemon, builder);
                }
                // what webhooks name is fetched before a poll finds it
                sandbox.webhook(daemon.mainUrl() + Hooks.PATH, Hooks.KEY);
                for (List<Fault> group : groups(List.of(Fault.RAISES, Fault.DROPPED, Fault.RETYPED))) {
                    each(group, sandbox, daemon, builder);
                }
                lockedForAWhile(sandbox, daemon);
                await().atMost(A_MINUTE).until(() -> database.number("select count(*) from nxt_sync.inbox") == 0);
            }
        } finally {
            database.execute("drop owned by " + role + " cascade; drop role " + role);
        }
    }

    /** Whatever is known of the rows that it had: some that were set aside, removed, listed, or not loaded yet. */
    @Test
    void whatIsDoneToATargetInTheMiddleOfWorkOnItIsUndoneAndTheWorkIsEnded() throws Exception {
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(1)
                .withRows(Map.of("associate", 90, "generalLedgerAccount", 90)))) {
            sandbox.put(COMPANY, "associate", values("associateNo", 900, "name", "nul \u0000"));
            // the second page of each load, when the first is in, which shares a page with those that are planned by then
            sandbox.holdRequestsWith("\"associateNo\":{\"_gt\":");
            var builder = Daemon.on(sandbox.url(), database);
            pull(builder, "people", "people");
            pull(builder, "columns", "columns");
            for (String pull : List.of("PEOPLE", "COLUMNS")) {
                builder.with("NXT_PULLS_" + pull + "_PAGE_SIZE", 90).with("NXT_PULLS_" + pull + "_PAGE_SIZE_MAX", 90);
            }
            builder.with("NXT_PULLS_PEOPLE_RECONCILE", "1s").with("NXT_PULLS_PEOPLE_DELETES", "remove")
                    .with("NXT_PULLS_DAILY_TABLE", "generalLedgerAccount").with("NXT_PULLS_DAILY_TARGET", "daily")
                    .with("NXT_PULLS_DAILY_EVERY", "1d");
            try (var daemon = builder.start()) {
                await().atMost(A_MINUTE).until(() -> sandbox.held() >= 2 && database.count("nxt.columns") > 0);
                aColumnThatIsDroppedInTheMiddleOfAFirstLoadIsMadeAgain();
                aTableThatIsDroppedIsMadeAndLoadedAgain(sandbox, 0);
                allRowsHaveTheColumn(sandbox);
                for (String work : List.of("query list_associate", "query settle_associate")) {
                    int held = sandbox.held();
                    sandbox.holdRequestsWith(work);
                    sandbox.delete(COMPANY, "associate", Map.of("associateNo", 40 + held));
                    aTableThatIsDroppedIsMadeAndLoadedAgain(sandbox, held);
                }
                well(daemon, 200);
                whatACommandDoesNotEndForAFaultOfItsTargetIsEndedByTheDaemonOnceThatIsMended(sandbox, daemon, builder);
            }
        }
    }

    private void aColumnThatIsDroppedInTheMiddleOfAFirstLoadIsMadeAgain() {
        database.execute("alter table nxt.columns drop column name");
        await().atMost(A_MINUTE).until(() -> database.number("select count(*) from information_schema.columns "
                + "where table_schema = 'nxt' and table_name = 'columns' and column_name = 'name'") == 1);
    }

    /** The rows read before are read again, although the load had not ended. */
    private void allRowsHaveTheColumn(Sandbox sandbox) {
        await().atMost(A_MINUTE).untilAsserted(() -> {
            assertThat(Mirror.differencesIn("nxt.columns", sandbox, database, COMPANY, "associate",
                    List.of(List.of("900")))).isEmpty();
            assertThat(freshness("columns")).isEqualTo("ok");
            assertThat(database.number("select rows from nxt_sync.freshness where job = 'columns'")).isEqualTo(90);
        });
    }

    private void aTableThatIsDroppedIsMadeAndLoadedAgain(Sandbox sandbox, int held) {
        await().atMost(A_MINUTE).until(() -> sandbox.held() > held && database.count("nxt.people") > 0);
        database.execute("drop table nxt.people");
        sandbox.release();
        await().atMost(A_MINUTE).untilAsserted(() -> {
            assertThat(database.count("nxt.people")).isPositive();
            assertThat(Mirror.differencesIn("nxt.people", sandbox, database, COMPANY, "associate",
                    List.of(List.of("900")))).isEmpty();
            assertThat(database.rows("select state, rows::text, (select count(*)::text from nxt_sync.row_fault "
                    + "where job = 'people') as faults from nxt_sync.freshness where job = 'people'"))
                    .containsExactly(Map.of("state", "ok", "rows",
                            Integer.toString(sandbox.rows(COMPANY, "associate").size() - 1), "faults", "1"));
        });
    }

    /** Each is due in a day only, or never. */
    private void whatACommandDoesNotEndForAFaultOfItsTargetIsEndedByTheDaemonOnceThatIsMended(Sandbox sandbox,
            Daemon daemon, Daemon.Builder builder) throws InterruptedException {
        database.execute("update nxt.daily set name = 'spoilt'");
        isEndedByTheDaemon(daemon, builder, "--full");
        // more than are set aside as rows
        sandbox.rows(COMPANY, "generalLedgerAccount").stream().limit(30).forEach(
                row -> sandbox.delete(COMPANY, "generalLedgerAccount", Map.of("accountNo", row.get("accountNo"))));
        isEndedByTheDaemon(daemon, builder, "--confirm-deletes");
        assertThat(Mirror.differencesIn("nxt.daily", sandbox, database, COMPANY, "generalLedgerAccount", List.of()))
                .isEmpty();
    }

    private void isEndedByTheDaemon(Daemon daemon, Daemon.Builder builder, String work) throws InterruptedException {
        database.execute(raise("P0001").formatted("daily"));
        assertThat(builder.run(3, "pull", "daily", work)).contains("(target_unusable)");
        assertThat(freshness("daily")).as(work).isEqualTo("stopped");
        database.execute(UNRAISE.formatted("daily"));
        well(daemon, 200);
        assertThat(freshness("daily")).as(work).isEqualTo("ok");
        await().atMost(A_MINUTE)
                .until(() -> database.number("select count(*) from nxt_sync.pass where pull = 'daily'") == 0);
    }

    private static List<List<Fault>> groups(List<Fault> together) {
        var groups = new ArrayList<>(List.of(together));
        groups.addAll(Size.of(List.of(), Stream.of(Fault.values()).map(List::of).toList()));
        return groups;
    }

    /** A view was there before the daemon was. */
    private void plannedAround(Daemon daemon) {
        await().atMost(A_MINUTE).until(() -> database.count("nxt_sync.pull_state") > Fault.values().length
                && database.number("select count(*) from nxt_sync.pull_state where loaded_at is null") == 1);
        assertThat(daemon.get("/q/health/well").body()).contains("pull early (target_unusable)")
                .contains("nxt.early is a view, not a table");
        assertThat(freshness("early")).isEqualTo("stopped");
        database.execute("drop view nxt.early");
    }

    private void each(List<Fault> faults, Sandbox sandbox, Daemon daemon, Daemon.Builder builder) throws Exception {
        well(daemon, 200);
        long told = told(daemon);
        for (Fault fault : faults) {
            database.execute(fault.change.formatted(fault.table(), role));
        }
        String since = database.value("select clock_timestamp()");
        var stopped = faults.stream().filter(fault -> !fault.healsByItself()).toList();
        change(sandbox);
        await().atMost(A_MINUTE).untilAsserted(() -> {
            var well = daemon.get("/q/health/well");
            assertThat(well.status()).isEqualTo(stopped.isEmpty() ? 200 : 503);
            for (Fault fault : stopped) {
                assertThat(well.body())
                        .containsPattern("pull " + fault.table() + "(, in companies)? \\(target_unusable\\)");
                assertThat(freshness(fault.table())).isIn("stopped", "failing");
            }
        });
        assertThat(daemon.get("/q/health/well").body()).as("details have values of rows").doesNotContain("changed 1");
        othersGoOn(sandbox, since, faults);
        if (faults.containsAll(List.of(Fault.STRANGER, Fault.VIEW))) {
            commandsSaySo(builder);
            for (Fault fault : stopped) {
                assertThat(freshness(fault.table())).as(fault.table()).isIn("stopped", "failing");
            }
        }
        for (Fault fault : stopped) {
            database.execute(fault.mend.formatted(fault.table(), role));
        }
        well(daemon, 200);
        await().atMost(A_MINUTE).untilAsserted(() -> {
            for (Fault fault : faults) {
                assertThat(differences(fault.table(), sandbox)).as(fault.table()).isEmpty();
                assertThat(database.number("select rows from nxt_sync.freshness where job = '" + fault.table() + "'"))
                        .as(fault.table()).isEqualTo(sandbox.rows(COMPANY, "associate").size());
            }
        });
        assertThat(told(daemon) - told).as(daemon.output()).isLessThanOrEqualTo(4L * faults.size());
        Size.figure("%d faults of targets at a time: told in %d warnings", faults.size(), told(daemon) - told);
    }

    /** Also of what changes while the others are in trouble. */
    private void othersGoOn(Sandbox sandbox, String since, List<Fault> faults) {
        change(sandbox);
        await().atMost(A_MINUTE).untilAsserted(() -> {
            assertThat(differences("associate", sandbox)).isEmpty();
            assertThat(database
                    .value("select complete_as_of > '" + since + "' from nxt_sync.freshness where job = 'healthy'"))
                    .isEqualTo("t");
            for (Fault fault : faults) {
                if (fault.healsByItself()) {
                    assertThat(differences(fault.table(), sandbox)).as(fault.table()).isEmpty();
                }
            }
        });
    }

    private void commandsSaySo(Daemon.Builder builder) throws InterruptedException {
        try (var pull = builder.command("pull", "view").start(); var check = builder.command("check").start()) {
            for (var command : List.of(pull, check)) {
                assertThat(command.exitCode()).as(command.output()).isEqualTo(3);
                assertThat(command.output()).contains("(target_unusable)");
            }
        } finally {
            builder.command();
        }
    }

    /** That is no fault of the table, and passes. */
    private void lockedForAWhile(Sandbox sandbox, Daemon daemon) throws SQLException {
        try (Connection user = database.connect(); var statement = user.createStatement()) {
            user.setAutoCommit(false);
            statement.execute("lock table nxt.raises in access exclusive mode");
            change(sandbox);
            await().atMost(A_MINUTE).untilAsserted(() -> {
                assertThat(freshness("raises")).isEqualTo("failing");
                assertThat(differences("associate", sandbox)).isEmpty();
            });
        }
        await().atMost(A_MINUTE).untilAsserted(() -> assertThat(differences("raises", sandbox)).isEmpty());
        well(daemon, 200);
    }

    private List<String> differences(String target, Sandbox sandbox) {
        // one that was dropped is made again by itself, in a moment
        return database.value("select to_regclass('nxt." + target + "')") == null
                ? List.of("there is no nxt." + target)
                : Mirror.differencesIn("nxt." + target, sandbox, database, COMPANY, "associate", List.of());
    }

    private String freshness(String pull) {
        return database.value("select state from nxt_sync.freshness where job = '" + pull + "'");
    }

    private void change(Sandbox sandbox) {
        changes++;
        sandbox.put(COMPANY, "associate", values("associateNo", 1, "name", "changed"));
        sandbox.put(COMPANY, "associate", values("associateNo", 2, "name", "changed " + changes));
        sandbox.put(COMPANY, "associate", values("associateNo", 1_000 + changes, "name", "changed"));
        sandbox.put(COMPANY, "associate", values("associateNo", 1, "name", "changed"));
    }

    private static void well(Daemon daemon, int status) {
        await().atMost(A_MINUTE).untilAsserted(() -> {
            var well = daemon.get("/q/health/well");
            assertThat(well.status()).as(well.body()).isEqualTo(status);
        });
    }

    private static long told(Daemon daemon) {
        return daemon.output().lines().filter(line -> line.contains(" WARN ") || line.contains(" ERROR ")).count();
    }

    private static void pull(Daemon.Builder builder, String name, String target) {
        String prefix = "NXT_PULLS_" + name.toUpperCase(Locale.ROOT) + "_";
        builder.with(prefix + "TABLE", "associate").with(prefix + "EVERY", "2s").with(prefix + "TARGET", target);
    }
}
