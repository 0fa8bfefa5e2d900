package dev.nxtsync.cli;

/** What a command was given is none of what there is; the message says what would be right. Nothing was done. */
final class UnusableArgument extends Exception {
    private static final long serialVersionUID = 1L;

    UnusableArgument(String message) {
        super(message);
    }
}
