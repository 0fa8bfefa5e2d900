package dev.nxtsync.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.config.Secret;
import dev.nxtsync.config.Settings.Notice;
import dev.nxtsync.config.Settings.NoticeFormat;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.status.OpenFindings.Change;
import dev.nxtsync.status.OpenFindings.OpenFinding;
import dev.nxtsync.support.NoticeReceiver;
import dev.nxtsync.transport.NetworkFixture;

/** What a receiver gets, by HTTP. */
class NoticeSenderTest {
    private static final Instant NOON = Instant.parse("2026-11-28T12:00:00.5Z");
    private static final String TEXT = "\"It\" is <!channel> & *bold* _or_ [not](http://x) `so`\\";

    private final Vertx vertx = Vertx.vertx();
    private final NoticeReceiver receiver;

    @TempDir
    private Path directory;

    NoticeSenderTest() throws IOException {
        receiver = new NoticeReceiver();
    }

    @AfterEach
    void stop() throws Exception {
        receiver.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    @Test
    void inTheStandardFormABodyIsSentAsItIsAndSigned() {
        String body = NoticeMessage.of(change(finding(TEXT)));
        assertThat(sender(NoticeFormat.STANDARD, true, Optional.empty()).send("one", body)).isEmpty();
        var call = receiver.received().get(0);
        assertThat(call.body()).isEqualTo(body);
        assertThat(call.isSigned()).isTrue();
        assertThat(call.json().path("data").path("begun").get(0).path("reason").asText()).isEqualTo(TEXT);
    }

    /** Rich text is not looked at for markup; in the plain text beside it, three characters are, whatever is turned off. */
    @Test
    void slackGetsRichTextAndPlainTextThatShowEveryCharacterAsItIs() {
        var message = sent(NoticeFormat.SLACK, change(finding(TEXT)));
        String escaped = "\"It\" is &lt;!channel&gt; &amp; *bold* _or_ [not](http://x) `so`\\";
        assertThat(message.path("text").asText()).isEqualTo(
                "nxt-sync: There is 1 finding.\n" + escaped + " (table_unknown, since 2026-11-28T12:00:00Z)\n" + escaped
                        + " " + ErrorCode.TABLE_UNKNOWN.nextStep());
        assertThat(message.path("mrkdwn").asBoolean(true)).isFalse();
        var block = message.path("blocks").get(0);
        assertThat(block.path("type").asText()).isEqualTo("rich_text");
        assertThat(block.path("elements").findValuesAsText("type")).containsOnly("rich_text_section", "text");
        assertThat(String.join("", block.findValuesAsText("text")))
                .isEqualTo("nxt-sync: There is 1 finding.\n" + TEXT + " (table_unknown, since 2026-11-28T12:00:00Z)\n"
                        + TEXT + " " + ErrorCode.TABLE_UNKNOWN.nextStep() + "\n");
        assertThat(block.path("elements").get(1).path("elements").get(0).path("style").path("bold").asBoolean())
                .isTrue();
    }

    @Test
    void teamsGetsAnAdaptiveCardOfRunsOfTextWhichHaveNoMarkup() {
        var message = sent(NoticeFormat.TEAMS, new Change(List.of(), List.of(finding(TEXT)), OptionalLong.of(0), NOON));
        assertThat(message.path("type").asText()).isEqualTo("message");
        var attachment = message.path("attachments").get(0);
        assertThat(attachment.path("contentType").asText()).isEqualTo("application/vnd.microsoft.card.adaptive");
        var card = attachment.path("content");
        assertThat(card.path("type").asText()).isEqualTo("AdaptiveCard");
        assertThat(card.path("body").findValuesAsText("type")).containsOnly("RichTextBlock", "TextRun");
        assertThat(card.path("body").findValuesAsText("text")).containsExactly("nxt-sync: All is well.",
                "Over: " + TEXT, " (table_unknown, since 2026-11-28T12:00:00Z)");
    }

    @Test
    void howManyFindingsThereAreIsNotSaidWhereOnlyTheDatabaseThatIsAwayWouldKnow() {
        var away = new Change(List.of(finding(TEXT)), List.of(), OptionalLong.empty(), NOON);
        assertThat(sent(NoticeFormat.SLACK, away).path("text").asText()).startsWith("nxt-sync: There is trouble.\n");
        assertThat(NoticeMessage.of(away)).contains("\"state\":\"in_trouble\"").doesNotContain("\"open\"");
    }

    @Test
    void aReasonThatEndsWithWhatToDoSaysItOnce() {
        String next = ErrorCode.TABLE_UNKNOWN.nextStep();
        var message = sent(NoticeFormat.SLACK, change(new OpenFinding("pull typo",
                new Problem(ErrorCode.TABLE_UNKNOWN, "There is no table ordr. " + next), NOON)));
        assertThat(message.path("text").asText()).containsOnlyOnce(next);
    }

    @Test
    void ofManyFindingsTheFirstAreToldWithinTheRoomThatTeamsHas() {
        var many = IntStream.range(0, 30).mapToObj(each -> new OpenFinding("pull typo" + each,
                new Problem(ErrorCode.TABLE_UNKNOWN, "é".repeat(600)), NOON)).toList();
        var message = sent(NoticeFormat.TEAMS, new Change(many, many, OptionalLong.of(30), NOON));
        var texts = message.path("attachments").get(0).path("content").path("body").findValuesAsText("text");
        assertThat(texts.get(0)).isEqualTo("nxt-sync: There are 30 findings.");
        assertThat(texts.get(texts.size() - 1)).isEqualTo("And 50 more. The command status lists what is wrong now.");
        assertThat(message.toString().getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(28 * 1024);
    }

    @Test
    void headersOfAFileAreReadAtEachUseAndOnesThatCannotBeSentAreSaidWithoutThem() throws IOException {
        Path file = Files.writeString(directory.resolve("headers"), "Authorization: Bearer one");
        var sender = sender(NoticeFormat.SLACK, false, Optional.of(Secret.in(file)));
        String body = NoticeMessage.of(change(finding(TEXT)));
        assertThat(sender.send("one", body)).isEmpty();
        Files.writeString(file, "Authorization: Bearer two; X-Team: erp\n");
        assertThat(sender.send("two", body)).isEmpty();
        Files.writeString(file, "s3cret");
        assertThat(sender.send("three", body).orElseThrow().message())
                .contains("was not asked, because in NXT_NOTICE_HEADERS header 1 does not begin with a name")
                .doesNotContain("s3cret");
        Files.delete(file);
        assertThat(sender.send("four", body).orElseThrow().message())
                .contains("was not asked, because the secret's file " + file + " cannot be read");
        assertThat(receiver.received()).extracting(call -> call.headers().get("Authorization"))
                .containsExactly("Bearer one", "Bearer two");
        assertThat(receiver.received().get(1).headers()).containsEntry("X-Team", "erp")
                .doesNotContainKey("webhook-signature").containsEntry("webhook-id", "two");
    }

    private JsonNode sent(NoticeFormat format, Change change) {
        assertThat(sender(format, false, Optional.empty()).send("one", NoticeMessage.of(change))).isEmpty();
        return receiver.received().get(0).json();
    }

    private static Change change(OpenFinding begun) {
        return new Change(List.of(begun), List.of(), OptionalLong.of(1), NOON);
    }

    private static OpenFinding finding(String text) {
        return new OpenFinding(text, new Problem(ErrorCode.TABLE_UNKNOWN, text), NOON);
    }

    private NoticeSender sender(NoticeFormat format, boolean signs, Optional<Secret> headers) {
        var key = signs ? Optional.of(Secret.of(NoticeReceiver.KEY)) : Optional.<Secret>empty();
        return new NoticeSender(new Notice(Optional.of(Secret.of(receiver.url())), key, format, headers),
                NetworkFixture.straight(), vertx, Clock.systemUTC(), new SimpleMeterRegistry());
    }
}
