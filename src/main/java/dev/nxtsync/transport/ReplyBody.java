package dev.nxtsync.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;

/** The body of an answer, from the event loop to the one thread that reads it. */
final class ReplyBody extends InputStream {
    /** Parts that may wait for the reader; more stay on the wire. */
    private static final int AHEAD = 4;
    /** So much of what nobody wants is read, and for so long, rather than that a connection is made anew. */
    private static final int LITTLE = 64 * 1024;
    private static final Duration SOON = Duration.ofMillis(100);
    private static final End END = new End();

    private final HttpClientResponse source;
    private final ExchangeDeadline deadline;
    private final PartMemory memory;
    private final BlockingQueue<BodyEvent> parts = new LinkedBlockingQueue<>();
    private BodyEvent part = new Bytes(Buffer.buffer());
    private int at;
    /** Whether all of it has come, for the event loop. */
    private boolean whole;
    /** Whether nobody reads any more, for the event loop. */
    private boolean isDropped;

    /** What comes from the event loop. */
    private sealed interface BodyEvent {}

    private record Bytes(Buffer content) implements BodyEvent {}

    private record Broken(Throwable why) implements BodyEvent {}

    private record End() implements BodyEvent {}

    /** For the event loop that the answer comes to. */
    ReplyBody(HttpClientResponse source, ExchangeDeadline deadline, PartMemory memory) {
        this.source = source;
        this.deadline = deadline;
        this.memory = memory;
        source.pause().exceptionHandler(thrown -> parts.add(new Broken(thrown))).endHandler(end -> {
            whole = true;
            parts.add(END);
        }).handler(content -> {
            if (!isDropped) {
                parts.add(new Bytes(content));
            }
        });
        source.fetch(AHEAD);
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (available() == 0 && part instanceof Bytes) {
            take(next());
        }
        if (part instanceof Bytes bytes) {
            int read = Math.min(length, available());
            bytes.content().getBytes(at, at + read, into, offset);
            at += read;
            return read;
        }
        if (part instanceof Broken broken) {
            throw new IOException(broken.why());
        }
        return -1;
    }

    @Override
    public int available() {
        return part instanceof Bytes bytes ? bytes.content().length() - at : 0;
    }

    private BodyEvent next() throws IOException {
        try {
            return deadline.await(nanos -> parts.poll(nanos, TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            // also known to whoever does not see this exception, as within what unpacks
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException("interrupted").initCause(e);
        }
    }

    private void take(BodyEvent next) {
        if (part instanceof Bytes read) {
            memory.giveBack(read.content());
        }
        part = next;
        at = 0;
        if (next instanceof Bytes) {
            source.fetch(1);
        }
    }

    /** Whether nothing more comes, as is known soon where little is left. */
    boolean ends() {
        long end = System.nanoTime() + Math.min(SOON.toNanos(), deadline.left());
        int read = 0;
        try {
            while (part instanceof Bytes && read <= LITTLE) {
                @Nullable
                BodyEvent next = parts.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
                if (next == null) {
                    return false;
                }
                take(next);
                read += available();
            }
            return part == END;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Drops what has come and was not read. For the event loop. Says whether that was all. */
    boolean dropped() {
        isDropped = true;
        source.resume();
        return whole;
    }
}
