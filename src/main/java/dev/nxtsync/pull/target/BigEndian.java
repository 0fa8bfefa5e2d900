package dev.nxtsync.pull.target;

/** Numbers in network byte order, as PostgreSQL's binary formats have them. */
final class BigEndian {
    private BigEndian() {}

    /** Writes the lower two bytes; answers where they end. */
    static int two(int value, byte[] bytes, int at) {
        bytes[at] = (byte) (value >> 8);
        bytes[at + 1] = (byte) value;
        return at + 2;
    }

    static int four(int value, byte[] bytes, int at) {
        return two(value, bytes, two(value >> 16, bytes, at));
    }

    static int eight(long value, byte[] bytes, int at) {
        return four((int) value, bytes, four((int) (value >> 32), bytes, at));
    }

    static int two(byte[] bytes, int at) {
        return (short) ((bytes[at] << 8) | (bytes[at + 1] & 0xFF));
    }

    static int four(byte[] bytes, int at) {
        return (two(bytes, at) << 16) | (two(bytes, at + 2) & 0xFFFF);
    }

    static long eight(byte[] bytes, int at) {
        return ((long) four(bytes, at) << 32) | (four(bytes, at + 4) & 0xFFFFFFFFL);
    }
}
