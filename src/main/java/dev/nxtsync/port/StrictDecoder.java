package dev.nxtsync.port;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;

/**
 * Reads requests of HTTP/1.1. What two readers might read in two ways is refused, such as a body with two lengths; and headers
 * are bounded in number too, since each of them costs a hundred bytes and more, however short it is.
 */
final class StrictDecoder extends HttpRequestDecoder {
    private static final int LINE = 4_096;
    private static final int HEADERS = 8_192;
    private static final int CHUNK = 8_192;
    private static final int MOST_HEADERS = 100;

    StrictDecoder() {
        super(new HttpDecoderConfig().setMaxInitialLineLength(LINE).setMaxHeaderSize(HEADERS).setMaxChunkSize(CHUNK)
                .setHeadersFactory(new Few()).setTrailersFactory(new Few()));
    }

    /** A length and chunks (RFC 9112, section 6.1): who stands before us may have gone by the other. */
    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new IllegalArgumentException("It has both a length and chunks");
    }

    private static final class Few implements HttpHeadersFactory {
        @Override
        public HttpHeaders newHeaders() {
            return new FewHeaders();
        }

        @Override
        public HttpHeaders newEmptyHeaders() {
            return newHeaders();
        }
    }

    private static final class FewHeaders extends DefaultHttpHeaders {
        @Override
        public HttpHeaders add(CharSequence name, Object value) {
            if (size() >= MOST_HEADERS) {
                throw new TooLongHttpHeaderException("More than " + MOST_HEADERS + " headers");
            }
            return super.add(name, value);
        }
    }
}
