package dev.nxtsync.pull.state;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The ranges of a walk, in the order of their keys: the first begins with the table, each other one where the one before it
 * ends, and the last has no end. So each row is in one of them, whatever the keys between them are.
 */
public record KeyRanges(List<KeyRange> all) {
    public KeyRanges {
        all = List.copyOf(all);
    }

    /** A walk in one range, which goes on after the last row that it has read. */
    public static KeyRanges whole(Optional<String> cursor, long rows) {
        return new KeyRanges(List.of(new KeyRange(0, Optional.empty(), Optional.empty(), cursor, rows, false)));
    }

    /** Those that were kept, in any order; empty if they are not all of a walk. */
    public static Optional<KeyRanges> of(Collection<KeyRange> kept) {
        Map<Optional<String>, KeyRange> byBeginning = new HashMap<>();
        kept.forEach(each -> byBeginning.put(each.from(), each));
        var all = new ArrayList<KeyRange>();
        Optional<KeyRange> next = Optional.ofNullable(byBeginning.remove(Optional.<String>empty()));
        while (next.isPresent()) {
            all.add(next.get());
            next = next.get().before().map(end -> byBeginning.remove(Optional.of(end)));
        }
        return all.size() == kept.size() && !all.isEmpty() && all.get(all.size() - 1).before().isEmpty()
                ? Optional.of(new KeyRanges(all))
                : Optional.empty();
    }

    /** The same with another state of one of them. */
    public KeyRanges with(KeyRange changed) {
        return new KeyRanges(all.stream().map(each -> each.number() == changed.number() ? changed : each).toList());
    }

    /**
     * The same with one of them in several ranges.
     *
     * @param bounds keys after the last row that was read of it, in their order; each range but the first begins at one
     */
    public KeyRanges split(KeyRange range, List<String> bounds) {
        var parts = new ArrayList<KeyRange>();
        int number = all.stream().mapToInt(KeyRange::number).max().orElse(0);
        for (KeyRange each : all) {
            if (each.number() != range.number() || bounds.isEmpty()) {
                parts.add(each);
                continue;
            }
            parts.add(each.endingBefore(bounds.get(0)));
            for (int i = 0; i < bounds.size(); i++) {
                parts.add(new KeyRange(++number, Optional.of(bounds.get(i)),
                        i + 1 < bounds.size() ? Optional.of(bounds.get(i + 1)) : each.before(), Optional.empty(), 0,
                        false));
            }
        }
        return new KeyRanges(parts);
    }

    /** Those of which something is left to read. */
    public List<KeyRange> left() {
        return all.stream().filter(each -> !each.done()).toList();
    }

    public boolean isDone() { return left().isEmpty(); }

    public boolean isSplit() { return all.size() > 1; }

    /** The rows that were read in all. */
    public long rows() {
        return all.stream().mapToLong(KeyRange::rows).sum();
    }

    /** The last row up to which nothing is left out: whoever knows of no ranges goes on after it. */
    public Optional<String> cursor() {
        return finished().flatMap(each -> each.cursor().stream()).reduce((before, after) -> after);
    }

    /** The rows up to the {@link #cursor}. */
    public long rowsToCursor() {
        return finished().mapToLong(KeyRange::rows).sum();
    }

    /** Those that are done from the beginning on, and the one that follows, which has begun perhaps. */
    private Stream<KeyRange> finished() {
        long done = all.stream().takeWhile(KeyRange::done).count();
        return all.stream().limit(done + 1);
    }
}
