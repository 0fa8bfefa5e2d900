package dev.nxtsync.story.operate;

import static dev.nxtsync.story.Pulls.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.Hooks;
import dev.nxtsync.story.Pulls;
import dev.nxtsync.story.Pushes;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/**
 * At every station at once lies something that makes it fail: reading, encoding, merging, listing, verifying, deleting,
 * sending, looking up, and what webhooks name. Where an answer cannot be read, the table stops, as docs/guarantees.md says;
 * everywhere else only the row does.
 */
@Tag("operate")
class PoisonIT {
    private static final int COMPANY = Pushes.COMPANY;
    private static final int OTHER = COMPANY + 1;
    private static final Duration A_MINUTE = Duration.ofSeconds(60);
    private static final String LONG_KEY = "k".repeat(3_000);

    /** Pulls by name, each with its table; those of one table have targets of their own. */
    private static final Map<String, String> PULLS = Map.of("people", "associate", "lines", "orderLine", "goods",
            "product", "wares", "product", "spoilt", "customerTransaction", "checked", "generalLedgerTransaction",
            "accounts", "generalLedgerAccount", "sound", "timeless", "hooked", "order");
    /** Those of which a poison stops a row, at most. */
    private static final List<String> BY_ROW = List.of("people", "lines", "goods", "sound", "wares", "checked",
            "accounts");

    private final TestDatabase database = TestDatabase.migrated();
    /** Groups of one lane. */
    private final List<String> groups = database.rows("""
            select 'g' || n as name from generate_series(1, 10000) n where (hashtext('g' || n) & 15) = 3 limit 20""")
            .stream().map(row -> row.get("name")).toList();

    @Test
    void aPoisonAtEveryStationStopsItselfIsNamedWithinAMinuteAndHealsWhenItsCauseIsGone() throws Exception {
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(2)
                .withTokenLifetime(Duration.ofMinutes(10)).withTimeLimit(Duration.ofSeconds(1))
                .withSlotHold(Duration.ofSeconds(10))
                .withRows(Map.of("associate", 40, "orderLine", 40, "product", 40, "customerTransaction", 40,
                        "generalLedgerTransaction", 40, "generalLedgerAccount", 40, "timeless", 20, "order", 40)))) {
            var builder = builder(sandbox);
            try (var daemon = builder.start()) {
                daemon.awaitReady();
                await().atMost(A_MINUTE).until(() -> database.number(
                        "select count(*) from nxt_sync.pull_state where loaded_at is not null") == 2L * PULLS.size());
                database.execute("""
                        create function public.refuse() returns trigger language plpgsql
                            as $$ begin raise 'no such row here'; end $$""");
                for (int round = 1; round <= Size.of(1, 3); round++) {
                    int seed = round;
                    layInTheDatabase(seed);
                    layInBusinessNxt(sandbox, seed);
                    push(seed);
                    hook(sandbox, daemon, seed);
                    neighboursGoOn(sandbox, daemon, seed);
                    isNamed(daemon, seed);
                    if (seed == 1) {
                        assertThat(builder.run(3, "verify", "goods")).as("rows that no target holds are not equal")
                                .doesNotContain("ok         goods, company " + COMPANY)
                                .contains("ok         goods, company " + OTHER);
                    }
                    cure(sandbox, daemon, seed);
                    await().atMost(A_MINUTE).pollInterval(Duration.ofMillis(500)).untilAsserted(() -> {
                        var well = daemon.get("/q/health/well");
                        assertThat(well.status()).as(well.body()).isEqualTo(200);
                        assertThat(well.body()).doesNotContain("set aside");
                    });
                    await().atMost(A_MINUTE).pollInterval(Duration.ofMillis(500))
                            .untilAsserted(() -> PULLS.forEach((pull, table) -> {
                                if (!pull.equals("hooked")) {
                                    for (int company : List.of(COMPANY, OTHER)) {
                                        assertThat(Mirror.differencesIn("nxt." + pull, sandbox, database, company,
                                                table, List.of())).as(pull).isEmpty();
                                    }
                                }
                            }));
                }
                assertThat(builder.run(0, "verify", "goods")).contains("equal in key");
                assertThat(daemon.isRunning()).isTrue();
            }
        }
    }

    private Daemon.Builder builder(Sandbox sandbox) {
        var builder = Pushes.daemon(sandbox.url(), database).with("NXT_WEBHOOK_KEYS", Hooks.KEY)
                .with("NXT_PUSHES_NUMBERS_TABLE", "associate").with("NXT_PUSHES_NUMBERS_COMPANY", COMPANY)
                .with("NXT_PUSHES_NUMBERS_KEY_COLUMN", "supplierNo").with("NXT_PULLS_SOUND_KEY", "timelessNo");
        PULLS.forEach((pull, table) -> {
            String prefix = "NXT_PULLS_" + pull.toUpperCase(Locale.ROOT) + "_";
            builder.with(prefix + "TABLE", table).with(prefix + "TARGET", pull).with(prefix + "EVERY",
                    pull.equals("hooked") ? "24h" : "2s");
        });
        for (String pull : List.of("GOODS", "WARES", "ACCOUNTS", "SOUND")) {
            builder.with("NXT_PULLS_" + pull + "_RECONCILE", "5s").with("NXT_PULLS_" + pull + "_DELETES", "remove");
        }
        return builder;
    }

    /** Merging and deleting: what users have made of targets. */
    private void layInTheDatabase(int seed) {
        for (String pull : List.of("wares", "hooked")) {
            String column = pull.equals("wares") ? "description" : "information1";
            database.execute("create trigger refuse before insert or update on nxt." + pull + " for each row when (new."
                    + column + " = 'poison') execute function public.refuse()");
        }
        database.execute("alter table nxt.checked add constraint sound check (description <> 'poison') not valid");
        database.execute("create table public.note (company integer, account integer, "
                + "foreign key (company, account) references nxt.accounts (nxt_company, account_no)); "
                + "insert into public.note values (" + COMPANY + ", " + seed + ")");
    }

    private static void layInBusinessNxt(Sandbox sandbox, int seed) {
        sandbox.spoilAnswers("\"unreadable" + seed + "\"", "unreadable");
        sandbox.spoilAnswers("\"half a pair\"", "\"\\ud83d\"");
        sandbox.spoilAnswers("\"customerNo\":77777", "\"customerNo\":3000000000");
        sandbox.put(COMPANY, "customerTransaction",
                values("voucherJournalNo", 1, "auditNo", 1, "invoiceNo", "unreadable" + seed));
        sandbox.put(COMPANY, "orderLine",
                values("orderNo", 1, "lineNo", 1, "quantity", new BigDecimal(BigInteger.TEN.pow(145_000))));
        sandbox.put(COMPANY, "associate", values("associateNo", seed, "name", "nul \u0000"));
        sandbox.put(COMPANY, "associate", values("associateNo", seed + 10, "name", "half a pair"));
        sandbox.put(COMPANY, "associate", values("associateNo", seed + 20, "customerNo", 77_777));
        sandbox.put(COMPANY, "product", values("productNo", "nul \u0000", "description", "a key"));
        sandbox.put(COMPANY, "product", values("productNo", LONG_KEY, "description", "a key"));
        sandbox.put(COMPANY, "product", values("productNo", "refused", "description", "poison"));
        sandbox.put(COMPANY, "generalLedgerTransaction",
                values("voucherJournalNo", 1, "auditNo", 1, "description", "poison"));
        sandbox.delete(COMPANY, "generalLedgerAccount", Map.of("accountNo", seed));
    }

    /** Sending and looking up, in one lane. */
    private void push(int seed) {
        push("orders", "exponent" + seed, "{\"exchangeRate\": 1e99999999999}", 0);
        push("orders", "surrogate" + seed, "{\"information1\": \"\\ud83d\"}", 1);
        push("numbers", "1e99999999" + seed, "{\"name\": \"" + seed + "\"}", 2);
        // it is made, and found, and neither can be read
        push("orders", "unreadable" + seed, "{\"customerNo\": 1}", 3);
    }

    private void push(String push, String key, String payload, int group) {
        database.execute("select nxt_sync.push('" + push + "', '" + key + "', '" + payload + "', grp => '"
                + groups.get(group) + "')");
    }

    /** Keys that no target holds, and those of rows that a trigger refuses and that cannot be read. */
    private void hook(Sandbox sandbox, Daemon daemon, int seed) {
        // a row that alone is refused is at fault once its table has taken another
        order(sandbox, daemon, seed + 10, "by a webhook " + seed);
        await().atMost(A_MINUTE).until(() -> database
                .number("select count(*) from nxt.hooked where information1 = 'by a webhook " + seed + "'") == 1);
        order(sandbox, daemon, seed, "poison");
        order(sandbox, daemon, seed + 20, "unreadable" + seed);
        // a key of which it is clear at once that no row has it may be refused
        for (Object key : List.of(99_999_999_999L, new BigDecimal("1e400"), "nul \u0000")) {
            assertThat(Hooks.post(daemon, sandbox.eventBody(COMPANY, "order", Map.of("orderNo", key), "UPDATE")))
                    .as("a notice of %s", key).isIn(202, 400);
        }
        for (String key : List.of("nul \u0000", LONG_KEY)) {
            assertThat(Hooks.post(daemon, sandbox.eventBody(COMPANY, "product", Map.of("productNo", key), "UPDATE")))
                    .isIn(202, 400);
        }
    }

    private static void order(Sandbox sandbox, Daemon daemon, int number, String information) {
        sandbox.put(COMPANY, "order", values("orderNo", number, "information1", information));
        assertThat(Hooks.post(daemon, sandbox.eventBody(COMPANY, "order", Map.of("orderNo", number), "UPDATE")))
                .isEqualTo(202);
    }

    private void isNamed(Daemon daemon, int seed) {
        long from = System.nanoTime();
        await().atMost(A_MINUTE).pollInterval(Duration.ofMillis(500)).untilAsserted(() -> {
            String well = daemon.get("/q/health/well").body();
            assertThat(well).contains("pull spoilt, in companies (answer_unreadable)",
                    "rows of wares set aside (rows_set_aside)", "rows of checked set aside (rows_set_aside)",
                    "rows of accounts set aside (rows_set_aside)", "rows of hooked set aside (rows_set_aside)",
                    "rows of people set aside (rows_set_aside)", "rows of lines set aside (rows_set_aside)",
                    "rows of goods set aside (rows_set_aside)", "keys of hooked set aside (keys_set_aside)",
                    "push orders, dead letters (dead_letters)", "push numbers, dead letters (dead_letters)");
            assertThat(database
                    .rows("select job || ' ' || count(*) as faults from nxt_sync.row_fault group by job order by job")
                    .toString())
                    .isEqualTo("[{faults=accounts 1}, {faults=checked 1}, {faults=goods 2}, {faults=hooked 1}, "
                            + "{faults=lines 1}, {faults=people 3}, {faults=wares 3}]");
            assertThat(database.rows("select distinct substring(reason for 28) as words from nxt_sync.row_fault "
                    + "where job in ('accounts', 'checked', 'hooked')"))
                    .containsExactly(Map.of("words", "the target table refuses it:"));
            assertThat(database.rows("select key from nxt_sync.outbox where state = 'dead' order by id"))
                    .extracting(row -> row.get("key"))
                    .contains("exponent" + seed, "surrogate" + seed, "1e99999999" + seed);
            assertThat(well.contains("push orders, 5280001 (") || database.number(
                    "select count(*) from nxt_sync.outbox where state = 'dead' and key like 'unreadable%'") == 1)
                    .as("the row that cannot be looked up, in %s", well).isTrue();
        });
        Size.figure("a poison at every station, all named %.1f s after the last was laid",
                (System.nanoTime() - from) / 1e9);
    }

    /** In the same tables, in other tables of the same company, in another company and in other groups of the lane. */
    private void neighboursGoOn(Sandbox sandbox, Daemon daemon, int seed) {
        String what = "beside " + seed;
        for (int company : List.of(COMPANY, OTHER)) {
            sandbox.put(company, "associate", values("associateNo", 2_000, "name", what));
            sandbox.put(company, "orderLine", values("orderNo", 2_000, "lineNo", 1, "description", what));
            sandbox.put(company, "product", values("productNo", what, "description", what));
            sandbox.put(company, "timeless", values("timelessNo", 2_000, "name", what));
            sandbox.put(company, "generalLedgerTransaction",
                    values("voucherJournalNo", 2_000, "auditNo", 1, "description", what));
            sandbox.put(company, "generalLedgerAccount", values("accountNo", 2_000, "name", what));
        }
        sandbox.put(OTHER, "customerTransaction", values("voucherJournalNo", 2_000, "auditNo", 1, "invoiceNo", what));
        order(sandbox, daemon, 30, what);
        for (int i = 4; i < groups.size(); i++) {
            push("orders", what + i, "{\"customerNo\": 1}", i);
            push("numbers", Integer.toString(1_000_000 + seed * 100 + i), "{\"name\": \"" + what + "\"}", i);
        }
        await().atMost(A_MINUTE).pollInterval(Duration.ofMillis(500)).untilAsserted(() -> {
            for (String pull : PULLS.keySet()) {
                for (int company : List.of(COMPANY, OTHER)) {
                    if (pull.equals("hooked") ? company == COMPANY : company == OTHER || BY_ROW.contains(pull)) {
                        assertThat(database.number("select count(*) from nxt." + pull + " t where nxt_company = "
                                + company + " and to_jsonb(t)::text like '%" + what + "%'")).as(pull + ", " + company)
                                .isPositive();
                    }
                }
            }
            assertThat(database.rows("select key, state, error from nxt_sync.outbox where state <> 'done' and grp in ('"
                    + String.join("', '", groups.subList(4, groups.size())) + "')")).isEmpty();
        });
    }

    private void cure(Sandbox sandbox, Daemon daemon, int seed) {
        database.execute("drop trigger refuse on nxt.wares; drop trigger refuse on nxt.hooked; drop table public.note");
        database.execute("alter table nxt.checked drop constraint sound");
        for (var row : List.of(Map.of("associateNo", seed, "name", "sound"),
                Map.of("associateNo", seed + 10, "name", "sound"), Map.of("associateNo", seed + 20, "customerNo", 7))) {
            sandbox.put(COMPANY, "associate", Map.copyOf(row));
        }
        sandbox.put(COMPANY, "orderLine", values("orderNo", 1, "lineNo", 1, "quantity", BigDecimal.ONE));
        sandbox.delete(COMPANY, "product", Map.of("productNo", "nul \u0000"));
        sandbox.delete(COMPANY, "product", Map.of("productNo", LONG_KEY));
        sandbox.put(COMPANY, "customerTransaction",
                values("voucherJournalNo", 1, "auditNo", 1, "invoiceNo", "readable"));
        order(sandbox, daemon, seed, "sound");
        order(sandbox, daemon, seed + 20, "sound");
        // which would be in an hour, or by the next reconciliation
        database.execute("update nxt_sync.inbox set next_at = null where attempts >= 5");
        sandbox.spoilAnswers("", "");
        await().atMost(A_MINUTE).until(() -> {
            // a row that failed alone four times would be looked for up to 80 s later
            database.execute("update nxt_sync.outbox set next_at = clock_timestamp() "
                    + "where state = 'in_doubt' and next_at > clock_timestamp()");
            database.execute("update nxt_sync.outbox set state = 'discarded' where state = 'dead'");
            return database
                    .number("select count(*) from nxt_sync.outbox where state not in ('done', 'discarded')") == 0;
        });
    }
}
