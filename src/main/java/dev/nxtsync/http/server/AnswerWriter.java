package dev.nxtsync.http.server;

import java.time.Clock;
import java.util.Date;
import java.util.function.Consumer;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;

/** Writes what is answered on one connection. Used on the port's own thread only. */
final class AnswerWriter {
    private final Channel channel;
    private final Clock clock;
    private final Consumer<Throwable> failed;
    private HttpVersion version = HttpVersion.HTTP_1_1;
    private boolean headOnly;

    /** @param failed is told of what is thrown during a write */
    AnswerWriter(Channel channel, Clock clock, Consumer<Throwable> failed) {
        this.channel = channel;
        this.clock = clock;
        this.failed = failed;
    }

    /** The next answer is to this request. */
    void to(HttpRequest request) {
        version = request.protocolVersion();
        headOnly = request.method().equals(HttpMethod.HEAD);
    }

    /** Tells who waits for it that the body may come. */
    void goOn() {
        var unused = write(
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }

    /**
     * @param bytes of the answer's body
     * @param stay whether another request may follow
     */
    ChannelFuture write(HttpAnswer answer, byte[] bytes, boolean stay) {
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(answer.status()),
                headOnly ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(bytes));
        answer.headers().forEach(response.headers()::set);
        response.headers().set(HttpHeaderNames.DATE, DateFormatter.format(Date.from(clock.instant())));
        if (answer.status() != HttpResponseStatus.NO_CONTENT.code()) {
            response.headers().set(HttpHeaderNames.CONTENT_LENGTH, bytes.length);
        }
        if (stay) {
            HttpUtil.setKeepAlive(response.headers(), version, true);
        } else {
            // also to one whose version could not be read, for which the library would leave it away
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        return write(response);
    }

    /** What is thrown meanwhile is in the outcome of the write, where nobody else looks. */
    private ChannelFuture write(FullHttpResponse response) {
        return channel.writeAndFlush(response).addListener((ChannelFuture written) -> {
            if (written.cause() != null) {
                failed.accept(written.cause());
            }
        });
    }
}
