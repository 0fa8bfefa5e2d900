package dev.nxtsync.graphql;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

import org.brotli.dec.BrotliInputStream;

/** The body of an answer on the wire: counts its bytes, and unpacks it. */
final class CountingBody extends FilterInputStream {
    /** What we can unpack, dearest to the line first (RFC 9110, section 12.5.3; Brotli: RFC 7932). */
    static final String ACCEPTED = "br, gzip";

    private long bytes;

    CountingBody(InputStream in) {
        super(in);
    }

    /**
     * The text of the body.
     *
     * @param encoding the header {@code Content-Encoding}, in any case (RFC 9110, section 8.4.1); empty for none
     * @throws IOException if it is packed in a way that we did not offer, or is cut off
     */
    InputStream unpacked(String encoding) throws IOException {
        return switch (encoding.strip().toLowerCase(Locale.ROOT)) {
            case "", "identity" -> this;
            case "gzip", "x-gzip" -> new GZIPInputStream(this, 32 * 1024);
            case "br" -> new BrotliInputStream(this, 32 * 1024);
            default -> throw new BadAnswer("The answer of Business NXT has a compression that was not asked for.");
        };
    }

    /** How many came so far. */
    long bytes() {
        return bytes;
    }

    /** Never says that nothing is there, which {@link GZIPInputStream} would take for the end between two members. */
    @Override
    public int available() throws IOException {
        return Math.max(1, super.available());
    }

    @Override
    public int read() throws IOException {
        int read = super.read();
        bytes += read < 0 ? 0 : 1;
        return read;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int read = super.read(into, offset, length);
        bytes += Math.max(0, read);
        return read;
    }
}
