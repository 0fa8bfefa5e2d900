package dev.nxtsync.story.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/** One setting for all that a company has. */
@Tag("pull")
class WholeCompanyIT {
    private static final int COMPANY = 5_280_001;
    private static final int COMPANIES = Size.of(2, 25);
    private static final int GENERATED = Size.of(18, 280);
    private static final Duration EVERY = Size.of(Duration.ofSeconds(2), Duration.ofSeconds(20));
    private static final Duration LONG = Duration.ofMinutes(9);

    private static final Pattern LEFT_OUT = Pattern.compile("nxt_pulls_left_out\\{connection=\"main\"} [1-9]");

    private final TestDatabase database = TestDatabase.migrated();

    @Test
    void allTablesWithAProvenKeyAreMirroredAndQuietPollsCostOneRequestForACompany() throws Exception {
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(COMPANIES)
                .withTables(GENERATED).withInputs("two").withTokenLifetime(Duration.ofHours(1))
                .withRows(Map.of("order", 100, "orderLine", 200, "associate", 100, "product", 100,
                        "generalLedgerTransaction", 200, "customerTransaction", 100, "voucher", 100, "batch", 100)))) {
            long told = theCommandsTellWhatItMeans(whole(sandbox));
            long before = sandbox.counter("requests_prove_keys");
            try (var daemon = whole(sandbox).start()) {
                long from = System.nanoTime();
                await().atMost(LONG).until(() -> {
                    assertThat(daemon.isRunning()).as(daemon.output()).isTrue();
                    return database.number(
                            "select count(*) from pg_class where oid = to_regclass('nxt_sync.pattern_table')") == 1
                            && isSettled();
                });
                Size.figure(
                        "%d tables of %d x %d companies loaded in %.1f s with %d requests, CPU %.1f s, planner %.1f s, "
                                + "resident %d MB",
                        taken().size(), GENERATED, COMPANIES, (System.nanoTime() - from) / 1e9,
                        sandbox.counter("requests"), daemon.cpu().toMillis() / 1e3, planner(daemon) / 1e3,
                        daemon.residentMemory() >> 20);
                Size.figure("requests: %s", database.value("select string_agg(kind || ' ' || requests, ', ') from "
                        + "(select kind, sum(requests) as requests from nxt_sync.run group by kind order by kind) run"));
                long asked = sandbox.counter("requests_prove_keys") - before
                        + database.number("select sum(requests) from nxt_sync.run where kind = 'load'");
                Size.figure("plan told of %d requests, and there were %d", told, asked);
                if (Size.full()) {
                    assertThat((double) told / asked).isBetween(0.75, 1.25);
                }
                equalTheirSource(sandbox);
                quietPollsCostOneRequestForACompany();
                assertThat(daemon.get("/q/health/well").body()).contains("\"UP\"");
                assertThat(daemon.get("/q/health/well").status()).isEqualTo(200);
                Size.figure("after that: CPU %.1f s, planner %.1f s, resident %d MB", daemon.cpu().toMillis() / 1e3,
                        planner(daemon) / 1e3, daemon.residentMemory() >> 20);
                if (Size.full()) {
                    assertThat(planner(daemon)).isLessThan(10_000);
                    assertThat(daemon.residentMemory()).isLessThan(256L << 20);
                }
                var builder = whole(sandbox);
                assertThat(builder.run(0, "pull", "generated1")).contains("poll, ").contains("0 written");
                assertThat(builder.run(2, "pull", "generated8")).contains(
                        "There is no pull \"generated8\": pull all leaves out the table generated8. The primary key of "
                                + "generated8 is not known.");
                assertThat(daemon.operator("POST", "/api/pulls/generated8/run", Daemon.OPERATOR).body())
                        .contains("pull all leaves out the table generated8. The primary key of");
                // it is counted now and then
                await().atMost(LONG).until(() -> LEFT_OUT.matcher(daemon.get("/q/metrics").body()).find());
                assertThat(builder.run(0, "status")).containsPattern("all +generated8 +key_unknown");
            }
        }
    }

    private Daemon.Builder whole(Sandbox sandbox) {
        return Daemon.on(sandbox.url(), database).jvm(Daemon.OPTIONS_OF_IMAGE).jvm("-Xmx96m")
                .with("NXT_PULLS_ALL_TABLE", "*").with("NXT_PULLS_ALL_EVERY", EVERY.toSeconds() + "s")
                .with("NXT_PULLS_ALL_EXCEPT_TABLES", "generated5,generated6").with("NXT_PULLS_LINES_TABLE", "orderLine")
                .with("NXT_OPERATOR_KEY", Daemon.OPERATOR);
    }

    /** Answers of how many requests they tell. */
    private long theCommandsTellWhatItMeans(Daemon.Builder builder) throws InterruptedException {
        String plan = builder.run(0, "plan");
        // of many tables, those that take no request of their own are not shown
        assertThat(plan).containsPattern("\nquestions about keys +\\d+")
                .containsPattern(Size.of("\ngenerated1 +5280001 +\\d+ ", "\nNot shown are those that "))
                .contains("Read completely each time, since they tell no changes, with so many requests a day:\n")
                .containsPattern("\ngenerated7 +\\d+ *\n")
                .containsPattern("note       left out: generated(\\d+), .*, timeless. The first: The primary key of "
                        + "generated\\1 is not known. .*Set NXT_PULLS_GENERATED\\1_TABLE=generated\\1 beside it");
        assertThat(builder.run(0, "check"))
                .containsPattern(Size.of("ok         pull generated1: table generated1 by ", "ok         pull"))
                .containsPattern(
                        "note       tables: left out: generated\\d+, .*, timeless. The first: The primary key of ");
        var all = Pattern.compile("\nall +\\d+ +[0-9.]+ +(\\d+) ").matcher(plan);
        assertThat(all.find()).isTrue();
        return Long.parseLong(all.group(1));
    }

    private boolean isSettled() {
        return database.number("select count(*) from nxt_sync.pattern_table where code = 'key_unproven'") == 0
                && taken().size() > GENERATED / 2 && database.number("""
                        select count(*) from nxt_sync.pattern_table where taken_at is not null and not exists (
                            select from nxt_sync.pull_state where pull_state.pull = pattern_table.pull)""") == 0
                && database.number("select count(*) from nxt_sync.pull_state where loaded_at is null") == 0;
    }

    private List<String> taken() {
        return List.of(database.value("select coalesce(string_agg(table_name, ' ' order by table_name), '') from "
                + "nxt_sync.pattern_table where taken_at is not null").split(" ", -1));
    }

    private void equalTheirSource(Sandbox sandbox) {
        var taken = taken();
        assertThat(taken).doesNotContain("generated5", "generated6", "orderLine").contains("order", "associate");
        for (String table : taken) {
            var owners = List.of("company", "user").contains(table)
                    ? List.<Integer>of()
                    : IntStream.range(0, COMPANIES).mapToObj(i -> COMPANY + i).toList();
            for (int company : owners) {
                assertThat(Mirror.differences(sandbox, database, company, table)).as("%s of %s", table, company)
                        .isEmpty();
            }
        }
        Size.figure("%d tables x %d companies equal their source", taken.size(), COMPANIES);
    }

    private void quietPollsCostOneRequestForACompany() {
        long units = database.number("select count(distinct (pull, company)) from nxt_sync.pull_state where pull in "
                + "(select pull from nxt_sync.pattern_table where taken_at is not null and tells_changes)");
        await().atMost(LONG).until(() -> database.number(
                "select count(*) from (select distinct job, company from nxt_sync.run where kind = 'poll' and job <> 'lines') polled") == units);
        long from = polls();
        long before = requests();
        await().atMost(EVERY.multipliedBy(20)).until(() -> polls() >= from + 3 * units);
        long requests = requests() - before;
        double rounds = (double) (polls() - from) / units;
        Size.figure("%d units of work, quiet: %d requests in %.2f polls", units, requests, rounds);
        // and one for the tables of the customer; the last poll may be under way
        assertThat(requests).isLessThanOrEqualTo((long) Math.ceil((rounds + 0.2) * (COMPANIES + 1)));
    }

    private long requests() {
        return database.number("select sum(requests) from nxt_sync.run where kind = 'poll' and job <> 'lines'");
    }

    private long polls() {
        return database.number("select count(*) from nxt_sync.run where kind = 'poll' and job <> 'lines'");
    }

    /** Milliseconds of CPU of the thread that plans. */
    private static long planner(Daemon daemon) throws IOException {
        try (var tasks = Files.list(Path.of("/proc", Long.toString(daemon.pid()), "task"))) {
            for (Path task : tasks.toList()) {
                if (Files.readString(task.resolve("comm")).strip().equals("pull-planner")) {
                    String[] fields = Files.readString(task.resolve("stat")).replaceFirst(".*\\) ", "").split(" ", -1);
                    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 10;
                }
            }
        }
        return 0;
    }
}
