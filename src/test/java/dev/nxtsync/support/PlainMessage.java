package dev.nxtsync.support;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** What makes a message hard to read, and is found without understanding it. */
public final class PlainMessage {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NOUNS = "bytes|calls|characters|columns|companies|connections|customers|daemons|events|failures"
            + "|findings|hours|keys|migrations|minutes|notices|problems|pulls|pushes|records|requests|rows|runs|seconds|settings"
            + "|tables|texts|times|webhooks";

    /** What a rule refuses, and by what that is found. */
    private record Rule(String refused, Pattern found) {
        Rule(String refused, String found) {
            this(refused, Pattern.compile(found));
        }
    }

    private static final List<Rule> RULES = List.of(
            new Rule("a full stop after another mark", "[?!]\\.|(?<!\\.)\\.\\.(?![./])"),
            new Rule("a plural in brackets", "\\w\\(e?s\\)"),
            new Rule("a plural of one", "(?<![\\w.,:+-])1 (?:" + NOUNS + ")\\b"),
            new Rule("a record or map of Java", "\\[\\w+=|\\{[\\w.-]+=(?!\")"),
            new Rule("a list of Java", "(?<=\\s)(?<!\": )\\[(?:\\d+|[a-z][\\w-]*(?=,))(?:, [\\w-]+)*\\]"),
            new Rule("the name of a class",
                    "\\b(?:dev\\.nxtsync|javax?|jakarta|org|com|io)(?:\\.[a-z]\\w*)+\\.[A-Z]\\w+"),
            new Rule("milliseconds", "\\b\\d+ ms\\b"),
            new Rule("a variable with dots in its name", "NXT_[A-Z_]*(?:…|\\.\\.\\.)"),
            new Rule("two times of the next attempt", "next attempt is in .*[Tt]ried again in"));

    /** What is not of ours: what libraries and the sandbox say, and the places of a fault. */
    private static final Pattern THROWN = Pattern.compile(": dev\\.nxtsync\\.error\\.RedactedFault.*");
    private static final Pattern OF_OTHERS = Pattern.compile(
            "^\\s*at |^\\s*\\.\\.\\. \\d+ more|^\\s*(?:Caused by|Suppressed): |^[\\w.$]+(?:Exception|Error|Fault)\\b|Installed features: |HTTP Request to |\\[Error Occurred After Shutdown\\]|Thread Thread\\[|^\\S+ \\S+ (?:DEBUG|TRACE) |^\\[[\\d.]+s\\]");

    private static final Pattern NOT_SHOWN = Pattern.compile("(?s)<style>.*?</style>|<[^>]*>");

    private PlainMessage() {}

    /** What is wrong with a text of ours; empty if nothing is. */
    public static Optional<String> flaw(String text) {
        for (Rule rule : RULES) {
            Matcher found = rule.found().matcher(text);
            if (found.find()) {
                return Optional.of(rule.refused() + " (" + found.group() + ") in: " + text);
            }
        }
        return Optional.empty();
    }

    /** The same of what a daemon or a command has written, by line. */
    public static List<String> flaws(String output) {
        return output.lines().filter(line -> !OF_OTHERS.matcher(line).find()).map(PlainMessage::message)
                .flatMap(line -> flaw(line).stream()).limit(20).toList();
    }

    /** The same of every text with words in an answer in JSON. */
    public static List<String> flawsIn(String json) {
        try {
            return texts(JSON.readTree(json)).filter(text -> text.contains(" ")).flatMap(text -> flaw(text).stream())
                    .toList();
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    /** The same of every text that a page in HTML shows. */
    public static List<String> flawsOnPage(String html) {
        return flaws(NOT_SHOWN.matcher(html).replaceAll("\n").replace("&lt;", "<").replace("&gt;", ">")
                .replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&"));
    }

    /** Fails if there is a flaw. */
    static void refuse(List<String> flaws) {
        if (!flaws.isEmpty()) {
            throw new AssertionError("written, but hard to read:\n" + String.join("\n", flaws));
        }
    }

    private static Stream<String> texts(JsonNode node) {
        return node.isTextual()
                ? Stream.of(node.textValue())
                : StreamSupport.stream(node.spliterator(), false).flatMap(PlainMessage::texts);
    }

    /** Of a line of the log in its form for programs, what is for people. */
    private static String message(String line) {
        try {
            return line.startsWith("{")
                    ? JSON.readTree(line).path("message").asText()
                    : THROWN.matcher(line).replaceFirst("");
        } catch (JsonProcessingException e) {
            return line;
        }
    }
}
