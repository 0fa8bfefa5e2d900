package dev.nxtsync.http.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;

import dev.nxtsync.error.Words;
import dev.nxtsync.http.server.Refusal.RefusalReason;
import dev.nxtsync.process.MemoryBudget;

/**
 * What is said on one connection: a request, its answer, and perhaps another. Who may not call is answered on the headers,
 * before a byte of the body is taken; a body is taken in piece by piece, as far as there is memory, and only when it is whole
 * does anybody work on it. At any time somebody owes something to the other, and what is owed to us is so until a set time
 * only. A second request before the answer to the first is not taken: the connection is closed after that answer, and the
 * sender may ask again (RFC 9112, section 9.3.2). Used on the port's own thread only.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter implements OpenConnections.TrackedConnection {
    static final String DECODER = "decoder";
    /** From the connection to the end of the headers. */
    private static final Duration HEADERS = Duration.ofSeconds(10);
    /** From an answer to the end of the next headers: longer than proxies keep connections that nobody uses. */
    private static final Duration PAUSE = Duration.ofSeconds(75);
    /** The largest answer at a megabit a second. */
    private static final Duration TAKING = Duration.ofMinutes(2);
    /** For one who is still sending to take note of the answer. */
    private static final Duration TAKING_NOTE = Duration.ofSeconds(2);

    private enum Phase {
        /** The other side owes headers. */
        HEADERS,
        /** It owes a body. */
        BODY,
        /** We owe an answer. */
        OURS,
        /** It owes to take the answer. */
        ANSWER,
        /** It has been told to go, and what it goes on sending is dropped. */
        LEAVING
    }

    private final Dispatcher dispatcher;
    private final OpenConnections open;
    private final SocketChannel channel;
    private final AnswerWriter answers;
    private Phase phase = Phase.HEADERS;
    private long since = System.nanoTime();
    private long until = since + HEADERS.toNanos();
    /** Whether another request may follow. */
    private boolean stays = true;
    private @Nullable Endpoint endpoint;
    private @Nullable HttpCall call;
    private ByteArrayOutputStream body = new ByteArrayOutputStream(0);
    /** In bytes. */
    private long memory;

    HttpConnection(Dispatcher dispatcher, OpenConnections open, SocketChannel channel, Clock clock) {
        this.dispatcher = dispatcher;
        this.open = open;
        this.channel = channel;
        this.answers = new AnswerWriter(channel, clock, this::failed);
    }

    @Override
    public boolean owes() {
        return phase != Phase.OURS;
    }

    @Override
    public long since() {
        return since;
    }

    @Override
    public boolean isLate(long now) {
        return owes() && now - until >= 0;
    }

    @Override
    public boolean isLeaving() { return phase == Phase.LEAVING; }

    @Override
    public boolean isServed() { return phase == Phase.OURS || phase == Phase.ANSWER || phase == Phase.LEAVING; }

    @Override
    public boolean isKnown() { return endpoint != null && endpoint.known() && phase != Phase.LEAVING; }

    @Override
    public boolean holdsMemory() {
        return phase == Phase.BODY && memory > 0;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (!channel.isActive()) {
                return;
            }
            if (message instanceof HttpRequest request) {
                if (phase == Phase.HEADERS) {
                    begin(request);
                } else {
                    stays = false;
                }
            }
            if (phase == Phase.BODY && message instanceof HttpContent content) {
                take(content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(HttpRequest request) {
        answers.to(request);
        stays &= HttpUtil.isKeepAlive(request);
        if (request.decoderResult().isFailure()) {
            refuse(unreadable(request.decoderResult().cause())
                    .because("The first line or the headers are too long, or cannot be read."));
            return;
        }
        if (request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && request.headers().getAll(HttpHeaderNames.HOST).size() != 1) {
            // RFC 9112, section 3.2
            refuse(RefusalReason.MALFORMED.because("The header Host must be there exactly once."));
            return;
        }
        Optional<Router.Match> found;
        try {
            found = dispatcher.find(request, remote());
        } catch (IllegalArgumentException e) {
            refuse(RefusalReason.MALFORMED.because("The address cannot be read."));
            return;
        }
        if (found.isEmpty()) {
            refuse(RefusalReason.UNKNOWN.because("There is nothing at this address."));
            return;
        }
        endpoint = found.get().endpoint();
        call = found.get().call();
        if (!found.get().methods().isEmpty()) {
            String methods = String.join(", ", found.get().methods());
            respond(dispatcher.refusals()
                    .of(call, RefusalReason.METHOD.because("This address accepts only " + methods + "."))
                    .with("Allow", methods));
            return;
        }
        var refusal = endpoint.gate().refusal(call);
        if (refusal.isPresent()) {
            refuse(refusal.get());
        } else if (HttpUtil.getContentLength(request, 0L) > largest()) {
            refuse(tooLarge());
        } else {
            phase(Phase.BODY, endpoint.body().within());
            if (HttpUtil.is100ContinueExpected(request)) {
                answers.goOn();
            }
        }
    }

    private static RefusalReason unreadable(Throwable cause) {
        return cause instanceof TooLongHttpLineException
                ? RefusalReason.LONG_LINE
                : cause instanceof TooLongHttpHeaderException ? RefusalReason.LONG_HEADERS : RefusalReason.MALFORMED;
    }

    private SocketAddress remote() {
        return channel.remoteAddress();
    }

    private long largest() {
        return endpoint == null ? 0 : Math.min(endpoint.body().largest(), open.largestBody());
    }

    private Refusal tooLarge() {
        return RefusalReason.TOO_LARGE.because(largest() == 0
                ? "This address accepts no body."
                : "The body is larger than " + largest() + " bytes, the most that this address accepts.");
    }

    private void take(HttpContent content) {
        int more = content.content().readableBytes();
        if (content.decoderResult().isFailure()) {
            refuse(RefusalReason.MALFORMED.because("The body cannot be read."));
        } else if (body.size() + more > largest()) {
            refuse(tooLarge());
        } else if (!open.takeMemory((long) more * MemoryBudget.COST_OF_JSON, this)) {
            refuse(RefusalReason.NO_MEMORY
                    .because("Nothing was done, because there is no memory for this body now. Try again."));
        } else {
            memory += (long) more * MemoryBudget.COST_OF_JSON;
            try {
                content.content().readBytes(body, more);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            if (content instanceof LastHttpContent) {
                work();
            }
        }
    }

    private void work() {
        var asked = Objects.requireNonNull(call).with(body.toByteArray());
        body = new ByteArrayOutputStream(0);
        phase = Phase.OURS;
        // whatever comes now has to wait where it is
        channel.config().setAutoRead(false);
        var given = new AtomicBoolean();
        boolean begun = dispatcher.begin(Objects.requireNonNull(endpoint), asked, answer -> {
            if (given.compareAndSet(false, true)) {
                reply(answer);
            }
        });
        if (!begun) {
            refuse(RefusalReason.BUSY.because("Nothing was done, because too many requests wait. Try again."));
        }
    }

    /** May be said on any thread. */
    private void reply(HttpAnswer answer) {
        try {
            channel.eventLoop().execute(() -> {
                try {
                    answered(answer);
                } catch (RuntimeException | Error e) {
                    failed(e);
                }
            });
        } catch (RejectedExecutionException e) {
            // the port has been closed meanwhile, and this connection with it
        }
    }

    private void answered(HttpAnswer answer) {
        giveBackMemory();
        if (!channel.isActive()) {
            return;
        }
        byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        if (!open.takeMemory(bytes.length, this)) {
            refuse(RefusalReason.NO_MEMORY.because("There is no memory for the answer now. Try again."));
            return;
        }
        memory = bytes.length;
        stays &= answer.status() < 400 || isKnown();
        phase(Phase.ANSWER, TAKING);
        answers.write(answer, bytes, stays).addListener((ChannelFuture written) -> {
            giveBackMemory();
            if (!written.isSuccess()) {
                return;
            }
            if (stays) {
                endpoint = null;
                call = null;
                phase(Phase.HEADERS, PAUSE);
                channel.config().setAutoRead(true);
            } else {
                leave();
            }
        });
    }

    private void refuse(Refusal refusal) {
        respond(objection(refusal));
    }

    private HttpAnswer objection(Refusal refusal) {
        return endpoint == null || call == null
                ? dispatcher.refusals().of(remote().toString(), refusal)
                : endpoint.objection().of(call, refusal);
    }

    private void respond(HttpAnswer answer) {
        giveBackMemory();
        phase(Phase.LEAVING, TAKING_NOTE);
        answers.write(answer, answer.body().getBytes(StandardCharsets.UTF_8), false).addListener(written -> leave());
    }

    /** Says that nothing more comes from us, and drops what still comes: a sender that is cut off might not see its answer. */
    private void leave() {
        if (!channel.isActive()) {
            return;
        }
        phase(Phase.LEAVING, TAKING_NOTE);
        if (channel.pipeline().get(DECODER) != null) {
            channel.pipeline().remove(DECODER);
        }
        channel.config().setAutoRead(true);
        var unused = channel.shutdownOutput();
    }

    @Override
    public void endLate() {
        if (phase == Phase.BODY) {
            refuse(RefusalReason.LATE.because("Nothing was done, because the body did not arrive completely within "
                    + Words.time(Objects.requireNonNull(endpoint).body().within()) + "."));
        } else {
            close();
        }
    }

    @Override
    public void dismiss() {
        if (phase == Phase.BODY) {
            var answer = objection(
                    RefusalReason.NO_MEMORY.because("Too many calls are under way; nothing was done. Try again."));
            var unused = answers.write(answer, answer.body().getBytes(StandardCharsets.UTF_8), false);
        }
        close();
    }

    @Override
    public void close() {
        open.leave(this);
        if (owes()) {
            giveBackMemory();
        }
        var unused = channel.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
        failed(thrown);
    }

    /** That the other side has gone is nothing; anything else should not happen. */
    private void failed(Throwable thrown) {
        if (!(thrown instanceof IOException)) {
            dispatcher.unexpected(call == null ? "A connection" : call.toString(), thrown);
        }
        close();
    }

    private void phase(Phase next, Duration within) {
        phase = next;
        since = System.nanoTime();
        until = since + within.toNanos();
    }

    private void giveBackMemory() {
        open.giveBackMemory(memory);
        memory = 0;
        body = new ByteArrayOutputStream(0);
    }
}
