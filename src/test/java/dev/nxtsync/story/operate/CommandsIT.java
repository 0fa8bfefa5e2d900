package dev.nxtsync.story.operate;

import static dev.nxtsync.story.Pulls.loaded;
import static dev.nxtsync.story.Pulls.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.SignIns;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

@Tag("operate")
class CommandsIT {
    private static final int COMPANY = 5_280_001;

    @Test
    void aPersonPlansPullsVerifiesAndResetsBesideTheDaemon() throws Exception {
        var database = TestDatabase.create();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(2)
                .withRows(Map.of("associate", 5000)))) {
            var builder = Daemon.on(sandbox.url(), database).with("NXT_PULLS_PEOPLE_TABLE", "associate")
                    .with("NXT_PULLS_PEOPLE_EVERY", "24h")
                    // else the daemon would mend what verify finds
                    .with("NXT_PULLS_PEOPLE_PROVE", "off");
            var plan = builder.run(0, "plan");
            assertThat(plan).containsPattern("people +5280001 +5000 +[0-9.]+ +5 +[0-9.]+-[0-9.]+\\s")
                    .containsPattern("people +5280002 +500 ")
                    .containsPattern("all +5500 +[0-9.]+ +6 +[0-9.]+-[0-9.]+\\s").contains("At 540 requests a minute");
            assertThat(sandbox.counter("requests_plan")).as("one question for each company").isEqualTo(2);
            assertThat(sandbox.counter("requests_measure")).as("and a page of the largest table").isEqualTo(1);
            assertThat(database.count("nxt_sync.job")).as("nothing was written").isZero();

            try (var daemon = builder.command().start()) {
                loaded(daemon, database, 2);
                sandbox.put(COMPANY, "associate", values("associateNo", 5, "name", "changed"));
                sandbox.delete(COMPANY, "associate", values("associateNo", 7));
                assertThat(builder.run(3, "verify", "people")).contains("DIFFERENT  people, company 5280001")
                        .contains("(different)").contains("different: 5").contains("no longer in Business NXT: 7")
                        .as("what follows from that alone is not told").doesNotContain("sum of")
                        .contains("ok         people, company 5280002: 500 rows, equal");
                assertThat(builder.run(0, "pull", "people"))
                        .containsPattern(
                                "ok +people, company 5280001: poll, \\d+ rows? read, 1 written, 0 deleted, 1 request")
                        .containsPattern("ok +people, company 5280002: poll");
                assertThat(builder.run(0, "pull", "people", "--confirm-deletes", "--company", "5280001"))
                        .contains("1 deleted");
                assertThat(Mirror.differences(sandbox, database, COMPANY, "associate")).isEmpty();
                assertThat(builder.run(0, "verify", "people")).contains("4999 rows, equal in key, change stamp");

                // silently changed rows, which only a re-read shows
                database.execute(
                        "update nxt.associate set name = 'spoilt' where associate_no in (5, 6) and nxt_company = "
                                + COMPANY);
                assertThat(builder.run(0, "pull", "people", "--since", "2026-11-01", "--company", "5280001"))
                        .containsPattern("load, 1 row read, 1 written");
                assertThat(builder.run(0, "pull", "people", "--full", "--company", "5280001"))
                        .containsPattern("load, 4999 rows read, 1 written");
                assertThat(Mirror.differences(sandbox, database, COMPANY, "associate")).isEmpty();

                String rows = database
                        .value("select string_agg(ctid::text, ',' order by associate_no) from nxt.associate");
                sandbox.holdRequestsWith("load_associate");
                assertThat(builder.run(0, "reset", "people")).contains("begins anew in 2 companies");
                await().atMost(Duration.ofSeconds(60)).until(() -> sandbox.held() > 1);
                assertThat(builder.run(3, "pull", "people")).contains("its load is under way on ").contains(" since ")
                        .contains("(unit_taken)");
                sandbox.release();
                await().atMost(Duration.ofSeconds(60)).until(() -> database.number(
                        "select count(*) from nxt_sync.freshness where state = 'ok' and complete_as_of is not null") == 2);
                assertThat(
                        database.value("select string_agg(ctid::text, ',' order by associate_no) from nxt.associate"))
                        .as("the rows stay, and equal ones are not rewritten").isEqualTo(rows);
                assertThat(builder.run(3, "pull", "people", "--company", "7"))
                        .contains("it does not read 7, only 5280001");
            }
        }
    }

    @Test
    void whoSignsInForAServiceIsToldThatNobodyNeedDoSo() throws Exception {
        assertThat(Daemon.alone().with("NXT_CONNECTIONS_ANNA_KIND", "user").with("NXT_CONNECTIONS_ANNA_CLIENT_ID", "a")
                .with("NXT_CONNECTIONS_ANNA_CLIENT_SECRET", "secret").with("NXT_PUBLIC_URL", "https://nxt.example.com")
                .with("NXT_ENCRYPTION_KEY", SignIns.KEY).run(2, "sign-in", "main"))
                .contains("The connection \"main\" acts as a service, so nobody signs in for it.");
    }
}
