package dev.nxtsync.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.vertx.core.buffer.Buffer;

class PartMemoryTest {
    private static final int LARGEST = 64 * 1024;

    private final PartMemory memory = new PartMemory(LARGEST);
    private final EmbeddedChannel channel = new EmbeddedChannel(memory.handler());

    /** A poll's answer has two thousand bytes, and hundreds of them may be there at a time. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2_000, 8_191, 8_192, 20_000, LARGEST})
    void aPartHoldsLittleMoreThanItsBytes(int length) {
        var part = part(length);
        assertThat(part.readableBytes()).isEqualTo(length);
        assertThat(part.hasArray() ? part.array().length : part.capacity())
                .isLessThanOrEqualTo(length < LARGEST / 8 ? length : 8 * length);
    }

    @Test
    @SuppressWarnings("deprecation")
    void theMemoryOfALargePartThatWasReadIsUsedAgain() {
        var first = part(LARGEST);
        byte[] array = first.array();
        memory.giveBack(Buffer.buffer(first));
        assertThat(part(LARGEST - 1).array()).isSameAs(array);
        assertThat(part(LARGEST - 1).array()).as("which is still being read").isNotSameAs(array);
    }

    @Test
    void theMemoryOfAPartIsGivenFreeOnceItsBytesAreElsewhere() {
        var content = bytes(LARGEST);
        channel.writeInbound(new DefaultHttpContent(content));
        assertThat(content.refCnt()).isZero();
    }

    private ByteBuf part(int length) {
        var content = bytes(length);
        byte[] expected = ByteBufUtil.getBytes(content);
        channel.writeInbound(new DefaultHttpContent(content));
        var part = ((HttpContent) channel.readInbound()).content();
        assertThat(ByteBufUtil.getBytes(part)).isEqualTo(expected);
        return part;
    }

    private static ByteBuf bytes(int length) {
        var content = Unpooled.directBuffer(length);
        for (int i = 0; i < length; i++) {
            content.writeByte(i);
        }
        return content;
    }
}
