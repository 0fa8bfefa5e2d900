package dev.nxtsync.cli;

/** With what a process ends that was not at its end: operators and scripts rely on these. */
final class ExitCode {
    /** Something failed that should not. */
    static final int UNEXPECTED = 1;
    /** The command line, or the configuration, is not right. */
    static final int USAGE = 2;
    /** A command has found something that a person has to see to. */
    static final int FOUND_PROBLEMS = 3;
    /** Whoever read the output has gone; as a shell tells of a program that SIGPIPE has ended. */
    static final int NOBODY_READS = 141;

    private ExitCode() {}
}
