package dev.nxtsync.pull.state;

import java.util.List;

/**
 * What a page has changed of the ranges of a walk.
 *
 * @param first whether the walk was in one range before, which is kept nowhere but with the walk
 * @param ranges those that are new or have changed
 */
public record RangeChange(boolean first, List<KeyRange> ranges) {
    /** Of a walk in one range. */
    public static final RangeChange NONE = new RangeChange(false, List.of());

    public static RangeChange between(KeyRanges before, KeyRanges after) {
        return after.isSplit()
                ? new RangeChange(!before.isSplit(),
                        after.all().stream().filter(each -> !before.all().contains(each)).toList())
                : NONE;
    }
}
