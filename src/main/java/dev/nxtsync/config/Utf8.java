package dev.nxtsync.config;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;

/** Bytes to text, and never to a character that is not theirs. */
final class Utf8 {
    private Utf8() {}

    /** @throws UnusableText if they are not UTF-8, with the line in which they are not */
    static String decode(byte[] bytes) throws UnusableText {
        if (isUtf16(bytes)) {
            throw new UnusableText("is UTF-16 or not text; save it as UTF-8 without a byte order mark (BOM)");
        }
        var in = ByteBuffer.wrap(bytes);
        var out = CharBuffer.allocate(bytes.length);
        if (StandardCharsets.UTF_8.newDecoder().decode(in, out, true).isError()) {
            throw new UnusableText("is not UTF-8 (see line " + line(bytes, in.position()) + "); save it as UTF-8");
        }
        return out.flip().toString();
    }

    /** By its byte order mark, or by the zero bytes that all but exotic text has in it. */
    private static boolean isUtf16(byte[] bytes) {
        int first = bytes.length < 2 ? 0 : ((bytes[0] & 0xFF) << 8) | (bytes[1] & 0xFF);
        if (first == 0xFEFF || first == 0xFFFE) {
            return true;
        }
        for (byte each : bytes) {
            if (each == 0) {
                return true;
            }
        }
        return false;
    }

    private static int line(byte[] bytes, int position) {
        int line = 1;
        for (int i = 0; i < position; i++) {
            if (bytes[i] == '\n') {
                line++;
            }
        }
        return line;
    }
}
