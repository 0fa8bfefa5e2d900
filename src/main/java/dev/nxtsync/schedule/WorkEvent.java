package dev.nxtsync.schedule;

/**
 * What a command is told of work that it has asked for, while it is done.
 *
 * @param text what it is about, and what is to be said of it
 */
public record WorkEvent(Course course, String text) {
    /** How the work goes on. */
    public enum Course {
        /** A part of it has come to its end. */
        WELL,
        /** It is tried again by itself. */
        WAITS,
        /** Somebody else does it. */
        SKIPPED,
        /** It ends here, until somebody has done something. */
        IN_THE_WAY,
        /** What was compared is not equal. */
        DIFFERENT,
        /** What was compared is equal, as far as it could be compared. */
        NOT_PROVEN,
        /** More of what was told before it. */
        DETAIL
    }
}
