package dev.nxtsync.pull.state;

import java.util.Optional;

/**
 * A part of a walk: the rows from one key up to another.
 *
 * @param number its own within the walk
 * @param from the key at which it begins, of its first columns, as a JSON object; empty at the beginning of the table
 * @param before the key before which it ends, in the same form; empty at the end of the table
 * @param cursor the key of the last row that was read, as JSON written by the server; empty while there is none
 * @param rows that were read
 * @param done whether nothing of it is left to read
 */
public record KeyRange(int number, Optional<String> from, Optional<String> before, Optional<String> cursor, long rows,
        boolean done) {

    /** The same after a page, of which the last row has this key if there was one. */
    public KeyRange after(Optional<String> last, long more, boolean ended) {
        return new KeyRange(number, from, before, last.or(this::cursor), rows + more, ended);
    }

    KeyRange endingBefore(String key) {
        return new KeyRange(number, from, Optional.of(key), cursor, rows, done);
    }
}
