package dev.nxtsync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

import javax.xml.parsers.DocumentBuilderFactory;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a newcomer reads first is short. */
class ReadableTest {
    private static final int LONGEST_SENTENCE = 30;
    private static final int LONGEST_README = 12_000;
    /** For dead row, target table, poll, load, finding and company. */
    private static final String OTHER_WORDS = "dead letter|mirrored|increment|full sync|\\btrouble|tenant number";
    private static final Path PICTURE = Path.of("docs", "data-flow.svg");

    @Test
    void theReadmeIsReadInFiveMinutes() {
        assertThat(MarkdownPage.of("README.md").text().getBytes(StandardCharsets.UTF_8))
                .hasSizeLessThanOrEqualTo(LONGEST_README);
    }

    @ParameterizedTest
    @ValueSource(strings = {"README", "docs/README", "docs/getting-started", "docs/configuration", "docs/pulling",
            "docs/pushing", "docs/webhooks", "docs/signing-in", "docs/operating", "docs/kubernetes", "docs/sandbox",
            "docs/guarantees", "docs/glossary", "CONTRIBUTING"})
    void noSentenceIsLong(String page) {
        var sentences = MarkdownPage.of(page + ".md").sentences();
        assertThat(sentences).hasSizeGreaterThan(20);
        assertThat(sentences.stream().filter(sentence -> words(sentence) > LONGEST_SENTENCE)).isEmpty();
    }

    @Test
    void aSentenceEndsWhereAReaderTakesABreath() {
        var page = new MarkdownPage(Path.of("page.md"), """
                # A heading

                One [two three](four.md#five). **Six.** Seven
                `eight nine`!

                ```sh
                not a sentence
                ```
                - Ten
                | eleven | twelve? Yes. |
                """);
        assertThat(page.sentences()).containsExactly("# A heading", "One two three.", "**Six.**", "Seven\neight nine!",
                "- Ten", "eleven", "twelve?", "Yes.");
        assertThat(words("**Six.** - eight nine!")).isEqualTo(3);
    }

    @Test
    void theGlossaryHasTwelveTermsOfOneMeaningEach() {
        assertThat(MarkdownPage.of("docs/glossary.md").text().lines().filter(line -> line.startsWith("| **")))
                .hasSize(12).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"README", "docs/getting-started", "docs/configuration", "docs/pulling", "docs/pushing",
            "docs/webhooks", "docs/signing-in", "docs/operating", "docs/kubernetes", "docs/sandbox", "docs/guarantees",
            "SECURITY"})
    void noPageHasAnotherWordForATermOfTheGlossary(String page) {
        assertThat(
                MarkdownPage.of(page + ".md").prose().replaceAll("`[^`\n]+`|\\([^)]*\\)", "").toLowerCase(Locale.ROOT))
                .doesNotContainPattern(OTHER_WORDS);
    }

    /** The picture says in words what it shows, and takes nothing from elsewhere. */
    @Test
    void thePictureOfTheReadmeCanBeReadByEverybody() throws Exception {
        assertThat(MarkdownPage.of("README.md").links()).contains(new MarkdownPage.Link("docs/data-flow.svg", ""));
        var picture = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(PICTURE.toFile());
        for (String words : new String[]{"title", "desc"}) {
            assertThat(picture.getElementsByTagName(words).item(0).getTextContent()).as(words).isNotBlank();
        }
        assertThat(Files.readString(PICTURE).replace("http://www.w3.org/2000/svg", "")).contains("prefers-color-scheme")
                .doesNotContain("http", "href", "@import", "font-face", "<script");
    }

    private static long words(String sentence) {
        return Stream.of(sentence.split("\\s+", -1)).filter(word -> word.matches(".*[\\p{L}\\p{N}].*")).count();
    }
}
