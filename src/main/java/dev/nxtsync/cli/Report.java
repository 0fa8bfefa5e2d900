package dev.nxtsync.cli;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;

/** What a command has found, a line each on standard output, and how many problems there were. */
final class Report {
    static final int COLUMN = 11;

    private int problems;

    void fine(String what, String found) {
        line("ok", what, found);
    }

    /** Something that nobody need do anything about. */
    void note(String what, String found) {
        line("note", what, found);
    }

    /** Something that somebody should look at, though nothing is in the way. */
    void warning(String what, String found) {
        line("warning", what, found);
    }

    void problem(String what, Problem reason) {
        problems++;
        line("PROBLEM", what, reason.coded());
    }

    void problem(String what, ErrorCode errorCode, String message) {
        problem(what, new Problem(errorCode, message));
    }

    int problems() {
        return problems;
    }

    private static void line(String mark, String what, String found) {
        System.out.println(line(mark, what + ": " + found));
    }

    /** A line that begins with a word that says how it goes, in a column of its own. */
    static String line(String mark, String text) {
        return mark + " ".repeat(COLUMN - mark.length()) + text;
    }
}
