package dev.nxtsync.story.pull;

import static dev.nxtsync.story.Pulls.loaded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

@Tag("pull")
class QuietCostsIT {
    private static final List<String> TABLES = List.of("associate", "product", "orderLine", "generalLedgerAccount",
            "generalLedgerTransaction");
    private static final int COMPANIES = Size.of(20, 500);
    private static final Duration EVERY = Size.of(Duration.ofSeconds(4), Duration.ofMinutes(2));

    private final TestDatabase database = TestDatabase.migrated();

    /** What a daemon commits while nothing is due counts at full size only: it is the same for one company. */
    @Test
    void aPollThatFindsNothingTakesThreeCommitsAtMost() throws IOException {
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(COMPANIES)
                .withTokenLifetime(Duration.ofHours(1)).withRows(Map.of("associate", 50, "product", 50, "orderLine", 50,
                        "generalLedgerAccount", 50, "generalLedgerTransaction", 50)))) {
            var builder = Daemon.on(sandbox.url(), database).jvm("-Xmx96m").with("NXT_OPERATOR_KEY", Daemon.OPERATOR);
            Size.of(List.<String>of(), Files.readAllLines(Path.of("image", "jvm-options"))).forEach(builder::jvm);
            for (String table : TABLES) {
                String name = "NXT_PULLS_" + table.toUpperCase(Locale.ROOT);
                // control totals are no polls, and come a minute after the loads
                builder.with(name + "_TABLE", table).with(name + "_EVERY", EVERY.toSeconds() + "s")
                        .with(name + "_PROVE", "off");
            }
            try (var daemon = builder.start()) {
                loaded(daemon, database, COMPANIES * TABLES.size());
                polls(sandbox, 2 * COMPANIES);
                var busy = new Span(daemon, sandbox);
                polls(sandbox, Size.of(5, 3) * COMPANIES);
                busy.end();
                TABLES.forEach(table -> assertThat(daemon
                        .operator("POST", "/api/pulls/" + table.toLowerCase(Locale.ROOT) + "/pause", Daemon.OPERATOR)
                        .status()).isEqualTo(202));
                await().atMost(EVERY.multipliedBy(3).plusSeconds(30)).untilAsserted(() -> assertThat(database.rows("""
                        select company, holder, due_at, retry_at, wanted, served, now() from nxt_sync.job
                        where kind = 'poll' and (holder is not null or due_at < now() + interval '5 min')
                        order by id limit 5""")).isEmpty());
                // PostgreSQL counts what a session has committed ten seconds later
                nothing(sandbox, Duration.ofSeconds(12));
                var idle = new Span(daemon, sandbox);
                nothing(sandbox, Size.of(Duration.ofSeconds(15), Duration.ofMinutes(1)));
                idle.end();
                double all = busy.commits / busy.polls;
                double each = (busy.commits - idle.commits / idle.minutes * busy.minutes) / busy.polls;
                Size.figure(
                        "%d companies x %d tables, quiet: %.0f polls a minute, %.0f commits a minute and %.2f s of CPU, of "
                                + "which %.0f and %.2f s without any poll; %.2f commits a poll, %.2f with what a daemon does anyway; "
                                + "%d MB resident",
                        COMPANIES, TABLES.size(), busy.polls / busy.minutes, busy.commits / busy.minutes,
                        busy.cpu / busy.minutes, idle.commits / idle.minutes, idle.cpu / idle.minutes, each, all,
                        daemon.residentMemory() / 1_000_000);
                assertThat(Size.of(each, all)).isLessThanOrEqualTo(3.0);
            }
        }
    }

    private static void polls(Sandbox sandbox, int count) {
        long before = sandbox.counter("requests_poll");
        await().atMost(EVERY.multipliedBy(10)).pollInterval(Duration.ofMillis(100))
                .until(() -> sandbox.counter("requests_poll") >= before + count);
    }

    /** Waits, while nothing is polled. */
    private static void nothing(Sandbox sandbox, Duration length) {
        long before = sandbox.counter("requests_poll");
        await().atMost(length.plusSeconds(30)).pollInterval(Duration.ofSeconds(1)).during(length)
                .until(() -> sandbox.counter("requests_poll") == before);
    }

    /** What happens in a while. */
    private final class Span {
        private final Daemon daemon;
        private final Sandbox sandbox;
        private double minutes = -now();
        private double cpu;
        private double polls;
        private double commits;

        Span(Daemon daemon, Sandbox sandbox) {
            this.daemon = daemon;
            this.sandbox = sandbox;
            add(-1);
        }

        void end() {
            minutes += now();
            add(1);
        }

        private void add(int sign) {
            cpu += sign * daemon.cpu().toMillis() / 1000.0;
            polls += sign * (double) sandbox.counter("requests_poll");
            commits += sign * (double) commits();
        }

        private static double now() {
            return System.nanoTime() / 60e9;
        }
    }

    private long commits() {
        return database.number("select xact_commit from pg_stat_database where datname = current_database()");
    }
}
