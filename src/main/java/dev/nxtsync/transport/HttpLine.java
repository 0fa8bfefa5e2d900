package dev.nxtsync.transport;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

import io.netty.handler.codec.http.HttpClientCodec;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.impl.HttpClientConnection;
import io.vertx.core.impl.VertxInternal;

import dev.nxtsync.process.OutOfMemory;

/**
 * Sends requests to one address by HTTP/1.1, and follows no redirect, as whatever it sends is for that address only.
 * Connections are used again once an answer has been read to its end; any other is closed. Safe for any number of threads,
 * but not for those of the event loop: each call blocks, and may be interrupted.
 */
public final class HttpLine implements AutoCloseable {
    /** More than requests that may be under way. */
    private static final int CONNECTIONS = 50;
    /** Each part of an answer costs a change of threads. */
    private static final int PART = 64 * 1024;
    private static final int HEADERS = 64 * 1024;
    private static final Duration CONNECT = Duration.ofSeconds(10);

    /** Of all its connections: what is found out about one on it stays so until the next task. */
    private final Context eventLoop;
    private final String address;
    private final HttpClient client;
    private final PartMemory parts = new PartMemory(PART);

    /** @param silence after which a connection is closed on which nothing comes; zero for never */
    public HttpLine(Network network, Vertx vertx, String address, Duration silence) {
        this.eventLoop = ((VertxInternal) vertx).createEventLoopContext();
        this.address = address;
        this.client = vertx.httpClientBuilder()
                .with(network.options(address).setConnectTimeout((int) CONNECT.toMillis()).setTcpKeepAlive(true)
                        .setIdleTimeout((int) silence.toMillis()).setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                        .setMaxChunkSize(PART).setMaxHeaderSize(HEADERS))
                .with(new PoolOptions().setHttp1MaxSize(CONNECTIONS)).withConnectHandler(this::connected).build();
    }

    private void connected(HttpConnection connection) {
        var pipeline = ((HttpClientConnection) connection).channel().pipeline();
        pipeline.addAfter(pipeline.context(HttpClientCodec.class).name(), "interim-answers", new InterimAnswers());
        pipeline.addAfter("interim-answers", "part-memory", parts.handler());
    }

    /**
     * Posts a body, and waits for the head of the answer.
     *
     * @param atMost until the answer has been read to its end; time for a connection is part of it
     * @return to be closed
     * @throws TooSlow if that time is over
     * @throws InterruptedIOException if the thread was interrupted
     * @throws IOException if there is no answer, with what went wrong as its cause; {@link OutgoingBody#withhold} says whether
     *         something may have been sent
     */
    public Reply post(Map<String, String> headers, OutgoingBody body, Duration atMost) throws IOException {
        return send(HttpMethod.POST, headers, body, atMost);
    }

    /**
     * Gets what is there, as {@link #post} posts.
     *
     * @param nothing an empty body, which says whether something may have been sent
     */
    public Reply get(Map<String, String> headers, OutgoingBody nothing, Duration atMost) throws IOException {
        return send(HttpMethod.GET, headers, nothing, atMost);
    }

    private Reply send(HttpMethod method, Map<String, String> headers, OutgoingBody body, Duration atMost)
            throws IOException {
        var end = new ExchangeDeadline(atMost);
        var target = new RequestOptions().setMethod(method).setAbsoluteURI(address);
        headers.forEach(target::addHeader);
        var exchange = new HttpExchange(body, end);
        // on the event loop, or the answer could have come and gone before somebody listens
        eventLoop.runOnContext(now -> begin(target, exchange));
        try {
            return end.await(exchange::answer);
        } catch (ExecutionException e) {
            OutOfMemory.endIfCauseOf(e);
            throw new IOException(e.getCause());
        } catch (TooSlow e) {
            exchange.giveUp();
            throw e;
        } catch (InterruptedException e) {
            exchange.giveUp();
            throw (InterruptedIOException) new InterruptedIOException("interrupted").initCause(e);
        }
    }

    private void begin(RequestOptions target, HttpExchange exchange) {
        try {
            client.request(target).onSuccess(exchange::send).onFailure(exchange::failed);
        } catch (RuntimeException e) {
            // it is closed
            exchange.failed(e);
        }
    }

    /** Between the thread that waits and the event loop. */
    private final class HttpExchange {
        final CompletableFuture<Reply> answered = new CompletableFuture<>();
        private final OutgoingBody body;
        private final ExchangeDeadline end;
        private volatile @Nullable HttpClientRequest request;

        HttpExchange(OutgoingBody body, ExchangeDeadline end) {
            this.body = body;
            this.end = end;
        }

        @Nullable
        Reply answer(long nanos) throws InterruptedException, ExecutionException {
            try {
                return answered.get(nanos, TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                return null;
            }
        }

        void send(HttpClientRequest request) {
            this.request = request;
            try {
                if (!answered.isDone()) {
                    request.send(Buffer.buffer(body.take())).onSuccess(this::answered).onFailure(this::failed);
                }
            } catch (IOException | RuntimeException e) {
                failed(e);
            }
            if (answered.isCompletedExceptionally()) {
                // given up before there was a connection, which must not stay taken
                request.reset();
            }
        }

        private void answered(HttpClientResponse head) {
            var reply = new Reply(head, new ReplyBody(head, end, parts), eventLoop);
            if (!answered.complete(reply)) {
                var unused = reply.drop();
            }
        }

        void failed(Throwable why) {
            answered.completeExceptionally(why);
        }

        /** Nobody waits for the answer any more. */
        void giveUp() {
            var request = this.request;
            if (!answered.completeExceptionally(new IOException("given up")) && !answered.isCompletedExceptionally()) {
                answered.join().close();
            } else if (request != null) {
                request.reset();
            }
        }
    }

    /** Gives up what is under way. */
    @Override
    public void close() {
        client.close();
    }
}
