package dev.nxtsync.token;

import java.time.Duration;

import dev.nxtsync.error.Problem;

/** The access token of one connection. Safe for any number of threads. */
public interface Tokens {

    /** A token to use now, or why there is none. */
    sealed interface Current {}

    /** There is a valid token. */
    record Valid(AccessToken token) implements Current {}

    /**
     * There is no valid token.
     *
     * @param failure what the last request for one came to
     * @param nextAttempt how long until the next request for one
     */
    record NoToken(Problem failure, Duration nextAttempt) implements Current {
        @Override
        public String toString() {
            // when it is asked for again says nothing of when whoever wants it tries again
            return failure.message();
        }
    }

    /** Answers at once, but for a connection's first token and after a refused one: then when the request for one has ended. */
    Current current();

    /** Whether there will be no token before a person has signed in. */
    boolean waitsForPerson();

    /** The API answered 401 to this token: it is not handed out again. A token that is no longer the current one is ignored. */
    void rejected(AccessToken token);

    /** The API let this token pass. */
    void accepted(AccessToken token);
}
