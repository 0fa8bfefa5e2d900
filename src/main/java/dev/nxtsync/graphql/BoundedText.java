package dev.nxtsync.graphql;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The unpacked text of an answer, of which only so much is read, but for what is handed on piece by piece. */
final class BoundedText extends FilterInputStream {
    private final long size;
    private long left;
    private boolean free;

    /** @param size in bytes */
    BoundedText(InputStream in, long size) {
        super(in);
        this.size = size;
        this.left = size;
    }

    /** What is read from now on is not kept, and does not count. */
    void free() {
        free = true;
    }

    /** @param handedOn bytes since {@link #free} that were not kept, some of which had been read before */
    void count(long handedOn) throws IOException {
        free = false;
        left += handedOn;
        check();
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int read = super.read(into, offset, length);
        left -= Math.max(0, read);
        check();
        return read;
    }

    private void check() throws BadAnswer {
        if (left < 0 && !free) {
            throw BadAnswer.tooLarge("The answer of Business NXT is longer than " + size
                    + " bytes, apart from its rows, and was cut off there.");
        }
    }
}
