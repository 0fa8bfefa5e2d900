package dev.nxtsync.transport;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.vertx.core.buffer.Buffer;

/**
 * Puts the large parts of answers into memory that was used before: Vert.x takes new memory for each part, so that whoever
 * reads millions of rows would leave as many bytes behind as have come. A small part has the memory that Vert.x takes, which
 * is no larger. Safe for any number of threads.
 */
final class PartMemory {
    /** More wait for nobody. */
    private static final int MOST_KEPT = 16;
    /** How many times as large as the part its memory is at most. */
    private static final int WASTE = 8;

    private final int largest;
    private final BlockingQueue<byte[]> free = new ArrayBlockingQueue<>(MOST_KEPT);

    /** @param largest how many bytes a part has at most */
    PartMemory(int largest) {
        this.largest = largest;
    }

    /** For the pipeline of one connection, behind what takes answers apart. */
    ChannelInboundHandlerAdapter handler() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                context.fireChannelRead(message instanceof HttpContent part && part.content().isReadable()
                        ? part.replace(moved(part.content()))
                        : message);
            }
        };
    }

    private ByteBuf moved(ByteBuf content) {
        int length = content.readableBytes();
        if (length > largest || length < largest / WASTE) {
            return content;
        }
        byte[] kept = free.poll();
        byte[] bytes = kept == null ? new byte[largest] : kept;
        content.readBytes(bytes, 0, length);
        content.release();
        return Unpooled.wrappedBuffer(bytes, 0, length);
    }

    /** Of a part of an answer that nobody reads any more, and that came this way. */
    @SuppressWarnings("deprecation")
    void giveBack(Buffer part) {
        ByteBuf content = part.getByteBuf();
        if (content.hasArray() && content.array().length == largest) {
            var unused = free.offer(content.array());
        }
    }
}
