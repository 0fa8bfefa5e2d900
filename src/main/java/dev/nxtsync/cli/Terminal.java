package dev.nxtsync.cli;

import static java.util.stream.Collectors.joining;

import java.io.Console;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Where standard output goes.
 *
 * @param isThere whether a person looks at it; else it is a file or another program, or a terminal that cannot write over
 *     what it shows
 * @param colours whether colours may be used
 */
record Terminal(boolean isThere, boolean colours) {
    private static final String ESCAPE = "\033[";
    private static final Pattern ESCAPES = Pattern.compile("\033\\[[0-9;]*[A-Za-z]");
    private static final Pattern SIZE = Pattern.compile("([1-9]\\d*) ([1-9]\\d*)\\s*");
    private static final Size UNLIMITED = new Size(Integer.MAX_VALUE, Integer.MAX_VALUE);

    /** How words are shown. */
    enum Ink {
        BOLD("1"), DIM("2"), RED("1;31"), GREEN("32"), YELLOW("33");

        private final String code;

        Ink(String code) {
            this.code = code;
        }
    }

    /** How much there is room for. */
    record Size(int rows, int columns) {}

    /** Of this process. {@code NO_COLOR} turns colours off. */
    static Terminal here(Map<String, String> environment) {
        return of(isTerminal(), environment);
    }

    static Terminal of(boolean isThere, Map<String, String> environment) {
        boolean writesOver = isThere && !environment.getOrDefault("TERM", "").equals("dumb");
        return new Terminal(writesOver, writesOver && environment.getOrDefault("NO_COLOR", "").isEmpty());
    }

    String inked(Ink ink, String text) {
        return colours && !text.isEmpty() ? ESCAPE + ink.code + "m" + text + ESCAPE + "0m" : text;
    }

    /** How many columns a text takes. */
    static int width(String text) {
        String shown = ESCAPES.matcher(text).replaceAll("");
        return shown.codePointCount(0, shown.length());
    }

    /** A text in lines of so many columns, if its words allow it; those after the first begin with so many spaces. */
    static List<String> folded(String text, int columns, int indent) {
        var lines = new ArrayList<String>();
        String line = "";
        for (String word : text.split(" ", -1)) {
            if (!line.isBlank() && width(line) + 1 + width(word) > columns) {
                lines.add(line);
                line = " ".repeat(indent) + word;
            } else {
                line = line.isEmpty() ? word : line + " " + word;
            }
        }
        lines.add(line);
        return lines;
    }

    /** What shows these lines instead of what was there: all that fit, since a terminal that rolls on cannot be read. */
    static String page(List<String> lines, Size size) {
        var shown = new ArrayList<String>();
        int left = size.rows() - 2;
        for (String line : lines) {
            left -= 1 + Math.max(0, width(line) - 1) / size.columns();
            if (left < 0) {
                shown.add("… and more: enlarge the window, or leave out --watch.");
                break;
            }
            shown.add(line);
        }
        return ESCAPE + "H" + shown.stream().map(line -> line + rest(line, size.columns()) + "\n").collect(joining())
                + ESCAPE + "J";
    }

    /** Erases what is left of a line's last row. In a full row the cursor still stands on the last character. */
    private static String rest(String line, int columns) {
        return !line.isEmpty() && width(line) % columns == 0 ? "" : ESCAPE + "K";
    }

    /** As the system tells it; where it does not, or where there is no terminal, there is room for everything. */
    Size size() {
        if (!isThere) {
            return UNLIMITED;
        }
        try {
            var stty = new ProcessBuilder("stty", "size").redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            var told = SIZE.matcher(new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
            return told.matches()
                    ? new Size(Integer.parseInt(told.group(1)), Integer.parseInt(told.group(2)))
                    : UNLIMITED;
        } catch (IOException e) {
            return UNLIMITED;
        }
    }

    /** Since Java 22 there is a console also where there is no terminal, and it can be asked. */
    @SuppressWarnings("SystemConsoleNull") // it does before Java 22
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            return false;
        }
    }
}
