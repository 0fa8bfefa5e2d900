package dev.nxtsync.status;

import static java.util.stream.Collectors.joining;

import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.config.Settings;

/**
 * The body of a notice in the form that its receiver takes. Texts for people are elements that neither Slack nor Teams looks
 * for markup in, so that nothing in them needs to be escaped, but for the plain text beside Slack's.
 */
final class NoticeForm {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Teams takes 28 kB. */
    private static final int MOST = 10;

    private NoticeForm() {}

    /** @param isBold whether it stands out */
    private record TextRun(String text, boolean isBold) {}

    /** @param standard as {@link NoticeMessage} makes it */
    static String of(Settings.NoticeFormat format, String standard) {
        return switch (format) {
            case STANDARD -> standard;
            case SLACK -> slack(read(standard)).toString();
            case TEAMS -> teams(read(standard)).toString();
        };
    }

    /** An incoming webhook's message, of one block of rich text, and the same as plain text for what shows no blocks. */
    private static ObjectNode slack(JsonNode message) {
        String plain = paragraphs(message).stream().map(each -> each.stream().map(TextRun::text).collect(joining()))
                .collect(joining("\n"));
        ObjectNode slack = JSON.createObjectNode().put("text", escaped(plain)).put("mrkdwn", false);
        ArrayNode sections = slack.putArray("blocks").addObject().put("type", "rich_text").putArray("elements");
        for (List<TextRun> paragraph : paragraphs(message)) {
            ArrayNode section = sections.addObject().put("type", "rich_text_section").putArray("elements");
            for (TextRun each : paragraph) {
                ObjectNode element = section.addObject().put("type", "text").put("text", each.text());
                if (each.isBold()) {
                    element.putObject("style").put("bold", true);
                }
            }
            section.addObject().put("type", "text").put("text", "\n");
        }
        return slack;
    }

    /** The message that a workflow of Teams takes, with an Adaptive Card. */
    private static ObjectNode teams(JsonNode message) {
        ObjectNode teams = JSON.createObjectNode().put("type", "message");
        ObjectNode card = teams.putArray("attachments").addObject()
                .put("contentType", "application/vnd.microsoft.card.adaptive").putNull("contentUrl")
                .putObject("content").put("$schema", "http://adaptivecards.io/schemas/adaptive-card.json")
                .put("type", "AdaptiveCard").put("version", "1.4");
        card.putObject("msteams").put("width", "Full");
        ArrayNode body = card.putArray("body");
        for (List<TextRun> paragraph : paragraphs(message)) {
            ArrayNode inlines = body.addObject().put("type", "RichTextBlock").putArray("inlines");
            for (TextRun each : paragraph) {
                ObjectNode run = inlines.addObject().put("type", "TextRun").put("text", each.text());
                if (each.isBold()) {
                    run.put("weight", "Bolder");
                }
            }
        }
        return teams;
    }

    private static String title(JsonNode message) {
        JsonNode open = message.path("data").path("open");
        if (open.isMissingNode()) {
            return "nxt-sync: There is trouble.";
        }
        return "nxt-sync: " + (open.asLong() == 0
                ? "All is well."
                : open.asLong() == 1 ? "There is 1 finding." : "There are " + open + " findings.");
    }

    private static List<List<TextRun>> paragraphs(JsonNode message) {
        JsonNode data = message.path("data");
        var paragraphs = new ArrayList<List<TextRun>>();
        paragraphs.add(List.of(new TextRun(title(message), true)));
        data.path("begun")
                .forEach(
                        each -> paragraphs
                                .add(List.of(new TextRun(each.path("subject").asText(), true),
                                        new TextRun(
                                                " (" + each.path("code").asText() + ", since "
                                                        + time(each.path("since").asText()) + ")\n" + reason(each),
                                                false))));
        data.path("ended").forEach(each -> paragraphs.add(List.of(
                new TextRun("Over: " + each.path("subject").asText(), true),
                new TextRun(" (" + each.path("code").asText() + ", since " + time(each.path("since").asText()) + ")",
                        false))));
        int all = paragraphs.size() - 1 + data.path("more").asInt();
        if (all > MOST) {
            paragraphs.subList(MOST + 1, paragraphs.size()).clear();
            paragraphs.add(List.of(
                    new TextRun("And " + (all - MOST) + " more. The command status lists what is wrong now.", false)));
        }
        return paragraphs;
    }

    /** With what to do, which most reasons end with. */
    private static String reason(JsonNode finding) {
        String reason = finding.path("reason").asText();
        String next = finding.path("next_step").asText();
        return reason.contains(next) ? reason : reason + " " + next;
    }

    private static String time(String iso) {
        return Instant.parse(iso).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Of Slack's three characters of control. */
    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static JsonNode read(String standard) {
        try {
            return JSON.readTree(standard);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
