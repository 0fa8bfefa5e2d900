package dev.nxtsync.transport;

import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jboss.logging.Logger;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.impl.HttpClientConnection;

/** An answer whose head is there, for one thread. */
public final class Reply implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Reply.class);
    private static final Duration CLOSING = Duration.ofSeconds(1);

    private final HttpClientResponse head;
    private final ReplyBody body;
    private final Context eventLoop;

    /** @param eventLoop that the answer comes to */
    Reply(HttpClientResponse head, ReplyBody body, Context eventLoop) {
        this.head = head;
        this.body = body;
        this.eventLoop = eventLoop;
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

    /**
     * Closes the connection, on which nothing can be relied on any more; only if all of the answer has come, read or not, the
     * connection may be at work for another request by now, and stays. Not for the event loop: whoever asks next must not be given
     * a connection that is about to be closed.
     */
    public void hangUp() {
        try {
            drop().toCompletableFuture().get(CLOSING.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debugf("a connection was not closed at once: %s", e);
        }
    }

    /** The same for any thread, which does not wait. */
    CompletionStage<Void> drop() {
        var gone = Promise.<Void>promise();
        eventLoop.runOnContext(now -> {
            var connection = (HttpClientConnection) head.request().connection();
            if (body.dropped() && connection.activeStreams() > 0) {
                gone.complete();
            } else {
                // what is left to do about a closed connection is done before the next task
                connection.close().onComplete(closed -> eventLoop.runOnContext(later -> gone.complete()));
            }
        });
        return gone.future().toCompletionStage();
    }

    /** Lets go of the connection, which others can use if the answer ends here; else it is closed. */
    @Override
    public void close() {
        if (status() < 200 || !ends()) {
            hangUp();
        }
    }
}
