package dev.nxtsync.webhook;

import java.util.function.Consumer;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

import dev.nxtsync.process.MemoryBudget;

/**
 * Takes in the body of one request, up to a bound and for so long only, without a thread that waits for it. All of it happens
 * on the request's event loop.
 */
final class Reception {
    /** In bytes. */
    static final int LARGEST = 256 * 1024;
    private static final long LONGEST = 10_000;
    /** How long a sender that is still sending may take note of its answer, in milliseconds. */
    private static final long TO_TAKE_NOTE = 2_000;

    private final Vertx vertx;
    private final HttpServerRequest request;
    private final MemoryBudget room;
    private final Consumer<byte[]> whole;
    private final Consumer<Verdict> refused;
    private Buffer body = Buffer.buffer();
    private long timer = -1;
    private boolean over;

    /**
     * @param room for the bodies of all requests together
     * @param whole is given the body, unless it is refused
     * @param refused answers a request whose body is not taken in
     */
    Reception(Vertx vertx, HttpServerRequest request, MemoryBudget room, Consumer<byte[]> whole,
            Consumer<Verdict> refused) {
        this.vertx = vertx;
        this.request = request;
        this.room = room;
        this.whole = whole;
        this.refused = refused;
    }

    void begin() {
        request.exceptionHandler(gone -> end());
        if (declaredSize() > LARGEST) {
            refuse(Verdict.TOO_LARGE);
            return;
        }
        timer = vertx.setTimer(LONGEST, late -> refuse(Verdict.MALFORMED));
        request.handler(this::take);
        request.endHandler(ended -> {
            if (!over) {
                byte[] bytes = body.getBytes();
                end();
                whole.accept(bytes);
            }
        });
        if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
            request.response().writeContinue();
        }
        request.resume();
    }

    private void take(Buffer chunk) {
        if (over) {
            return;
        }
        if (body.length() + chunk.length() > LARGEST) {
            refuse(Verdict.TOO_LARGE);
        } else if (!room.take(chunk.length())) {
            refuse(Verdict.UNAVAILABLE);
        } else {
            body.appendBuffer(chunk);
        }
    }

    /** What comes after it is read and dropped for a moment, since a sender that is cut off might not see its answer. */
    private void refuse(Verdict verdict) {
        if (over) {
            return;
        }
        end();
        request.handler(chunk -> {
        });
        request.resume();
        boolean shared = request.version() == HttpVersion.HTTP_2;
        if (!shared) {
            request.response().putHeader("Connection", "close");
        }
        refused.accept(verdict);
        vertx.setTimer(TO_TAKE_NOTE, noted -> {
            if (shared) {
                request.response().reset();
            } else {
                request.connection().close();
            }
        });
    }

    private void end() {
        if (!over) {
            over = true;
            vertx.cancelTimer(timer);
            room.giveBack(body.length());
            // the connection may live on for a while
            body = Buffer.buffer();
        }
    }

    private long declaredSize() {
        var length = request.getHeader("Content-Length");
        try {
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }
}
