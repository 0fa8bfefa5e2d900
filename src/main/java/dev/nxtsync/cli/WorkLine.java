package dev.nxtsync.cli;

import dev.nxtsync.schedule.WorkEvent;

/** A line of what a command is told of its work: a word that says how it goes, in a column of its own, and the rest. */
final class WorkLine {
    private static final int COLUMN = 11;

    private WorkLine() {}

    static String of(WorkEvent event) {
        String mark = mark(event.course());
        return mark + " ".repeat(COLUMN - mark.length()) + event.text();
    }

    private static String mark(WorkEvent.Course course) {
        return switch (course) {
            case WELL -> "ok";
            case WAITS -> "waiting";
            case SKIPPED -> "skipped";
            case IN_THE_WAY -> "PROBLEM";
            case DIFFERENT -> "DIFFERENT";
            case NOT_PROVEN -> "NOT PROVEN";
            case DETAIL -> "";
        };
    }
}
