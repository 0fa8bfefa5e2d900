package dev.nxtsync.token;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.http.HTTPRequestSender;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPRequest;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPResponse;

import dev.nxtsync.http.Network;
import dev.nxtsync.process.OutOfMemory;

/**
 * Sends one request at a time to Visma Connect, by the way of all others, and follows no redirect. Blocks until the answer is
 * there, of which it reads a megabyte at most: it asks for none that is packed. Not for threads of the event loop.
 *
 * @param atMost how long it waits; time in which the process stands still does not count, so that an answer is read that came
 *        meanwhile
 */
record ConnectClient(Network network, Vertx vertx, Duration atMost) implements HTTPRequestSender {
    private static final int CONNECT_MILLIS = 5_000;
    private static final long SLICE_MILLIS = 100;
    static final int LONGEST = 1024 * 1024;

    /** An answer goes on beyond what is read of it. */
    static final class TooLong extends IOException {
        private static final long serialVersionUID = 1L;

        TooLong() {
            super("the answer is longer than " + LONGEST + " bytes");
        }
    }

    /** @throws IOException with what went wrong as its cause; {@link dev.nxtsync.trouble.NetworkFault} says whether it was sent */
    @Override
    public ReadOnlyHTTPResponse send(ReadOnlyHTTPRequest request) throws IOException {
        String address = request.getURI().toString();
        var options = network.options(address)
                .setConnectTimeout((int) Math.min(CONNECT_MILLIS, Math.max(1, atMost.toMillis())));
        var client = vertx.createHttpClient(options);
        try {
            var target = new RequestOptions().setMethod(HttpMethod.valueOf(request.getMethod().name()))
                    .setAbsoluteURI(address);
            request.getHeaderMap().forEach((name, values) -> values.forEach(value -> target.addHeader(name, value)));
            var body = Optional.ofNullable(request.getBody()).map(Buffer::buffer).orElseGet(Buffer::buffer);
            var answered = new CompletableFuture<HTTPResponse>();
            // on one event loop, or the body could have come and gone before somebody listens
            vertx.getOrCreateContext().runOnContext(now -> client.request(target).compose(sent -> sent.send(body))
                    .compose(answer -> whole(answer).map(content -> response(answer, content)))
                    .onSuccess(answered::complete).onFailure(answered::completeExceptionally));
            return await(answered);
        } finally {
            client.close();
        }
    }

    private static Future<Buffer> whole(HttpClientResponse answer) {
        var whole = Promise.<Buffer>promise();
        var read = Buffer.buffer();
        answer.exceptionHandler(whole::tryFail).endHandler(end -> whole.tryComplete(read)).handler(part -> {
            if (read.length() + part.length() > LONGEST) {
                answer.handler(null);
                whole.tryFail(new TooLong());
                answer.request().connection().close();
            } else {
                read.appendBuffer(part);
            }
        });
        return whole.future();
    }

    private static HTTPResponse response(HttpClientResponse answer, Buffer content) {
        var response = new HTTPResponse(answer.statusCode());
        answer.headers().forEach(header -> {
            try {
                response.setHeader(header.getKey(), header.getValue());
            } catch (IllegalArgumentException e) {
                // no header of ours
            }
        });
        try {
            response.setContentType(Optional.ofNullable(answer.getHeader("Content-Type")).orElse("text/plain"));
        } catch (ParseException e) {
            // nobody can tell what it is, which is said where it is read
        }
        response.setBody(content.toString());
        return response;
    }

    private <T> T await(CompletableFuture<T> future) throws IOException {
        for (long waited = 0;; waited += SLICE_MILLIS) {
            try {
                return future.get(SLICE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (waited >= atMost.toMillis()) {
                    throw new IOException("no answer within " + atMost.toMillis() + " ms", e);
                }
            } catch (ExecutionException e) {
                OutOfMemory.endIfCauseOf(e);
                throw e.getCause() instanceof TooLong tooLong ? tooLong : new IOException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw (InterruptedIOException) new InterruptedIOException("interrupted").initCause(e);
            }
        }
    }
}
