package dev.nxtsync;

import static java.util.stream.Collectors.toCollection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A document of the repository, as its readers see it. */
public record MarkdownPage(Path path, String text) {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^ *```(\\w*)\n(.*?)^ *```$");
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#]*)(?:#([^)]*))?\\)");
    private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");

    /** A link to a page of the repository; the page or the anchor is empty where there is none. */
    public record Link(String page, String anchor) {}

    public static MarkdownPage of(String path) {
        try {
            return new MarkdownPage(Path.of(path), Files.readString(Path.of(path)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that are about the product as it is now: the changelog tells of what was. */
    public static List<MarkdownPage> all() {
        try (Stream<Path> files = Files.walk(Path.of("docs"))) {
            return Stream
                    .concat(Stream.of("README.md", "CONTRIBUTING.md", "SECURITY.md"),
                            files.map(Path::toString).filter(file -> file.endsWith(".md")).sorted())
                    .map(MarkdownPage::of).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its blocks of code of one language, in their order. */
    public List<String> blocks(String language) {
        return BLOCK.matcher(text).results().filter(block -> block.group(1).equals(language))
                .map(block -> block.group(2)).toList();
    }

    /** The part below a heading, up to the next one of the same or a higher level. */
    public String section(String heading) {
        var found = Pattern.compile("(?ms)^(#+) " + Pattern.quote(heading) + "$(.*?)(?=^#{1,2} |\\z)").matcher(text);
        if (!found.find()) {
            throw new AssertionError(path + " has no section " + heading);
        }
        return found.group(2);
    }

    public List<Link> links() {
        return LINK.matcher(prose()).results()
                .map(link -> new Link(link.group(1), link.group(2) == null ? "" : link.group(2))).toList();
    }

    /** What stands between backticks in a line. */
    public Set<String> code() {
        return CODE.matcher(prose()).results().map(code -> code.group(1)).collect(toCollection(TreeSet::new));
    }

    /** As GitHub makes them of headings. */
    public Set<String> anchors() {
        return HEADING.matcher(prose()).results().map(heading -> heading.group(1).toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}_ -]", "").replace(' ', '-')).collect(toCollection(TreeSet::new));
    }

    /** Those of paragraphs, items of lists, headings and cells of tables. */
    public List<String> sentences() {
        var sentences = new ArrayList<String>();
        String plain = prose().replaceAll("(?s)<!--.*?-->", "").replaceAll("!?\\[([^\\]]*)\\]\\([^)]*\\)", "$1")
                .replace("`", "");
        for (String paragraph : plain.split("\n\\s*\n|\n(?=\\s*(?:[-|#]|\\d+\\.))|\\|", -1)) {
            Arrays.stream(paragraph.split("(?<=[.!?]\\*{0,2})\\s+", -1)).map(String::strip)
                    .filter(sentence -> !sentence.isEmpty()).forEach(sentences::add);
        }
        return sentences;
    }

    /** All but blocks of code. */
    public String prose() {
        return BLOCK.matcher(text).replaceAll("");
    }
}
