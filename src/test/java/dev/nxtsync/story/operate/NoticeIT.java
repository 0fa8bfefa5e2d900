package dev.nxtsync.story.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Detour;
import dev.nxtsync.support.NoticeReceiver;
import dev.nxtsync.support.TestDatabase;

@Tag("operate")
@Execution(ExecutionMode.CONCURRENT)
class NoticeIT {
    private static final String HEADERS = "Authorization: Bearer t0p-s3cret; X-Team: erp";

    @Test
    void aPersonIsToldOnceOfATroubleThatLastsAndOnceOfItsEndHoweverManyReplicasThereAre() throws Exception {
        var database = TestDatabase.migrated();
        try (var sandbox = sandbox(); var receiver = new NoticeReceiver(); var detour = new Detour(database.port())) {
            detour.open();
            receiver.answer(500);
            var builder = daemon(sandbox, database, receiver).with("NXT_CLIENT_SECRET", "wrong");
            try (var one = builder.start();
                    var two = builder.without("NXT_HTTP_PORT").without("NXT_MANAGEMENT_PORT").start()) {
                await().atMost(Duration.ofSeconds(60)).until(() -> receiver.received().size() == 1);
                await().atMost(Duration.ofSeconds(30)).until(
                        () -> one.get("/q/health/well").body() + two.get("/q/health/well").body(),
                        well -> well.contains("answered HTTP 500") && well.contains("(notice_failed)"));
                receiver.answer(204);
                String first = receiver.received().get(0).id();
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> receiver.taken().stream().anyMatch(each -> each.id().equals(first)));
                assertThat(receiver.taken()).allMatch(NoticeReceiver.Call::isSigned).extracting(NoticeReceiver.Call::id)
                        .doesNotHaveDuplicates();
                JsonNode told = receiver.taken().get(0).json();
                assertThat(told.path("type").asText()).isEqualTo("nxt_sync.state_changed");
                assertThat(told.path("data").path("state").asText()).isEqualTo("in_trouble");
                assertThat(told.path("data").path("begun").findValuesAsText("next_step").toString())
                        .contains("NXT_CLIENT_SECRET");
                assertThat(receiver.codes("begun")).containsExactly("invalid_client");
                assertThat(receiver.codes("ended")).isEmpty();
            }
            try (var mended = builder.with("NXT_CLIENT_SECRET", "demo+secret%/:1").without("NXT_HTTP_PORT")
                    .without("NXT_MANAGEMENT_PORT").with("NXT_DATABASE_URL", database.url(detour.port())).start()) {
                await().atMost(Duration.ofSeconds(90)).until(() -> receiver.codes("ended").size() == 1);
                assertThat(receiver.codes("ended")).containsExactly("invalid_client");
                assertThat(receiver.taken().get(receiver.taken().size() - 1).json().path("data").path("state").asText())
                        .isEqualTo("well");
                detour.shut();
                await().atMost(Duration.ofSeconds(60)).until(() -> receiver.codes("begun").size() == 2);
                assertThat(receiver.codes("begun")).as("that the database is away too")
                        .containsExactly("invalid_client", "database_away");
                assertThat(data(receiver, "begun").has("open")).as("nobody can know").isFalse();
                database.execute("insert into nxt_sync.trouble (subject, code, reason, told_at) "
                        + "values ('pull typo', 'table_unknown', 'There is no table ordr.', now())");
                detour.open();
                await().atMost(Duration.ofSeconds(60)).until(() -> receiver.codes("ended").size() == 2);
                assertThat(receiver.codes("ended")).containsExactly("invalid_client", "database_away");
                assertThat(data(receiver, "ended").path("state").asText()).as("with another finding")
                        .isEqualTo("in_trouble");
                assertThat(data(receiver, "ended").path("open").asInt()).isEqualTo(1);
                assertThat(mended.output()).doesNotContain("s3cret").doesNotContain(NoticeReceiver.KEY);
                assertThat(mended.metric("nxt_notices_total", "ok")).isPositive();
            }
        }
    }

    @Test
    void aNoticeComesInTheFormOfSlackOrTeamsWithHeadersOfOnesOwnThatNobodyElseSees() throws Exception {
        var database = TestDatabase.migrated();
        try (var sandbox = sandbox(); var receiver = new NoticeReceiver()) {
            receiver.answer(500);
            var builder = daemon(sandbox, database, receiver).without("NXT_NOTICE_KEY")
                    .with("NXT_NOTICE_FORMAT", "slack").with("NXT_NOTICE_HEADERS", HEADERS)
                    .with("NXT_PULLS_TYPO_TABLE", "ordr").with("NXT_OPERATOR_KEY", Daemon.OPERATOR)
                    .with("QUARKUS_LOG_LEVEL", "DEBUG").with("QUARKUS_LOG_MIN_LEVEL", "DEBUG");
            try (var daemon = builder.start()) {
                await().atMost(Duration.ofSeconds(60)).until(() -> !receiver.received().isEmpty());
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> daemon.get("/q/health/well").body().contains("answered HTTP 500"));
                String seen = daemon.output() + daemon.get("/q/health/well").body() + daemon.get("/q/metrics").body()
                        + daemon.operator("GET", "/api/status", Daemon.OPERATOR).body();
                assertThat(seen).contains("DEBUG").doesNotContain("s3cret");
            }
            assertThat(receiver.received()).allSatisfy(call -> {
                assertThat(call.headers()).containsEntry("Authorization", "Bearer t0p-s3cret")
                        .containsEntry("X-Team", "erp").containsEntry("Content-Type", "application/json")
                        .doesNotContainKey("webhook-signature");
                assertThat(call.json().path("text").asText()).startsWith("nxt-sync: There is 1 finding.\npull typo (");
                assertThat(call.json().path("blocks").findValuesAsText("text").toString()).contains("pull typo",
                        "table_unknown");
            });
            receiver.answer(202);
            try (var daemon = builder.with("NXT_NOTICE_FORMAT", "teams").start()) {
                await("what waits comes in the form that is set now").atMost(Duration.ofSeconds(60))
                        .until(() -> !receiver.taken().isEmpty());
                var card = receiver.taken().get(0).json().path("attachments").get(0);
                assertThat(card.path("contentType").asText()).isEqualTo("application/vnd.microsoft.card.adaptive");
                assertThat(card.path("content").path("body").findValuesAsText("text").toString())
                        .contains("There is 1 finding.", "pull typo", "table_unknown");
                assertThat(daemon.output()).doesNotContain("s3cret");
            }
        }
    }

    /** Of the notice that the database is away, or that this has ended. */
    private static JsonNode data(NoticeReceiver receiver, String what) {
        return receiver.taken().stream().map(each -> each.json().path("data"))
                .filter(data -> data.path(what).findValuesAsText("code").contains("database_away")).findFirst()
                .orElseThrow();
    }

    private static Sandbox sandbox() {
        return new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withRows(Map.of("associate", 30)));
    }

    private static Daemon.Builder daemon(Sandbox sandbox, TestDatabase database, NoticeReceiver receiver) {
        return Daemon.on(sandbox.url(), database).with("NXT_PULLS_PEOPLE_TABLE", "associate")
                .with("NXT_NOTICE_URL", receiver.url()).with("NXT_NOTICE_KEY", NoticeReceiver.KEY);
    }
}
