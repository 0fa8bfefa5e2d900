package dev.nxtsync.transport;

import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;

import io.vertx.core.http.HttpClientResponse;

/** An answer whose head is there, for one thread. */
public final class Reply implements AutoCloseable {
    private final HttpClientResponse head;
    private final ReplyBody body;

    /** For the event loop that the answer comes to. */
    Reply(HttpClientResponse head, ExchangeDeadline end, PartMemory parts) {
        this.head = head;
        this.body = new ReplyBody(head, end, parts);
    }

    public int status() {
        return head.statusCode();
    }

    /** Of a header that comes more than once, the first value. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(head.getHeader(name));
    }

    /** How long to wait before the same is asked again, if the answer says so; at most ten minutes. */
    public Optional<Duration> retryAfter() {
        return header("Retry-After").flatMap(asked -> RetryAfter.of(asked, header("Date")));
    }

    /**
     * Each read waits until there is something, at most for what is left of the exchange's time ({@link TooSlow}), and may be
     * interrupted. Of what is not read yet, little is held.
     */
    public InputStream body() {
        return body;
    }

    /** Whether nothing more of the answer comes, as is known at once if little of it is left; a broken answer has no end. */
    public boolean ends() {
        return body.ends();
    }

    /** Closes the connection, on which nothing can be relied on any more. */
    public void hangUp() {
        head.request().connection().close();
    }

    /** Closes the connection, unless the answer ends here and others can follow. */
    @Override
    public void close() {
        if (status() < 200 || !ends()) {
            hangUp();
        }
    }
}
