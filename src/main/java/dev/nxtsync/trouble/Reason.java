package dev.nxtsync.trouble;

/**
 * A trouble as it was met.
 *
 * @param message what happened and what to do next, in an operator's words; never a secret
 */
public record Reason(Trouble trouble, String message) {

    public String code() {
        return trouble.code();
    }

    /** The message with the code behind it, by which it is found in the catalogue. */
    public String coded() {
        return message + " (" + code() + ")";
    }
}
