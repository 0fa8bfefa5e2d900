package dev.nxtsync.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.nxtsync.cli.Terminal.Ink;
import dev.nxtsync.cli.Terminal.Size;

class TerminalTest {
    @Test
    void thereAreColoursOnATerminalThatHasThemUnlessAPersonWantsNone() {
        assertThat(Terminal.of(true, Map.of("TERM", "xterm", "NO_COLOR", ""))).isEqualTo(new Terminal(true, true));
        assertThat(Terminal.of(true, Map.of("TERM", "xterm", "NO_COLOR", "1"))).isEqualTo(new Terminal(true, false));
        assertThat(Terminal.of(true, Map.of("TERM", "dumb")))
                .as("one on which nothing can be written over is like a file").isEqualTo(new Terminal(false, false));
        assertThat(Terminal.of(false, Map.of("TERM", "xterm"))).isEqualTo(new Terminal(false, false));
    }

    @Test
    void coloursTakeNoRoom() {
        String red = new Terminal(true, true).inked(Ink.RED, "dead");
        assertThat(red).isEqualTo("\033[1;31mdead\033[0m");
        assertThat(Terminal.width(red + " ä")).isEqualTo(6);
        assertThat(new Terminal(true, false).inked(Ink.RED, "dead")).isEqualTo("dead");
    }

    @Test
    void aLongTextIsFoldedBetweenWordsBelowWhereItBegan() {
        assertThat(Terminal.folded("note  one two three", 12, 6)).containsExactly("note  one", "      two",
                "      three");
        assertThat(Terminal.folded("note  one two three", 13, 6)).containsExactly("note  one two", "      three");
        assertThat(Terminal.folded("note  " + "a".repeat(30) + " b", 10, 6)).containsExactly("note ",
                "      " + "a".repeat(30), "      b");
        assertThat(Terminal.folded("\033[1mnote\033[0m  one two", 13, 6)).hasSize(1);
    }

    @Test
    void aPageTakesThePlaceOfTheOneBefore() {
        assertThat(Terminal.page(List.of("one", "two"), new Size(9, 9)))
                .isEqualTo("\033[Hone\033[K\ntwo\033[K\n\033[J");
    }

    @Test
    void nothingIsErasedAfterALineThatFillsItsRowsSinceThatWouldTakeItsLastCharacter() {
        assertThat(Terminal.page(List.of("", "a".repeat(9), "b".repeat(10), "\033[1m" + "c".repeat(18) + "\033[0m"),
                new Size(9, 9)))
                .isEqualTo("\033[H\033[K\naaaaaaaaa\nbbbbbbbbbb\033[K\n\033[1mcccccccccccccccccc\033[0m\n\033[J");
    }

    @Test
    void whatDoesNotFitOnATerminalIsLeftOutAndThatIsSaid() {
        var lines = List.of("one", "a".repeat(25), "three", "four");
        assertThat(Terminal.page(lines, new Size(8, 10))).contains("four").doesNotContain("and more");
        assertThat(Terminal.page(lines, new Size(7, 10))).contains("three", "… and more: enlarge the window")
                .doesNotContain("four");
        assertThat(Terminal.page(lines, new Size(5, 10))).contains("one", "… and more").doesNotContain("aaa");
    }
}
