package dev.nxtsync.http.server;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;

/** Headers of a request, so many at most: each of them costs a hundred bytes and more, however short it is. */
final class BoundedHeaders extends DefaultHttpHeaders {
    /** In bytes, as are the two that follow. */
    private static final int LINE = 4_096;
    private static final int HEADERS = 8_192;
    private static final int CHUNK = 8_192;
    private static final int MOST = 100;

    /** Reads requests; what two readers might read in two ways, such as a body with two lengths, it does not take for one. */
    static HttpRequestDecoder decoder() {
        HttpHeadersFactory bounded = new HttpHeadersFactory() {
            @Override
            public HttpHeaders newHeaders() {
                return new BoundedHeaders();
            }

            @Override
            public HttpHeaders newEmptyHeaders() {
                return new BoundedHeaders();
            }
        };
        return new HttpRequestDecoder(new HttpDecoderConfig().setMaxInitialLineLength(LINE).setMaxHeaderSize(HEADERS)
                .setMaxChunkSize(CHUNK).setHeadersFactory(bounded).setTrailersFactory(bounded));
    }

    @Override
    public HttpHeaders add(CharSequence name, Object value) {
        if (size() >= MOST) {
            throw new TooLongHttpHeaderException("More than " + MOST + " headers");
        }
        return super.add(name, value);
    }
}
