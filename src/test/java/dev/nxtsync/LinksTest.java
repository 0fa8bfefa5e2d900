package dev.nxtsync;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

/** Whoever follows a link of a document arrives. */
class LinksTest {
    private static final List<MarkdownPage> PAGES = MarkdownPage.all();

    @Test
    void everyLinkLeadsToAFileAndAHeadingThatAreThere() {
        for (MarkdownPage page : PAGES) {
            for (var link : page.links()) {
                Path target = target(page, link);
                String from = "linked from " + page.path();
                assertThat(target).as(from).exists();
                if (!link.anchor().isEmpty()) {
                    assertThat(MarkdownPage.of(target.toString()).anchors()).as(from + " to " + target)
                            .contains(link.anchor());
                }
            }
        }
    }

    @Test
    void everyPageIsReachedFromTheReadme() {
        var pages = PAGES.stream().collect(toMap(MarkdownPage::path, page -> page));
        var reached = new TreeSet<Path>();
        var next = new ArrayDeque<>(List.of(Path.of("README.md")));
        while (!next.isEmpty()) {
            Path page = next.remove();
            if (pages.containsKey(page) && reached.add(page)) {
                pages.get(page).links().forEach(link -> next.add(target(pages.get(page), link)));
            }
        }
        assertThat(reached).containsExactlyInAnyOrderElementsOf(pages.keySet());
    }

    @Test
    void theIndexHasEveryPageOfItsDirectory() {
        for (MarkdownPage index : PAGES) {
            if (index.path().endsWith("README.md") && index.path().startsWith("docs")) {
                var linked = index.links().stream().map(link -> target(index, link)).toList();
                assertThat(linked).containsAll(PAGES.stream().map(MarkdownPage::path)
                        .filter(page -> index.path().getParent().equals(page.getParent()) && !page.equals(index.path()))
                        .toList());
            }
        }
    }

    private static Path target(MarkdownPage page, MarkdownPage.Link link) {
        return link.page().isEmpty()
                ? page.path()
                : Path.of("").resolve(page.path()).resolveSibling(link.page()).normalize();
    }
}
