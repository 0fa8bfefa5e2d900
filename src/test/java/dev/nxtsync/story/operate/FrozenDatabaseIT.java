package dev.nxtsync.story.operate;

import static dev.nxtsync.story.Pulls.loaded;
import static dev.nxtsync.story.Pulls.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.story.Hooks;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/** A server that takes connections and statements and answers none, which nobody is told of. */
@Tag("operate")
class FrozenDatabaseIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration FROZEN = Size.of(Duration.ofSeconds(12), Duration.ofMinutes(3));

    private final TestDatabase database = TestDatabase.createElsewhere();

    @Test
    void aDatabaseThatStandsStillStopsWhatNeedsItAndNothingElseAndAllHealsWhenItGoesOn() throws Exception {
        try (var sandbox = new Sandbox(Hooks.options(20).withTokenLifetime(Duration.ofSeconds(8)))) {
            aMigrationTakesLongerThanAnyAnswerDoes();
            try (var daemon = Hooks.daemon(sandbox, database).with("NXT_PULLS_GOODS_TABLE", "product")
                    .with("NXT_PULLS_GOODS_EVERY", "1s").with("NXT_OPERATOR_KEY", Daemon.OPERATOR)
                    .with("NXT_PULLS_GOODS_COMPANIES", Hooks.COMPANY).start()) {
                await().atMost(SOON).until(() -> daemon.get("/q/health/live").status() == 200);
                loaded(daemon, database, 2);
                assertThat(daemon.output()).doesNotContain("cannot be used");
                theHeartbeatGoesOnWhileClaimsHang();
                standsStill(daemon, sandbox);
                arrives(sandbox, "after it");
                assertThat(daemon.get("/q/health/ready").status()).isEqualTo(200);
                assertThat(daemon.output()).doesNotContain("ERROR");
                Size.figure("PostgreSQL stood still for %d s, and the daemon went on", FROZEN.toSeconds());
            }
        }
    }

    private void aMigrationTakesLongerThanAnyAnswerDoes() {
        database.execute("""
                create table public.slow (id int primary key);
                insert into public.slow values (1);
                create function public.slowly() returns event_trigger language plpgsql as $$ begin
                    if exists (select from public.slow) then
                        delete from public.slow;
                        perform pg_sleep(12);
                    end if;
                end $$;
                create event trigger slowly on ddl_command_start when tag in ('CREATE VIEW')
                    execute function public.slowly()""");
    }

    /** Otherwise others would take over what it holds, after 16 s. */
    private void theHeartbeatGoesOnWhileClaimsHang() {
        database.execute("""
                create table public.shut (id int primary key);
                insert into public.shut values (1);
                create function public.hang() returns trigger language plpgsql as
                $$ begin
                    while exists (select from public.shut) loop perform pg_sleep(0.1); end loop;
                    return new;
                end $$;
                create trigger hang before update on nxt_sync.job for each row execute function public.hang()""");
        await().atMost(SOON)
                .until(() -> database.number("select count(*) from pg_stat_activity where wait_event = 'PgSleep'") > 0);
        await().during(Duration.ofSeconds(17)).atMost(Duration.ofSeconds(40)).until(() -> database
                .number("select extract(epoch from clock_timestamp() - max(beat_at))::int from nxt_sync.replica") < 16);
        database.execute("delete from public.shut");
        database.execute("drop trigger hang on nxt_sync.job");
    }

    private void standsStill(Daemon daemon, Sandbox sandbox) {
        arrives(sandbox, "before it");
        double renewals = renewals(daemon);
        String resume = "/api/pulls/goods/resume";
        assertThat(daemon.operator("POST", resume, Daemon.OPERATOR).status()).isEqualTo(202);
        try (var frozen = database.freeze()) {
            assertThat(frozen.postmaster().isAlive()).isTrue();
            // by a connection that is there already, and so finds nothing amiss until no answer comes
            var told = CompletableFuture.supplyAsync(() -> daemon.operator("POST", resume, Daemon.OPERATOR).status());
            await().atMost(SOON).until(told::isDone);
            assertThat(told.join()).isEqualTo(503);
            await().atMost(SOON).until(() -> daemon.get("/q/health/ready").status() == 503);
            byte[] event = sandbox.eventBody(Hooks.COMPANY, "order", values("orderNo", 1), "UPDATE");
            await().during(FROZEN).atMost(FROZEN.plus(SOON)).pollInterval(Duration.ofSeconds(1))
                    .until(() -> daemon.get("/q/health/live").status() == 200
                            && daemon.get("/q/health/ready").status() == 503 && Hooks.post(daemon, event) == 503);
        }
        await().atMost(SOON).until(() -> daemon.get("/q/health/ready").status() == 200);
        assertThat(renewals(daemon)).as("which need no database").isGreaterThan(renewals);
    }

    private static double renewals(Daemon daemon) {
        return daemon.metric("nxt_token_renewals_total", "outcome=\"ok\"");
    }

    private void arrives(Sandbox sandbox, String text) {
        sandbox.put(Hooks.COMPANY, "product", values("productNo", "a00001", "description", text));
        await().atMost(SOON).until(
                () -> text.equals(database.value("select description from nxt.product where product_no = 'a00001'")));
    }
}
