package dev.nxtsync.signin;

/**
 * What has become of the sign-in of a connection. It is fired as a CDI event, in the thread that learned it; what an observer
 * does is short, and what it throws is of no interest to whoever has signed in.
 */
public sealed interface SignInEvent {
    /** Its name. */
    String connection();

    /** There are good tokens again: what had backed off may be tried. */
    record Works(String connection) implements SignInEvent {}

    /** A person has signed out: what was known of the person holds no more. */
    record SignInEnded(String connection) implements SignInEvent {}
}
