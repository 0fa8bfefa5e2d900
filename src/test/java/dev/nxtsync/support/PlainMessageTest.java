package dev.nxtsync.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainMessageTest {
    @ParameterizedTest
    @ValueSource(strings = {"did you mean customerNo?.", "It is gone.. Try again.", "1 connection(s), 2 push(es)",
            "1 rows wait for a person", "done in 1 minutes", "It sees [Customer[number=1111222, name=A]].",
            "These companies, by customer: {1111222=5280001 A}", "a webhook with {event-id=7}",
            "The client id does not see [77] of COMPANIES.", "one of [a, b]", "failed: java.lang.NullPointerException",
            "dev.nxtsync.pull.state.PullState$Health is not usable", "The next attempt is in 50894 ms.",
            "set NXT_PULLS_…_TARGET", "The next attempt is in 5 s. Tried again in 0 s."})
    void aTextThatIsHardToReadIsRefused(String text) {
        assertThat(PlainMessage.flaw(text)).isPresent();
        assertThat(PlainMessage.flaws("All is well.\n" + text)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"did you mean customerNo?",
            "There is no pull x; did you mean y? Correct NXT_PULLS_X_TABLE.", "1 row waits", "21 rows wait",
            "0.1 rows/s", "in 1 s with 1 request", "nxt_pull_lag_seconds{job=\"orders\"}",
            "orderLines[0].productNo: is missing", "a list is expected: [ ... ]", "see ../config, or docs/errors.md",
            "{\"key\": [77], \"name\": \"a\"}", "run: java -jar quarkus-run.jar adopt",
            "https://connect.visma.com answers", "at most 3 requests (s. docs)"})
    void aTextThatIsEasyToReadPasses(String text) {
        assertThat(PlainMessage.flaw(text)).isEmpty();
    }

    @Test
    void linesOfOthersAreNotJudged() {
        assertThat(PlainMessage.flaws("""
                2026-11-28 07:06:28,511 INFO  Installed features: [agroal, cdi]
                dev.nxtsync.error.RedactedFault: java.lang.IllegalStateException
                \tat dev.nxtsync.pull.Poll.run(Poll.java:7)
                Caused by: dev.nxtsync.error.RedactedFault: java.io.IOException
                \t... 12 more
                """)).isEmpty();
    }

    @Test
    void everyTextOfAnAnswerIsJudged() {
        assertThat(PlainMessage.flawsIn("{\"status\": 409, \"errors\": [{\"detail\": \"There are 1 rows.\"}]}"))
                .hasSize(1);
        assertThat(PlainMessage.flawsIn("{\"detail\": \"There is 1 row.\", \"key\": \"[77]\"}")).isEmpty();
    }

    @Test
    void whatAPageShowsIsJudgedAndNotHowItLooks() {
        String page = "<html><style>p { margin: 1 rows }</style><h1 class='1 rows'>Well</h1><dd>%s &amp; more</dd></html>";
        assertThat(PlainMessage.flawsOnPage(page.formatted("1 row"))).isEmpty();
        assertThat(PlainMessage.flawsOnPage(page.formatted("1 rows"))).hasSize(1);
    }

    @Test
    void whoeverIsToldByNoticesFailsOnOneThatIsHardToRead() throws Exception {
        for (String text : List.of("There is 1 row.", "There are 1 rows.")) {
            var receiver = new NoticeReceiver();
            HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(URI.create(receiver.url()))
                            .POST(HttpRequest.BodyPublishers.ofString("{\"text\": \"" + text + "\"}")).build(),
                            HttpResponse.BodyHandlers.discarding());
            if (text.contains("1 rows")) {
                assertThatThrownBy(receiver::close).isInstanceOf(AssertionError.class).hasMessageContaining("1 rows");
            } else {
                receiver.close();
            }
        }
    }

    @Test
    void ofALogForProgramsTheMessageIsJudged() {
        String line = "{\"loggerName\":\"dev.nxtsync.pull.Poll\",\"message\":\"%s\"}";
        assertThat(PlainMessage.flaws(line.formatted("1 row"))).isEmpty();
        assertThat(PlainMessage.flaws(line.formatted("1 rows"))).hasSize(1);
    }
}
