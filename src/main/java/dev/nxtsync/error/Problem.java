package dev.nxtsync.error;

/**
 * What is wrong, as it was met: its code, and words for an operator.
 *
 * @param message what happened and what to do next, in an operator's words; never a secret
 */
public record Problem(ErrorCode errorCode, String message) {

    /**
     * A fault of ours, without the words of what was thrown, which may hold anything.
     *
     * @param what failed, as the beginning of a sentence
     */
    public static Problem unexpected(String what, Throwable thrown) {
        return new Problem(ErrorCode.UNEXPECTED, what + " failed in a way that should not happen ("
                + thrown.getClass().getSimpleName() + "). " + ErrorCode.UNEXPECTED.nextStep());
    }

    /** One that was kept; a code of a later version than this one is only a text here. */
    public static Problem kept(String code, String message) {
        return new Problem(ErrorCode.of(code).orElse(ErrorCode.UNEXPECTED), message);
    }

    public String code() {
        return errorCode.code();
    }

    /** The message with the code behind it, by which it is found in the catalogue. */
    public String coded() {
        return message + " (" + code() + ")";
    }
}
