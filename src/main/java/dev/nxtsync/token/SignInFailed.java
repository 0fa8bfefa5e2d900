package dev.nxtsync.token;

/** A sign-in has come to nothing, and the person has to begin anew. Its message is for that person, and holds no secret. */
public final class SignInFailed extends Exception {
    private static final long serialVersionUID = 1L;

    public SignInFailed(String message) {
        super(message);
    }
}
