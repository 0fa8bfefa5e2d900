package dev.nxtsync.trouble;

/**
 * A trouble as it was met.
 *
 * @param message what happened and what to do next, in an operator's words; never a secret
 */
public record Reason(Trouble trouble, String message) {

    /**
     * A fault of ours, without the words of what was thrown, which may hold anything.
     *
     * @param what failed, as the beginning of a sentence
     */
    public static Reason unexpected(String what, Throwable thrown) {
        return new Reason(Trouble.UNEXPECTED, what + " failed in a way that should not happen ("
                + thrown.getClass().getSimpleName() + "). " + Trouble.UNEXPECTED.nextStep());
    }

    public String code() {
        return trouble.code();
    }

    /** The message with the code behind it, by which it is found in the catalogue. */
    public String coded() {
        return message + " (" + code() + ")";
    }
}
