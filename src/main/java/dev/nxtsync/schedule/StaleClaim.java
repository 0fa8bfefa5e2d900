package dev.nxtsync.schedule;

/** Somebody else holds the unit now: what this process was about to write has been rolled back. */
public final class StaleClaim extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StaleClaim(Claim claim) {
        super(claim + " was taken over while this process was silent");
    }
}
