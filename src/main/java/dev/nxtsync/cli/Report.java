package dev.nxtsync.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Words;

/** What a command has found, a line each on standard output, and how well that is. */
final class Report {
    static final int COLUMN = 11;

    private int problems;
    private int warnings;

    void fine(String what, String found) {
        line("ok", what, found);
    }

    /** Something that nobody need do anything about. */
    void note(String what, String found) {
        line("note", what, found);
    }

    /** Something that somebody should look at, though nothing is in the way. */
    void warning(String what, String found) {
        warnings++;
        line("warning", what, found);
    }

    void problem(String what, Problem reason) {
        problems++;
        line("PROBLEM", what, reason.coded());
    }

    void problem(String what, ErrorCode errorCode, String message) {
        problem(what, new Problem(errorCode, message));
    }

    /** Says how well it is in a last line, and with which exit code to end. */
    int end() {
        System.out.println(problems > 0
                ? (problems == 1 ? "There is one problem." : "There are " + problems + " problems.")
                        + " docs/errors.md explains each code."
                : warnings == 0
                        ? "All is well."
                        : "There is no problem, but " + Words.count(warnings, "warning") + ".");
        return problems == 0 ? 0 : ExitCode.FOUND_PROBLEMS;
    }

    private static void line(String mark, String what, String found) {
        System.out.println(line(mark, what + ": " + found));
    }

    /** A line that begins with a word that says how it goes, in a column of its own. */
    /** Tables that patterns leave out, in one text for each reason that is of a kind, with the first as the example. */
    static List<String> leftOut(Map<String, Problem> tables) {
        var byCode = new TreeMap<String, List<String>>();
        tables.forEach((table, reason) -> byCode.computeIfAbsent(reason.code(), code -> new ArrayList<>()).add(table));
        return byCode.values().stream().map(each -> "left out: " + String.join(", ", each)
                + (each.size() == 1 ? ". " : ". The first: ") + Objects.requireNonNull(tables.get(each.get(0))).coded())
                .toList();
    }

    static String line(String mark, String text) {
        return mark + " ".repeat(COLUMN - mark.length()) + text;
    }
}
