package dev.nxtsync.error;

/**
 * The process is stopping, so that nothing more is asked. Nothing has happened to what was to be asked: whoever did it
 * unwinds, keeps what was read before, and leaves the rest as it is.
 */
public final class ShuttingDown extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ShuttingDown() {
        super("The process is stopping.");
    }
}
