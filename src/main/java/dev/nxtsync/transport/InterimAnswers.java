package dev.nxtsync.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.util.ReferenceCountUtil;

/**
 * Drops interim answers, any number of which may come before the one that counts (RFC 9110, section 15.2): Vert.x knows 100 and
 * 103 only. 101 is none, and was not asked for.
 */
final class InterimAnswers extends ChannelInboundHandlerAdapter {
    private boolean interim;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpResponse head) {
            interim = head.status().codeClass() == HttpStatusClass.INFORMATIONAL
                    && !head.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS);
        }
        if (interim) {
            ReferenceCountUtil.release(message);
        } else {
            context.fireChannelRead(message);
        }
    }
}
