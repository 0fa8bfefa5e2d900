package dev.nxtsync.pull.target;

import static java.util.stream.Collectors.joining;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;

/**
 * Lists of names as {@code array_recv} of PostgreSQL reads arrays: how many dimensions there are, whether elements are null, the
 * type of the elements, how many there are and the number of the first, then each with its length. A name is one of GraphQL, so
 * that its characters are ASCII.
 */
final class BinaryNames {
    /** {@code text}, in {@code pg_type}. */
    private static final int TEXT = 25;
    /** Of the length before a value. */
    private static final int LENGTH = Integer.BYTES;
    private static final int NOTHING = -1;
    private static final int HEAD = 3 * Integer.BYTES;
    private static final int DIMENSION = 2 * Integer.BYTES;
    private static final char[] NULL = {'n', 'u', 'l', 'l'};

    private BinaryNames() {}

    /**
     * Writes a list, given as {@code ["Name","Other",null]}, for which there must be room.
     *
     * @return where it ends
     * @throws UnstorableValue if it is anything else
     */
    static int write(char[] chars, int start, int end, byte[] bytes, int at) throws UnstorableValue {
        if (end - start < 2 || chars[start] != '[' || chars[end - 1] != ']') {
            throw notNames();
        }
        boolean isEmpty = end - start == 2;
        int count = 0;
        int nulls = 0;
        int to = at + LENGTH + HEAD + (isEmpty ? 0 : DIMENSION);
        for (int from = start + 1; !isEmpty && from < end; count++) {
            int next = from;
            while (next < end - 1 && chars[next] != ',') {
                next++;
            }
            boolean isNull = Arrays.equals(chars, from, next, NULL, 0, NULL.length);
            nulls += isNull ? 1 : 0;
            to = isNull ? BigEndian.four(NOTHING, bytes, to) : name(chars, from, next, bytes, to);
            from = next + 1;
        }
        int head = BigEndian.four(to - at - LENGTH, bytes, at);
        head = BigEndian.four(isEmpty ? 0 : 1, bytes, head);
        head = BigEndian.four(Math.min(1, nulls), bytes, head);
        head = BigEndian.four(TEXT, bytes, head);
        if (!isEmpty) {
            BigEndian.four(1, bytes, BigEndian.four(count, bytes, head));
        }
        return to;
    }

    /** One in quotes. */
    private static int name(char[] chars, int from, int end, byte[] bytes, int at) throws UnstorableValue {
        if (end - from < 3 || chars[from] != '"' || chars[end - 1] != '"') {
            throw notNames();
        }
        int to = BigEndian.four(end - from - 2, bytes, at);
        for (int i = from + 1; i < end - 1; i++) {
            char c = chars[i];
            if (c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')) {
                throw notNames();
            }
            bytes[to++] = (byte) c;
        }
        return to;
    }

    private static UnstorableValue notNames() {
        return new UnstorableValue("not a list of names");
    }

    /** PostgreSQL's text form of the list that begins there, behind its length. */
    static String read(byte[] bytes, int from) {
        var names = new ArrayList<String>();
        int count = BigEndian.four(bytes, from) == 0 ? 0 : BigEndian.four(bytes, from + HEAD);
        int at = from + HEAD + DIMENSION;
        for (int i = 0; i < count; i++) {
            int length = BigEndian.four(bytes, at);
            at += LENGTH;
            names.add(length < 0 ? "NULL" : '"' + new String(bytes, at, length, StandardCharsets.US_ASCII) + '"');
            at += Math.max(0, length);
        }
        return names.stream().collect(joining(",", "{", "}"));
    }

    /** PostgreSQL's text form of a list that JSON writes so. */
    static String text(String json) throws UnstorableValue {
        byte[] bytes = new byte[LENGTH + HEAD + DIMENSION + 2 * json.length()];
        write(json.toCharArray(), 0, json.length(), bytes, 0);
        return read(bytes, LENGTH);
    }
}
