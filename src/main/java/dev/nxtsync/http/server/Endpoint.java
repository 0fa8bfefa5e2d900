package dev.nxtsync.http.server;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What stands at one address of the public port.
 *
 * @param method in capitals
 * @param path with parameters in braces, such as {@code /api/pushes/{name}}
 * @param known whether who passes the gate has shown who it is; of those who have not, the slowest is closed first
 * @param objection what is answered to who is refused, at the gate or later
 */
public record Endpoint(String method, String path, BodyLimit body, boolean known, CallerCheck gate, Objection objection,
        Handling work) {

    /**
     * What is taken of a body.
     *
     * @param largest in bytes; 0 for none at all
     * @param within how long it may take from the headers to its end
     */
    public record BodyLimit(int largest, Duration within) {
        public static final BodyLimit NONE = new BodyLimit(0, Duration.ofSeconds(10));
    }

    /** Says, on the headers alone, who may not call. It runs on the port's own thread, so that it must not wait. */
    @FunctionalInterface
    public interface CallerCheck {
        /** Empty for who may call. */
        Optional<Refusal> refusal(HttpCall call);
    }

    /** Answers who is refused. It runs on the port's own thread, so that it must not wait. */
    @FunctionalInterface
    public interface Objection {
        HttpAnswer of(HttpCall call, Refusal refusal);
    }

    /** What is done for a call whose body is whole. */
    public sealed interface Handling {}

    /** Work that may wait, for the database or another system: it gets one of the few threads that there are for that. */
    @FunctionalInterface
    public non-sealed interface Waiting extends Handling {
        HttpAnswer of(HttpCall call);
    }

    /** Work of which only a call itself says what it is. It runs on the port's own thread, so that it must not wait. */
    @FunctionalInterface
    public non-sealed interface Depending extends Handling {
        Handling of(HttpCall call);
    }

    /** Work that does not wait: it begins on the port's own thread, and may give its one answer later, on any thread. */
    @FunctionalInterface
    public non-sealed interface Swift extends Handling {
        void of(HttpCall call, Consumer<HttpAnswer> reply);
    }
}
