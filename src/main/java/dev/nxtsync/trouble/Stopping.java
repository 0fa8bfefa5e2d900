package dev.nxtsync.trouble;

/**
 * The process is stopping, so that nothing more is asked. Nothing has happened to what was to be asked: whoever did it
 * unwinds, keeps what was read before, and leaves the rest as it is.
 */
public final class Stopping extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Stopping() {
        super("The process is stopping.");
    }
}
